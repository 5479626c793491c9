"""The client with the real llm and openai libraries against a server on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.judge.llm_client import PAUSE_S, LlmClient, LlmUnavailableError
from bot.judge.llm_spending import Month, Prices, Spending
from tests.fakes.clock import HandClock
from tests.fakes.openai_server import INPUT_TOKENS, OUTPUT_TOKENS, OpenAiServer, Reply

SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"word": {"type": "string"}},
    "required": ["word"],
    "additionalProperties": False,
}
GOOD = Reply({"word": "yes"})
KEY = "sk-of-the-desk"
PROXIES = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
PRICES = Prices(input_usd=1000.0, output_usd=5000.0)
CALL_USD = (INPUT_TOKENS * 1000.0 + OUTPUT_TOKENS * 5000.0) / 1_000_000  # 1.00


NOW = datetime(2026, 1, 30, 12, tzinfo=UTC)


class Desk:
    """A client with all that a test looks at."""

    def __init__(self, server: OpenAiServer, folder: Path) -> None:
        self.server = server
        self.clock = HandClock(NOW)
        self.slept: list[float] = []
        self.state = folder / "state" / "llm.json"
        self._made: list[LlmClient] = []
        self.client = self.make()

    def make(self, *, budget_usd: float = 100.0, timeout_s: float = 30.0) -> LlmClient:
        client = LlmClient(
            "small",
            monthly_budget_usd=budget_usd,
            state_path=self.state,
            clock=self.clock,
            api_base=self.server.url,
            prices=PRICES,
            timeout_s=timeout_s,
            sleep=self.slept.append,
        )
        self._made.append(client)
        return client

    def close(self) -> None:
        for client in self._made:
            client.close()

    async def ask(self) -> dict[str, object]:
        return await asyncio.to_thread(
            self.client.structured, "One word?", SCHEMA, system="Be brief."
        )

    async def refusal(self) -> LlmUnavailableError:
        with pytest.raises(LlmUnavailableError) as caught:
            await self.ask()
        return caught.value

    def spent(self) -> Month:
        return Spending(self.state, self.clock, PRICES).this_month()


@pytest.fixture(autouse=True)
def _no_keys_of_the_developer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path / "llm"))
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "LLM_CLAIMWIRE_KEY", *PROXIES):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with OpenAiServer() as server:
        desk = Desk(server, tmp_path)
        yield desk
        desk.close()
        assert server.faults == []


async def test_a_good_answer_is_returned_and_paid_for(desk: Desk) -> None:
    desk.server.plan.append(GOOD)
    assert await desk.ask() == {"word": "yes"}
    seen = desk.server.seen[0]
    assert (seen.model, seen.system, seen.prompt) == ("small", "Be brief.", "One word?")
    assert seen.schema == SCHEMA
    assert desk.spent() == Month(1, INPUT_TOKENS, OUTPUT_TOKENS, pytest.approx(CALL_USD))
    assert desk.slept == []


async def test_malformed_answers_are_asked_again_and_then_refused(desk: Desk) -> None:
    desk.server.plan += [Reply("Certainly!"), Reply({"words": "yes"}), Reply({"word": 1})]
    error = await desk.refusal()
    assert error.cause == "malformed"
    assert desk.slept == [1.0, 4.0]
    assert desk.spent().calls == 3
    # The next question may fare better: no pause.
    desk.server.plan.append(GOOD)
    assert await desk.ask() == {"word": "yes"}


async def test_a_busy_server_is_asked_again_when_it_wishes(desk: Desk) -> None:
    desk.server.plan += [Reply(status=429, headers={"Retry-After": "7"}), Reply(status=503), GOOD]
    assert await desk.ask() == {"word": "yes"}
    assert desk.slept == [7.0, 4.0]
    assert desk.spent().calls == 1  # what was refused costs nothing


async def test_a_server_that_wants_a_long_wait_is_left_alone_so_long(desk: Desk) -> None:
    desk.server.plan += [Reply(status=429, headers={"Retry-After": "1200"}), GOOD]
    assert (await desk.refusal()).cause == "server"
    desk.clock.at += timedelta(seconds=1199)
    assert (await desk.refusal()).cause == "server"
    desk.clock.at += timedelta(seconds=1)
    assert await desk.ask() == {"word": "yes"}
    assert desk.slept == []


async def test_a_failing_server_is_given_up_and_left_alone_for_a_while(desk: Desk) -> None:
    error = await desk.refusal()
    assert (error.cause, len(desk.server.seen)) == ("server", 3)
    assert "500" in error.reason
    assert "not asked again" in (await desk.refusal()).reason
    assert len(desk.server.seen) == 3
    desk.clock.at += timedelta(seconds=PAUSE_S)
    desk.server.plan.append(GOOD)
    assert await desk.ask() == {"word": "yes"}


async def test_a_server_that_is_not_there_is_a_server_that_fails(desk: Desk) -> None:
    desk.server.url = "http://127.0.0.1:9/v1"
    desk.client = desk.make()
    assert (await desk.refusal()).cause == "server"
    assert desk.spent() == Month()


async def test_a_time_out_is_not_tried_again_and_is_charged(desk: Desk) -> None:
    desk.client = desk.make(timeout_s=0.1)
    desk.server.plan.append(Reply(hang=True))
    error = await desk.refusal()
    assert (error.cause, desk.slept) == ("timeout", [])
    assert desk.spent().usd > 0


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_a_refusal_is_final_and_keeps_the_key_to_itself(
    desk: Desk, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_CLAIMWIRE_KEY", KEY)
    desk.server.plan.append(Reply(status=status))
    error = await desk.refusal()
    assert desk.server.seen[0].authorization == f"Bearer {KEY}"
    assert error.cause == ("malformed" if status == 400 else "refused")
    assert str(status) in error.reason
    assert KEY not in f"{error} {error.__cause__!r}"
    assert error.__suppress_context__


async def test_the_key_of_a_large_house_goes_to_no_other_server(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    desk.server.plan.append(GOOD)
    await desk.ask()
    assert KEY not in desk.server.seen[0].authorization


async def test_keys_come_from_the_llm_librarys_own_store(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "llm").mkdir(exist_ok=True)
    (tmp_path / "llm" / "keys.json").write_text(json.dumps({"claimwire": KEY}))
    desk.server.plan.append(GOOD)
    await desk.ask()
    assert desk.server.seen[0].authorization == f"Bearer {KEY}"


def named(model: str, folder: Path) -> LlmClient:
    return LlmClient(
        model,
        monthly_budget_usd=1,
        state_path=folder / "s.json",
        clock=HandClock(NOW),
    )


def test_a_missing_key_is_told_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(LlmUnavailableError, match="llm keys set openai") as caught:
        named("gpt-4o-mini", tmp_path).structured("One word?", SCHEMA)
    assert caught.value.cause == "key"


@pytest.mark.parametrize("model", ["no-such-model", "gpt-3.5-turbo-instruct"])
def test_a_model_that_will_not_do_is_told_before_anything_starts(
    model: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=model):
        named(model, tmp_path)


async def test_a_spent_budget_refuses_until_the_month_turns(desk: Desk) -> None:
    desk.client = desk.make(budget_usd=1.5)
    desk.server.plan += [GOOD, GOOD, GOOD]
    await desk.ask()
    await desk.ask()  # begun at 1.00 of 1.50
    error = await desk.refusal()
    assert (error.cause, len(desk.server.seen)) == ("budget", 2)
    # Another process reads the same account.
    desk.client = desk.make(budget_usd=1.5)
    assert (await desk.refusal()).cause == "budget"
    desk.clock.at += timedelta(days=2)
    assert await desk.ask() == {"word": "yes"}
    assert json.loads(desk.state.read_text()).keys() == {"2026-01", "2026-02"}


async def test_an_answer_that_is_no_completion_is_a_server_that_fails(desk: Desk) -> None:
    desk.server.plan += [replace(GOOD, usage=False)] * 3  # the protocol wants tokens counted
    assert (await desk.refusal()).cause == "server"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"2026-01": {}}', '{"2026-01": 3}'])
async def test_without_an_account_nothing_is_spent(desk: Desk, content: str) -> None:
    desk.state.parent.mkdir()
    desk.state.write_text(content)
    error = await desk.refusal()
    assert error.cause == "budget"
    assert str(desk.state) in error.reason
    assert desk.server.seen == []


def test_an_account_is_replaced_at_once(tmp_path: Path) -> None:
    """Whoever reads it meanwhile sees the old one or the new one; nothing is left beside it."""
    spending = Spending(tmp_path / "llm.json", HandClock(NOW), PRICES)
    spending.add(1_000, 0)
    with (tmp_path / "llm.json").open() as reader:
        spending.add(1_000, 0)
        assert json.load(reader)["2026-01"]["calls"] == 1
    assert spending.this_month() == Month(2, 2_000, 0, pytest.approx(2.0))
    assert [path.name for path in tmp_path.iterdir()] == ["llm.json"]
