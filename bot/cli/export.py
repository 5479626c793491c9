"""`claimwire export` and `claimwire verify`: the account for others, and proof that it holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from bot.cli.common import (
    ConfigOption,
    EssayOption,
    JsonOption,
    configured,
    essay_of,
    print_json,
    stderr,
    stdout,
)
from bot.cli.ledger import ask_ledger
from bot.errors import InputError
from bot.export.atom import to_atom
from bot.export.claimreview import to_claimreview
from bot.export.records import Snapshot
from bot.export.rows import to_csv, to_json
from bot.ledger.store import Ledger
from bot.model import Essay


class Format(StrEnum):
    """What an export looks like; docs/export.md describes each."""

    CSV = "csv"
    JSON = "json"
    CLAIMREVIEW = "claimreview"
    ATOM = "atom"


def register(app: typer.Typer) -> None:
    """Adds the subcommands."""
    app.command("export")(export)
    app.command("verify")(verify)


def export(
    form: Annotated[
        Format,
        typer.Option("--format", help="csv and json: evidence; claimreview: claims; atom: alerts."),
    ] = Format.JSON,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="From that day on, in UTC."),
    ] = None,
    claim: Annotated[str | None, typer.Option(metavar="ID", help="Of that claim alone.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Else standard output.")
    ] = None,
    config: ConfigOption = None,
    essay: EssayOption = None,
) -> None:
    """Write evidence, claims or alerts for other programs."""
    loaded = configured(config)
    text = essay_of(loaded, essay)
    start = None if since is None else since.replace(tzinfo=UTC)
    organisation = loaded.export.organisation
    read = _reader(form, text, _claim_id(text, claim), start, organisation)
    snapshot, content = ask_ledger(loaded, read)
    _write(content, output)
    if output is not None:
        told = f"Written: {output}. The chain's head: {snapshot.head} ({snapshot.links} links)."
        stderr().print(Text(told), soft_wrap=True)


def _reader(
    form: Format, essay: Essay, claim_id: str | None, since: datetime | None, organisation: str
) -> Callable[[Ledger], Awaitable[tuple[Snapshot, str]]]:
    """What is asked of the ledger, and made of its answer."""

    async def rows(ledger: Ledger) -> tuple[Snapshot, str]:
        snapshot, found = await ledger.evidence_records(essay.id, claim_id, since)
        make = to_csv if form is Format.CSV else to_json
        return snapshot, make(snapshot, found)

    async def reviews(ledger: Ledger) -> tuple[Snapshot, str]:
        snapshot, found = await ledger.review_records(essay, claim_id, since)
        return snapshot, to_claimreview(snapshot, essay, found, organisation)

    async def alerts(ledger: Ledger) -> tuple[Snapshot, str]:
        snapshot, found = await ledger.alert_records(essay.id, claim_id, since)
        return snapshot, to_atom(snapshot, essay, found, organisation)

    return {Format.CLAIMREVIEW: reviews, Format.ATOM: alerts}.get(form, rows)


def _claim_id(essay: Essay, wanted: str | None) -> str | None:
    if wanted is None:
        return None
    try:
        return essay.claim(wanted).id
    except KeyError:
        raise InputError(
            f"{wanted}: no such claim. `claimwire claims` lists them; for one of an older essay"
            " file, name that file with --essay."
        ) from None


def _write(content: str, output: Path | None) -> None:
    data = content.encode()
    if output is None:
        # As bytes: a text stream might change line ends, or not know a character.
        typer.get_binary_stream("stdout").write(data)
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        raise InputError(f"{output}: cannot be written: {error.strerror}") from error


def verify(
    head: Annotated[
        str,
        typer.Option(metavar="HASH", help="A head that was noted earlier, as every export has it."),
    ] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check that nothing in the log was changed, removed or inserted since it was written."""
    found = ask_ledger(configured(config), lambda ledger: ledger.verify(head))
    if as_json:
        print_json({"ok": not found.fault, **dataclasses.asdict(found)})
    elif found.fault:
        stdout().print(Text(f"NOT AS IT WAS WRITTEN: {found.fault}"), soft_wrap=True)
    else:
        end = found.head
        told = f"OK: {end.links} links, each as it was written. Head: {end.hash}"
        if found.noted_at is not None:
            told += f"\nThe noted head is link {found.noted_at}."
        stdout().print(Text(told), soft_wrap=True)
    if found.fault:
        raise typer.Exit(1)
