"""The figures, for Prometheus. The only import of prometheus_client.

Labels are few and bounded: no feed or entry is one (the log names those), only the outcome, the
platform, the kind of job, and the channels that are subscribed.
https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

import platform as machine
import time
from collections.abc import Sequence

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from bot import __version__
from bot.ledger.records import Pulse
from bot.operations.health import Readiness
from bot.operations.observer import Delivered, Polled, Pushed

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"  # what generate_latest writes

_FETCH_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_JUDGE_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_SEND_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_LAG_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


class Metrics:
    """A bot.operations.observer.Observer that counts. Safe from any thread."""

    def __init__(self, platforms: Sequence[str] = (), jobs: Sequence[str] = ()) -> None:
        """``platforms`` and ``jobs``: those that are there from the start, with zeros."""
        # A second line for each counter, which nobody asked for.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._work(self._registry)
        self._state(self._registry)
        # Memory, processor time, open files; on Linux.
        ProcessCollector(registry=self._registry)
        for polled in Polled:
            self._polls.labels(polled.value)
        for pushed in Pushed:
            self._pushes.labels(pushed.value)
        for name in platforms:
            for delivered in Delivered:
                self._deliveries.labels(name, delivered.value)
        for job in jobs:
            self._missed.labels(job)

    def _work(self, to: CollectorRegistry) -> None:
        """What is counted as it happens."""
        self._polls = _counter(to, "polls", "Polls of feeds, by how they ended.", "outcome")
        self._pushes = _counter(to, "pushes", "What hubs pushed, by what became of it.", "outcome")
        self._fetch = _histogram(to, "fetch", "Time of a fetch over the network.", _FETCH_S)
        self._entries = _counter(to, "entries", "Entries that feeds held.")
        self._new = _counter(to, "entries_new", "Entries that were not in the ledger yet.")
        self._judged = _counter(to, "judgements", "Reports that were judged.")
        self._judge = _histogram(to, "judge_batch", "Time of the judge for one batch.", _JUDGE_S)
        self._verdicts = _counter(to, "verdicts", "Verdicts that feeds' entries were given.")
        self._alerts = _counter(to, "alerts", "Alerts that were made or revised.")
        self._deliveries = _counter(
            to, "deliveries", "Attempts to deliver, by how they ended.", "platform", "outcome"
        )
        self._send = _histogram(to, "send", "Time that a platform took.", _SEND_S, "platform")
        self._missed = _counter(to, "missed_runs", "Runs of jobs that did not take place.", "job")
        self._lag = _histogram(to, "loop_lag", "How late the event loop wakes.", _LAG_S)

    def _state(self, to: CollectorRegistry) -> None:
        """What is as it is."""
        self._feeds = _gauge(to, "feeds", "Feeds in use that were ever tried.")
        self._failing = _gauge(to, "feeds_failing", "Feeds in use that failed when last tried.")
        self._pushed = _gauge(to, "feeds_pushed", "Feeds that a hub has promised to push.")
        self._pending = _gauge(to, "outbox_pending", "What waits for a channel.", "channel")
        self._oldest = _gauge(
            to, "outbox_oldest_timestamp_seconds", "Since when the first of them waits.", "channel"
        )
        self._last_poll = _gauge(
            to, "last_poll_timestamp_seconds", "When a feed was last read without failure."
        )
        self._ready = _gauge(to, "ready", "1 where /readyz answers 200.")
        self._parts = _gauge(to, "part_ready", "1 where the part works.", "part")
        build = _gauge(to, "build_info", "Always 1.", "version", "python")
        build.labels(__version__, machine.python_version()).set(1)

    # --- the observer ----------------------------------------------------------------------------

    def fetched(self, seconds: float) -> None:
        self._fetch.observe(seconds)

    def polled(self, ended: Polled, *, entries: int, new: int, verdicts: int, alerts: int) -> None:
        self._polls.labels(ended.value).inc()
        self._read(entries, new, verdicts, alerts)
        if ended in (Polled.READ, Polled.NOT_MODIFIED):
            self._last_poll.set(time.time())

    def pushed(
        self, ended: Pushed, *, entries: int = 0, new: int = 0, verdicts: int = 0, alerts: int = 0
    ) -> None:
        self._pushes.labels(ended.value).inc()
        self._read(entries, new, verdicts, alerts)

    def _read(self, entries: int, new: int, verdicts: int, alerts: int) -> None:
        self._entries.inc(entries)
        self._new.inc(new)
        self._verdicts.inc(verdicts)
        self._alerts.inc(alerts)

    def judged(self, articles: int, seconds: float) -> None:
        self._judged.inc(articles)
        self._judge.observe(seconds)

    def sent(self, platform: str, seconds: float) -> None:
        self._send.labels(platform).observe(seconds)

    def delivered(self, platform: str, ended: Delivered) -> None:
        self._deliveries.labels(platform, ended.value).inc()

    def missed(self, job: str) -> None:
        self._missed.labels(job).inc()

    # --- states ----------------------------------------------------------------------------------

    def lagged(self, seconds: float) -> None:
        """The event loop woke so much later than it was asked to."""
        self._lag.observe(seconds)

    def pulse(self, pulse: Pulse) -> None:
        """What the ledger's last probe found."""
        self._feeds.set(pulse.feeds)
        self._failing.set(pulse.feeds_failing)
        self._pushed.set(pulse.feeds_pushed)
        self._pending.clear()
        self._oldest.clear()
        for queue in pulse.queues:
            self._pending.labels(queue.channel).set(queue.pending)
            self._oldest.labels(queue.channel).set(queue.oldest.timestamp())

    def page(self, readiness: Readiness) -> bytes:
        """All figures as Prometheus reads them (CONTENT_TYPE)."""
        self._ready.set(readiness.ready)
        self._parts.clear()
        for part in readiness.parts:
            self._parts.labels(part.name).set(part.ready)
        return generate_latest(self._registry)


def _counter(to: CollectorRegistry, name: str, text: str, *labels: str) -> Counter:
    """prometheus_client adds _total."""
    return Counter(f"claimwire_{name}", text, labels, registry=to)


def _gauge(to: CollectorRegistry, name: str, text: str, *labels: str) -> Gauge:
    return Gauge(f"claimwire_{name}", text, labels, registry=to)


def _histogram(
    to: CollectorRegistry, name: str, text: str, buckets: Sequence[float], *labels: str
) -> Histogram:
    return Histogram(f"claimwire_{name}_seconds", text, labels, buckets=buckets, registry=to)
