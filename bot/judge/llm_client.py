"""Asks a language model for structured answers, within a budget, through the llm library.

Any model that the llm library knows will do, by its name or alias: those of its plugins, those of
`extra-openai-models.yaml`, or, with ``api_base``, any server that speaks OpenAI's chat completions
(https://platform.openai.com/docs/api-reference/chat): a local Ollama or vLLM, a proxy.

Keys stay with the llm library: `llm keys set openai`, or its environment variables. A server at
``api_base`` gets the key `llm keys set claimwire` (or LLM_CLAIMWIRE_KEY) and never another one.
What a server says in an error is not repeated, for it may hold the key.
"""

from __future__ import annotations

import json
import math
import queue
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bot.errors import ClaimwireError, ConfigError
from bot.judge import llm_answer
from bot.judge.llm_spending import Prices, Spending
from bot.ports import Clock

if TYPE_CHECKING:
    import llm

BACKOFF_S = (1.0, 4.0)  # before the second and the third attempt
LONGEST_WAIT_S = 30.0  # a server that wants more is left alone until then
PAUSE_S = 300.0  # how long a server that failed is left alone
LONGEST_PAUSE_S = 3600.0
TIMEOUT_S = 60.0  # for one whole answer; a model on two processor cores needs most of it
# Where a server does not count tokens: English has four characters to one, other scripts fewer.
CHARS_PER_TOKEN = 3
TOKENS_OF_A_LOST_ANSWER = 1_000  # charged for an answer that did not come in time
KEY_NAME, KEY_VARIABLE = "claimwire", "LLM_CLAIMWIRE_KEY"

_TRY_AGAIN = frozenset((408, 409, 425, 429))
_SERVER_ERROR = 500
_REMEDIES = {
    400: "the request was too long for the model, or it knows no JSON schema",
    401: "check the key",
    403: "check the key and what it may do",
    404: "check the model's name and the base URL",
    429: "its rate limit or quota is used up",
}

_T = TypeVar("_T")


class LlmUnavailableError(ClaimwireError):
    """The model gave no usable answer.

    ``cause`` is one word for people and logs: budget, key, timeout, refused, server, malformed.
    ``pause_s``: for how long asking again is useless, 0 where the next question may fare better.
    """

    def __init__(
        self, cause: str, reason: str, *, try_again: bool = False, pause_s: float = 0.0
    ) -> None:
        super().__init__(f"{cause}: {reason}")
        self.cause = cause
        self.reason = reason
        self.try_again = try_again
        self.pause_s = pause_s


class LlmClient:
    """One model and its budget. Synchronous; not thread-safe: one thread at a time."""

    def __init__(
        self,
        model: str,
        *,
        monthly_budget_usd: float,
        state_path: Path,
        clock: Clock,
        api_base: str = "",
        prices: Prices | None = None,
        timeout_s: float = TIMEOUT_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """``state_path``: where the month's cost is kept. Raises ConfigError where the llm library
        is not installed or knows no such model."""
        self._open = ExitStack()
        self._model = (
            _endpoint(model, api_base, timeout_s, self._open) if api_base else _known(model)
        )
        self._budget_usd = monthly_budget_usd
        self._state_path = state_path
        self._spending = Spending(state_path, clock, prices or Prices())
        self._clock = clock
        self._timeout_s = timeout_s
        self._sleep = sleep
        self._paused: tuple[datetime, LlmUnavailableError] | None = None

    def structured(
        self, prompt: str, schema: dict[str, object], *, system: str = ""
    ) -> dict[str, object]:
        """The model's answer, an object that conforms to ``schema`` (see bot.judge.llm_answer).

        The budget is looked at before each attempt, so a month may cost one call more than it.
        Raises LlmUnavailableError.
        """
        self._refuse_while_paused()
        for wait_s in (*BACKOFF_S, math.inf):
            self._refuse_over_budget()
            try:
                return self._ask(prompt, schema, system)
            except LlmUnavailableError as error:
                wish_s = max(wait_s, error.pause_s)
                if not error.try_again or wish_s > LONGEST_WAIT_S:
                    self._pause(error)
                    raise
            self._sleep(wish_s)
        raise AssertionError  # the last wait is endless, so the loop has returned or raised

    def close(self) -> None:
        """Closes the connections to a server at ``api_base``; may be called twice."""
        self._open.close()

    def _refuse_while_paused(self) -> None:
        if self._paused is None:
            return
        until, error = self._paused
        if self._clock.now() < until:
            reason = f"{error.reason}; not asked again before {until:%H:%M} UTC"
            raise LlmUnavailableError(error.cause, reason)
        self._paused = None

    def _pause(self, error: LlmUnavailableError) -> None:
        if error.cause in ("timeout", "refused", "server"):
            seconds = min(max(error.pause_s, PAUSE_S), LONGEST_PAUSE_S)
            self._paused = (self._clock.now() + timedelta(seconds=seconds), error)

    def _refuse_over_budget(self) -> None:
        try:
            spent = self._spending.this_month().usd
        except (OSError, ValueError) as error:
            raise self._unaccountable(error) from error
        if spent >= self._budget_usd:
            raise LlmUnavailableError(
                "budget", f"the month's {self._budget_usd:.2f} USD are spent; raise it, or wait"
            )

    def _ask(self, prompt: str, schema: dict[str, object], system: str) -> dict[str, object]:
        asked = _tokens(prompt + system + json.dumps(schema))
        try:
            text, usage = _within(self._timeout_s, lambda: self._prompt(prompt, schema, system))
        except TimeoutError as error:
            self._charge(asked, TOKENS_OF_A_LOST_ANSWER)
            reason = f"no answer within {self._timeout_s:g} s"
            raise LlmUnavailableError("timeout", reason) from error
        except Exception as error:  # noqa: BLE001 - every plugin has errors of its own
            # Without its cause: a server's words, which may hold the key, end in no trace.
            raise _unavailable(error) from None
        self._charge(_counted(usage.input, asked), _counted(usage.output, _tokens(text)))
        try:
            return llm_answer.read(text, schema)
        except ValueError as error:
            raise LlmUnavailableError("malformed", str(error), try_again=True) from error

    def _prompt(self, prompt: str, schema: dict[str, object], system: str) -> tuple[str, llm.Usage]:
        response = self._model.prompt(prompt, schema=schema, system=system or None, stream=False)
        return response.text(), response.usage()

    def _charge(self, input_tokens: int, output_tokens: int) -> None:
        try:
            self._spending.add(input_tokens, output_tokens)
        except (OSError, ValueError) as error:
            raise self._unaccountable(error) from error

    def _unaccountable(self, error: Exception) -> LlmUnavailableError:
        # Without an account there is no limit, so nothing more is spent.
        what = error.strerror if isinstance(error, OSError) else "cannot be read"
        return LlmUnavailableError(
            "budget", f"{self._state_path}: {what}; mend the file or take it away"
        )


def _known(name: str) -> llm.Model | llm.KeyModel:
    """The model that the llm library knows by that name or alias."""
    llm = _library()
    try:
        model = llm.get_model(name)
    except llm.UnknownModelError as error:
        raise ConfigError(
            f"the llm library knows no model {name!r}. `llm models` lists those that it knows;"
            " more come with its plugins, or give the base URL of a server that has it."
        ) from error
    if not model.supports_schema:
        raise ConfigError(f"the model {name!r} gives no structured output. Choose another.")
    return model  # type: ignore[no-any-return]  # the library is imported late


def _endpoint(name: str, api_base: str, timeout_s: float, closing: ExitStack) -> llm.KeyModel:
    """The model of that name at a server that speaks OpenAI's chat completions.

    ``closing`` closes its connections.
    """
    llm = _library()
    from llm.default_plugins.openai_models import Chat

    class Endpoint(Chat):
        _client: Any = None
        needs_key = KEY_NAME
        key_env_var = KEY_VARIABLE

        def get_key(self, explicit_key: str | None = None) -> str | None:
            # A local server mostly wants none, but the client sends one in any case.
            return llm.get_key(explicit_key, KEY_NAME, KEY_VARIABLE) or "none"

        def get_client(self, key: str | None, *, async_: bool = False) -> Any:
            # One for all questions: the library makes one for each and leaves it to the collector.
            if self._client is None:
                client = super().get_client(key, async_=async_)  # type: ignore[no-untyped-call]
                closing.callback(client.close)
                # The client's own retries would wait where nobody can say for how long. Its
                # time-out only ends the thread that _within() has given up.
                self._client = client.with_options(max_retries=0, timeout=2 * timeout_s)
            return self._client

    return Endpoint(name, api_base=api_base, supports_schema=True)  # type: ignore[no-untyped-call]


def _library() -> Any:
    try:
        import llm
    except ImportError as error:
        raise ConfigError(
            "a language model judges through the llm library, which is not installed. Install it"
            " with `pip install 'claimwire[llm]'`."
        ) from error
    return llm


def _within(timeout_s: float, work: Callable[[], _T]) -> _T:
    """What ``work`` returns or raises; TimeoutError after ``timeout_s``.

    Plugins bound an answer differently or not at all, and a server that sends a byte now and then
    escapes them all. A thread that is given up ends with its connection.
    """
    done: queue.SimpleQueue[tuple[_T | None, Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put((work(), None))
        except Exception as error:  # noqa: BLE001 - it is raised in the other thread
            done.put((None, error))

    threading.Thread(target=run, name="llm", daemon=True).start()
    try:
        result, error = done.get(timeout=timeout_s)
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return result  # type: ignore[return-value]  # without an error there is a result


def _unavailable(error: Exception) -> LlmUnavailableError:
    """A plugin's error as one of ours. Those of HTTP clients have a ``status_code``."""
    llm = _library()
    if isinstance(error, llm.NeedsKeyException):
        return LlmUnavailableError("key", str(error))
    status = getattr(error, "status_code", None)
    if not isinstance(status, int):
        return LlmUnavailableError("server", type(error).__name__, try_again=True)
    remedy = _REMEDIES.get(status, "")
    reason = f"the server answered {status}" + (f": {remedy}" if remedy else "")
    if status == 400:  # noqa: PLR2004 - of this question; the next may be shorter
        return LlmUnavailableError("malformed", reason)
    if status in _TRY_AGAIN or status >= _SERVER_ERROR:
        wish = _retry_after_s(error)
        return LlmUnavailableError("server", reason, try_again=True, pause_s=wish)
    return LlmUnavailableError("refused", reason)


def _retry_after_s(error: Exception) -> float:
    """The server's wish in seconds, 0 where it has none. RFC 9110, 10.2.3, without dates."""
    headers = getattr(getattr(error, "response", None), "headers", {})
    wish = headers.get("retry-after", "")
    return float(wish) if wish.isascii() and wish.isdigit() else 0.0


def _counted(by_server: int | None, estimated: int) -> int:
    # A server of one's own may count nothing, and a hostile one below nothing.
    return by_server if by_server and by_server > 0 else estimated


def _tokens(text: str) -> int:
    return len(text) // CHARS_PER_TOKEN + 1
