"""One writer at a time: two bots on one ledger would send every alert twice."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import ConfigError


@contextmanager
def sole_writer(ledger_path: Path) -> Iterator[None]:
    """Holds the ledger for this process, by a lock on a file beside it; a crash frees it.

    Makes the folder, for this user alone, where there is none. Raises ConfigError where it cannot
    be made, or where another process holds the ledger.
    """
    path = ledger_path.with_name(f"{ledger_path.name}.lock")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = path.open("a")
    except OSError as error:
        raise ConfigError(
            f"{path.parent}: the data folder cannot be used: {error.strerror}."
            " Set claimwire.data_dir to a folder that this user may write."
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError(
                f"{ledger_path}: another claimwire is writing to this ledger. Stop it first, or set"
                " claimwire.data_dir to another folder."
            ) from error
        yield
