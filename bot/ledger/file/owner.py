"""The one thread that holds the connection, and the way into it from the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from bot.errors import LedgerError
from bot.ledger.chain import Chain
from bot.ledger.file.database import close_database, open_database
from bot.ledger.file.faults import explaining, place_of
from bot.ledger.sql import writing

T = TypeVar("T")


class Owner:
    """Runs functions of the database one after another in a thread of its own.

    A caller that is cancelled while its function waits in the queue takes it out of the queue; one
    that has begun runs to its end.
    """

    def __init__(self, path: Path | None, now: datetime, busy_timeout_s: float) -> None:
        self._path = path
        self._opened_at = now
        self._place = place_of(path)
        self._busy_timeout_s = busy_timeout_s
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._db: Database | None = None
        self._chain: Chain | None = None
        self._closed = False

    async def open(self) -> None:
        """Opens the database. Raises LedgerError; then nothing is left open."""
        try:
            await self._run(self._open)
        except BaseException:
            await self.close()
            raise

    async def read(self, function: Callable[[Database], T]) -> T:
        """What the function makes of one consistent view of the database."""

        def work() -> T:
            db = self._held()
            with explaining(self._place), db.atomic():
                return function(db)

        return await self._run(work)

    async def write(self, function: Callable[[Database], T]) -> T:
        """Runs the function in one transaction: all of it is committed or, on an error, nothing."""

        def work() -> T:
            db = self._held()
            with explaining(self._place), writing(db):
                result = function(db)
                if self._chain is not None:
                    self._chain.extend()
                return result

        return await self._run(work)

    async def plain(self, function: Callable[[Database], T]) -> T:
        """Runs the function outside any transaction."""

        def work() -> T:
            db = self._held()
            with explaining(self._place):
                return function(db)

        return await self._run(work)

    async def close(self) -> None:
        """Waits for what is queued, then closes. May be called twice."""
        if self._closed:
            return
        self._closed = True
        try:
            loop = asyncio.get_running_loop()
            await asyncio.shield(loop.run_in_executor(self._thread, self._close))
        finally:
            self._thread.shutdown(wait=False)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._closed:
            raise LedgerError(f"{self._place}: the ledger is closed -> open it again")
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _held(self) -> Database:
        if self._db is None:
            raise LedgerError(f"{self._place}: the ledger is not open")
        return self._db

    def _open(self) -> None:
        self._db = open_database(self._path, self._opened_at, self._busy_timeout_s)
        with explaining(self._place):
            self._chain = Chain(self._db)

    def _close(self) -> None:
        db, self._db = self._db, None
        if db is not None:
            with explaining(self._place):
                close_database(db)
