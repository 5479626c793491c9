"""Every error that claimwire raises on purpose.

    ClaimwireError
    ├── ConfigError        the admin's to mend: a setting, an essay, an OPML, a token   (exit 2)
    │   └── EssayError     an essay file; carries all its problems with their lines
    ├── InputError         a file given on the command line cannot be read              (exit 1)
    ├── FetchError         a feed could not be fetched; says whether to try again
    ├── ParseError         a document is no feed
    ├── LedgerError        the database is locked, corrupt, full or from a newer version
    └── DeliveryError      a channel did not take an alert; says whether to try again

A message is for people: what is wrong, where, and how to mend it.
"""

from __future__ import annotations

from dataclasses import dataclass


class ClaimwireError(Exception):
    """Base of all. ``exit_code`` is what the command ends with."""

    exit_code = 1


class ConfigError(ClaimwireError):
    """Something that the admin wrote is wrong; nothing was started."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file: its line (0: the file as a whole), what is wrong, how to mend it."""

    line: int
    message: str
    remedy: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.message} -> {self.remedy}"


class EssayError(ConfigError):
    """An essay file with mistakes; ``problems`` holds all of them in the order of their lines."""

    def __init__(self, path: str, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        listed = "\n".join(f"  {problem}" for problem in problems)
        count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        super().__init__(f"{path}: {count}\n{listed}")


class InputError(ClaimwireError):
    """A file or line given to a command cannot be used."""


class FetchError(ClaimwireError):
    """A feed could not be fetched. ``retry_after_s`` is the server's wish, if it gave one."""

    def __init__(
        self,
        feed_url: str,
        reason: str,
        *,
        try_again: bool,
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(f"{feed_url}: {reason}")
        self.feed_url = feed_url
        self.reason = reason
        self.try_again = try_again
        self.status = status
        self.retry_after_s = retry_after_s


class ParseError(ClaimwireError):
    """A document is no feed: HTML, empty, or nothing that can be read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LedgerError(ClaimwireError):
    """The ledger cannot be opened or written; what was committed before is unharmed."""


class DeliveryError(ClaimwireError):
    """A channel did not take an alert. ``retry_after_s``: the platform's wish, if it gave one.

    ``channel_gone``: it will take no other alert either until a person mends it (it is deleted,
    archived, or closed to the bot); never together with ``try_again``.
    """

    def __init__(
        self,
        reason: str,
        *,
        try_again: bool,
        retry_after_s: float | None = None,
        channel_gone: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.try_again = try_again
        self.retry_after_s = retry_after_s
        self.channel_gone = channel_gone
