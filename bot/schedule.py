"""The clock's work: what runs when. The only import of apscheduler.

APScheduler 3.11 drops a job in silence once it is a second late, unless it is told otherwise; here
each job has a misfire grace, late runs fall together into one, a job never runs beside itself, and
every run that is missed is counted and logged.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    JobEvent,
)
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.log import logger
from bot.operations.observer import UNOBSERVED, Observer
from bot.ports import Clock

# How often a look is taken at whether the clock was set back.
CLOCK_CHECK_S = 10.0

_log = logger("schedule")

Job = Callable[[], Awaitable[object]]


class _Interval(IntervalTrigger):  # type: ignore[misc]  # the library has no types
    """Leaves out what is past.

    APScheduler lists every run that was missed before it takes the last of them: for a job of every
    second and a clock that was set forward by a year, the bot would hang for minutes.
    """

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        following: datetime = super().get_next_fire_time(previous, now)
        return following if following > now else super().get_next_fire_time(now, now)


class Schedule:
    """Repeating jobs on the event loop. ``missed`` counts the runs that did not take place."""

    def __init__(
        self, clock: Clock, *, misfire_grace_s: int, observer: Observer = UNOBSERVED
    ) -> None:
        self._clock = clock
        self._observer = observer
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={
                "coalesce": True,
                "max_instances": 1,
                "misfire_grace_time": misfire_grace_s,
            },
        )
        self._scheduler.add_listener(
            self._not_run, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES | EVENT_JOB_ERROR
        )
        # It says at WARNING what the listener says better.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._stopping = False
        self._may_overrun: set[str] = set()
        self._longest_s: dict[str, float] = {}  # from one run of a job to the next
        self._next_look: asyncio.TimerHandle | None = None
        self._running: set[asyncio.Task[object]] = set()
        self.missed: Counter[str] = Counter()

    def every(
        self,
        name: str,
        job: Job,
        *,
        interval_s: float,
        first_in_s: float = 0,
        may_overrun: bool = False,
    ) -> None:
        """Runs ``job`` first after ``first_in_s`` and then every ``interval_s``.

        ``may_overrun``: a run that is skipped because the last one goes on is not counted.
        """
        if may_overrun:
            self._may_overrun.add(name)

        async def run() -> None:
            if self._stopping:
                return
            # Held in a set, so that stop() can wait for what is under way.
            task = asyncio.ensure_future(job())
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            try:
                await task
            except asyncio.CancelledError:
                if not self._stopping:
                    raise

        self._longest_s[name] = max(first_in_s, interval_s)
        first: datetime = self._clock.now() + timedelta(seconds=first_in_s)
        self._scheduler.add_job(
            run,
            _Interval(seconds=interval_s, timezone="UTC"),
            id=name,
            name=name,
            next_run_time=first,
        )

    def start(self) -> None:
        """From now on jobs run. Needs a running event loop."""
        self._scheduler.start()
        self._look_again()

    def mind_the_clock(self) -> None:
        """Runs what a clock that was set back would put off: APScheduler waits for a time of day.

        One that was set forward costs each job a run at most, as if the machine had slept.
        """
        now = self._clock.now()
        for job in self._scheduler.get_jobs():
            if job.next_run_time > now + timedelta(seconds=self._longest_s[job.id] + CLOCK_CHECK_S):
                _log.warning("the clock was set back", job=job.id, was_due=job.next_run_time)
                job.modify(next_run_time=now)

    def _look_again(self) -> None:
        self.mind_the_clock()
        self._next_look = asyncio.get_running_loop().call_later(CLOCK_CHECK_S, self._look_again)

    async def stop(self, *, patience_s: float) -> None:
        """Starts no more jobs, and waits that long for those under way before it cancels them."""
        self._stopping = True
        if self._next_look is not None:
            self._next_look.cancel()
        if self._scheduler.running:
            self._scheduler.pause()
        if self._running:
            _done, late = await asyncio.wait(set(self._running), timeout=patience_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _not_run(self, event: JobEvent) -> None:
        if event.code == EVENT_JOB_ERROR:
            _log.error("job failed", job=event.job_id, error=repr(event.exception))
            return
        if event.code == EVENT_JOB_MAX_INSTANCES and event.job_id in self._may_overrun:
            return
        self.missed[event.job_id] += 1
        self._observer.missed(event.job_id)
        reason = "late" if event.code == EVENT_JOB_MISSED else "still running"
        missed = self.missed[event.job_id]
        _log.warning("job missed", job=event.job_id, reason=reason, missed=missed)
