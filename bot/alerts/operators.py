"""What whoever runs the bot must know: a notice in the operations channel, each thing once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.errors import LedgerError
from bot.log import logger
from bot.model import Notice, NoticeKind
from bot.ports import Clock

_log = logger("operators")


class NoticeBoard(Protocol):
    """The part of the ledger that is needed here (see bot.ledger.store.Ledger)."""

    async def notify(self, essay_id: str, notice: Notice, channels: Sequence[str]) -> bool: ...


class Operators:
    """The people who run the bot. ``channel``: the address of their channel; "": the log alone."""

    def __init__(self, board: NoticeBoard, essay_id: str, channel: str, clock: Clock) -> None:
        self._board = board
        self._essay_id = essay_id
        self.channels = (channel,) if channel else ()
        self._clock = clock

    async def tell(self, key: str, title: str, lines: Sequence[str] = ()) -> bool:
        """Whether it is news: False if a notice of that ``key`` was told before.

        Never raises: a ledger that cannot be written is itself in the log.
        """
        at = self._clock.now()
        notice = Notice(NoticeKind.OPERATIONS, f"operations: {key}", title, at, lines=tuple(lines))
        try:
            told = await self._board.notify(self._essay_id, notice, self.channels)
        except LedgerError as error:
            _log.error("notice not recorded", notice=title, error=str(error))
            return False
        if told:
            _log.warning("notice", title=title, told=" ".join(lines))
        return told
