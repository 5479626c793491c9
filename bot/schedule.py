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
from bot.ports import Clock

_log = logger("schedule")

Job = Callable[[], Awaitable[object]]


class Schedule:
    """Repeating jobs on the event loop. ``missed`` counts the runs that did not take place."""

    def __init__(self, clock: Clock, *, misfire_grace_s: int) -> None:
        self._clock = clock
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
        self._running: set[asyncio.Task[object]] = set()
        self.missed: Counter[str] = Counter()

    def every(
        self,
        name: str,
        job: Job,
        *,
        interval_s: float,
        jitter_s: float = 0,
        first_in_s: float = 0,
        may_overrun: bool = False,
    ) -> None:
        """Runs ``job`` first after ``first_in_s`` and then every ``interval_s``, each time put off
        by a random part of ``jitter_s``.

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

        first: datetime = self._clock.now() + timedelta(seconds=first_in_s)
        self._scheduler.add_job(
            run,
            IntervalTrigger(seconds=interval_s, jitter=jitter_s or None, timezone="UTC"),
            id=name,
            name=name,
            next_run_time=first,
        )

    def start(self) -> None:
        """From now on jobs run. Needs a running event loop."""
        self._scheduler.start()

    async def stop(self, *, patience_s: float) -> None:
        """Starts no more jobs, and waits that long for those under way before it cancels them."""
        self._stopping = True
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
        reason = "late" if event.code == EVENT_JOB_MISSED else "still running"
        missed = self.missed[event.job_id]
        _log.warning("job missed", job=event.job_id, reason=reason, missed=missed)
