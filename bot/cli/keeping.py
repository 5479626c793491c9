"""`claimwire backup`, `restore` and `prune`: what keeps the ledger whole, and small."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import ConfigOption, configured
from bot.cli.ledger import existing_ledger
from bot.clock import SystemClock
from bot.config import Config
from bot.errors import ConfigError, InputError
from bot.ledger.file import backup as backups
from bot.ledger.file.backup import Contents
from bot.ledger.store import Ledger
from bot.lock import sole_writer

FOLDER = "backups"
MAX_DAYS = 36_500


def register(app: typer.Typer) -> None:
    """Adds the subcommands."""
    app.command()(backup)
    app.command()(restore)
    app.command()(prune)


def backup(
    path: Annotated[
        Path | None,
        typer.Argument(
            help="A file, or a folder for dated files. Default: backups, in the data folder."
        ),
    ] = None,
    keep: Annotated[
        int, typer.Option(min=0, help="Keep only so many dated files in the folder; 0 keeps all.")
    ] = 0,
    config: ConfigOption = None,
) -> None:
    """Copy the ledger while the bot runs, and check the copy.

    The copy stands under its name only once it is whole. Exit code 1: there is no new backup.
    """
    loaded = configured(config)
    source = existing_ledger(loaded)
    folder, target = _target(loaded, path)
    if keep and path == target:
        raise ConfigError(f"{path}: --keep is for a folder of dated backups, and this is a file")
    contents = backups.copy_checked(source, target)
    removed = backups.rotate(folder, keep, target) if keep else []
    told = f", {len(removed)} older removed" if removed else ""
    typer.echo(f"{target}: checked, {_told(target, contents)}{told}")


def restore(
    path: Annotated[Path, typer.Argument(help="A backup of a ledger.")],
    check: Annotated[
        bool, typer.Option("--check", help="Only look whether the backup is whole.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Put a backup in the ledger's place; the bot must be stopped.

    The ledger that was there is kept beside it.
    """
    loaded = configured(config)
    if check:
        typer.echo(f"{path}: whole, {_told(path, backups.check(path))}")
        return
    with sole_writer(loaded.ledger_path):
        contents, aside = backups.restore(path, loaded.ledger_path, SystemClock().now())
    kept = f"; the one before it is {aside}" if aside else ""
    ledger = loaded.ledger_path
    typer.echo(f"{ledger}: restored from {path}, {_told(ledger, contents)}{kept}")


def prune(
    days: Annotated[
        int | None,
        typer.Option(
            "--keep-days",
            min=1,
            max=MAX_DAYS,
            help="Keep what was fetched in so many days. Default: ledger.keep_days.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how many reports would go.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Remove old reports that bore on nothing; the bot does it by itself, if keep_days is set."""
    loaded = configured(config)
    kept_days = days or loaded.ledger.keep_days
    if not kept_days:
        raise ConfigError("how much is to be kept? Set ledger.keep_days, or give --keep-days.")
    source = existing_ledger(loaded)
    size = source.stat().st_size
    count = asyncio.run(_prune(source, kept_days, dry_run=dry_run))
    said = "1 report" if count == 1 else f"{count} reports"
    reports = f"{said} older than {kept_days} days that bore on nothing"
    if dry_run:
        typer.echo(f"{source}: {reports} would be removed")
    else:
        sizes = f"{_megabytes(size)}, now {_megabytes(source.stat().st_size)}"
        typer.echo(f"{source}: {reports} removed; the file was {sizes}")


async def _prune(path: Path, days: int, *, dry_run: bool) -> int:
    clock = SystemClock()
    before = clock.now() - timedelta(days=days)
    async with await Ledger.open(path, clock) as ledger:
        if dry_run:
            return await ledger.idle(before)
        removed = await ledger.remove_idle(before)
        await ledger.housekeeping()
        return removed


def _target(config: Config, path: Path | None) -> tuple[Path, Path]:
    """The folder of the backup, and the file."""
    now = SystemClock().now()
    if path is None:
        path = config.claimwire.data_dir / FOLDER
        try:
            path.mkdir(exist_ok=True)
        except OSError as error:
            raise InputError(f"{path}: cannot be made: {error.strerror}") from error
    if path.is_dir():
        return path, path / backups.dated_name(now)
    if path.exists() and path.samefile(config.ledger_path):
        raise ConfigError(f"{path}: this is the ledger itself; name another file")
    return path.parent, path


def _told(path: Path, contents: Contents) -> str:
    rows = contents.rows
    return (
        f"{_megabytes(path.stat().st_size)}, {rows['articles']} reports, {rows['verdicts']}"
        f" verdicts, {rows['alerts']} alerts, schema {contents.schema}"
    )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
