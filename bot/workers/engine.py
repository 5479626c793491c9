"""The queue between the bot and its workers: Dramatiq over Redis, and nothing else knows them.

Messages are JSON. Dramatiq gives a message at least once: it is acknowledged when its answer is
stored, and one that a dead worker held goes to another after HEARTBEAT_TIMEOUT_S. Whoever holds the
queue's Redis can make up judgements: it belongs on a private network, behind a password.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import urlsplit

from bot.errors import ConfigError
from bot.workers.codec import DecodeError, decode, encode
from bot.workers.messages import JudgeMark, Refused

try:
    import redis
    from dramatiq import Message, Worker, actor
    from dramatiq.brokers.redis import RedisBroker
    from dramatiq.middleware import AgeLimit
    from dramatiq.results import ResultFailure, Results, ResultTimeout
    from dramatiq.results.backends import RedisBackend
    from redis.backoff import NoBackoff
    from redis.retry import Retry
except ImportError as missing:
    raise ConfigError(
        f"judgement workers need an extra that is not installed ({missing.name} is missing)."
        " Install it with: pip install 'claimwire[workers]'"
    ) from missing

NAMESPACE = "claimwire"
ACTOR = "judge"
CONNECT_TIMEOUT_S = 2.0
# Longer than ANSWER_SLICE_S, for which Redis is asked to hold an answer back.
SOCKET_TIMEOUT_S = 5.0
ANSWER_SLICE_S = 1.0
# A worker that was not heard of for so long is dead, and its messages go to another. It must be
# longer than the clocks of the machines differ.
HEARTBEAT_TIMEOUT_S = 10.0
# A worker says so often that it is there; it counts as gone when it was silent for so long.
ANNOUNCE_INTERVAL_S = 3.0
ANNOUNCEMENT_S = 10
# How often an idle worker looks for work.
IDLE_LOOK_S = 0.1
# Nobody waits for an older question, and nobody fetches an older answer.
MAX_AGE_S = 600
ANSWER_KEPT_S = 120
# Every command looks after the messages of dead workers: there are few commands here.
_MAINTENANCE_CHANCE = 1_000_000


class EngineAwayError(Exception):
    """Redis does not answer, or not as it should. The message is for people."""


class Engine:
    """One connection pool to the queue. Thread-safe."""

    def __init__(
        self,
        url: str,
        password: str = "",
        *,
        heartbeat_timeout_s: float = HEARTBEAT_TIMEOUT_S,
    ) -> None:
        """``url``: redis://host:port/database, or rediss:// for TLS. Connects at the first use.

        Raises ConfigError for a URL that is none, or that holds a password.
        """
        try:
            self._place = _checked(url)
            self._client = redis.Redis.from_url(
                url,
                password=password or None,
                socket_connect_timeout=CONNECT_TIMEOUT_S,
                socket_timeout=SOCKET_TIMEOUT_S,
                # Once, at once: for a connection that a restart of Redis cut.
                retry=Retry(NoBackoff(), 1),
            )
        except ValueError as error:
            raise ConfigError(f"[workers] redis_url: {error}") from error
        self._answers = RedisBackend(client=self._client, namespace=f"{NAMESPACE}:answers")
        kept = Results(  # type: ignore[no-untyped-call]
            backend=self._answers, store_results=True, result_ttl=ANSWER_KEPT_S * 1000
        )
        self._broker = RedisBroker(  # type: ignore[no-untyped-call]
            client=self._client,
            namespace=NAMESPACE,
            heartbeat_timeout=round(heartbeat_timeout_s * 1000),
            dead_message_ttl=MAX_AGE_S * 1000,
            maintenance_chance=_MAINTENANCE_CHANCE,
            # No retries: a batch that fails is answered with the reason, and the bot judges it.
            middleware=[AgeLimit(max_age=MAX_AGE_S * 1000), kept],
        )

    def check(self) -> None:
        """Asks Redis whether it is there. Raises EngineAwayError."""
        with self._away():
            self._client.ping()

    # --- the bot's side --------------------------------------------------------------------------

    def send(self, mark: JudgeMark, body: dict[str, Any]) -> Message[Any]:
        """Puts a request into the queue of that judge's workers. Raises EngineAwayError."""
        message: Message[Any] = Message(
            queue_name=_queue(mark), actor_name=ACTOR, args=(body,), kwargs={}, options={}
        )
        with self._away():
            self._broker.enqueue(message)
        return message

    def answer(self, message: Message[Any]) -> object | None:
        """What a worker answered; None if it did not within ANSWER_SLICE_S.

        It is given once. Raises EngineAwayError, and Refused where the queue gave it up.
        """
        with self._away():
            try:
                found: object = self._answers.get_result(
                    message, block=True, timeout=round(ANSWER_SLICE_S * 1000)
                )
            except ResultTimeout:
                return None
            except ResultFailure as error:
                raise Refused(f"the queue gave the batch up: {error}") from error
            self._client.delete(self._answers.build_message_key(message))
        return found

    def anyone(self, mark: JudgeMark) -> bool:
        """Whether a worker of that judge was there lately. Raises EngineAwayError."""
        with self._away():
            return bool(self._client.exists(_presence(mark)))

    def others(self) -> list[JudgeMark]:
        """The judges that have workers here. Raises EngineAwayError."""
        with self._away():
            keys = list(self._client.scan_iter(match=f"{NAMESPACE}:here:*"))
            texts = self._client.mget(keys) if keys else []
        found = []
        for text in filter(None, texts):
            try:
                found.append(decode(JudgeMark, json.loads(cast("bytes", text))))
            except (DecodeError, ValueError):
                continue
        return found

    # --- the worker's side -----------------------------------------------------------------------

    def announce(self, mark: JudgeMark) -> None:
        """Says that a worker of that judge is there, for ANNOUNCEMENT_S. Raises EngineAwayError."""
        with self._away():
            self._client.set(_presence(mark), json.dumps(encode(mark)), ex=ANNOUNCEMENT_S)

    def serve(self, mark: JudgeMark, judge: Callable[[object], dict[str, Any]]) -> Worker:
        """Starts to take requests, one at a time, on a thread; ``Worker.stop`` ends that.

        ``judge`` makes the answer, and raises nothing.
        """
        actor(actor_name=ACTOR, queue_name=_queue(mark), broker=self._broker)(judge)
        worker = Worker(self._broker, worker_threads=1, worker_timeout=round(IDLE_LOOK_S * 1000))
        worker.start()
        return worker

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    @contextmanager
    def _away(self) -> Iterator[None]:
        try:
            yield
        except redis.RedisError as error:
            raise EngineAwayError(f"Redis at {self._place}: {error}") from error


def _queue(mark: JudgeMark) -> str:
    # One for each judge: a worker with another model or essay never sees what it could not judge.
    return f"judge.{mark.digest}"


def _presence(mark: JudgeMark) -> str:
    return f"{NAMESPACE}:here:{mark.digest}"


def _checked(url: str) -> str:
    """The host and port of the URL, for messages."""
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise ConfigError(
            "[workers] redis_url: not the address of a Redis -> write it as"
            ' "redis://host:6379/0", or with rediss:// for TLS'
        )
    if parts.password or "password=" in parts.query:
        raise ConfigError(
            "[workers] redis_url holds a password -> take it out, and give it in the environment,"
            " as REDIS_PASSWORD or as the path of a file that holds it in REDIS_PASSWORD_FILE"
        )
    return parts.netloc.rpartition("@")[2]
