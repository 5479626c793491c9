"""How the process ends: in order after a signal, by force where that takes too long."""

from __future__ import annotations

import asyncio
import os
import signal
import threading

from bot.log import logger

# This long for all of it, whatever hangs: Docker kills after 10 s.
STOP_WITHIN_S = 9.0

_log = logger("stopping")


def stop_on_signals(stop: asyncio.Event, *, within_s: float = STOP_WITHIN_S) -> None:
    """Sets ``stop`` on SIGTERM and SIGINT; ends the process if it still runs ``within_s`` later."""

    def asked() -> None:
        if not stop.is_set():
            deadline = threading.Timer(within_s, _end_by_force)
            deadline.daemon = True
            deadline.start()
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked)


def _end_by_force() -> None:
    """For what nobody can cancel: a name being resolved, a feed being parsed, a model at work.

    It costs no more than a power cut: what was committed is safe, the rest is done again.
    """
    _log.error("ended by force: something did not stop in time")
    os._exit(1)
