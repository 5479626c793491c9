"""From a parsed essay document to an Essay: which keys there are and what each may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from bot.essay.fields import Notes, Table, shown
from bot.model import Claim, Essay, Indicator, Kind, Party, Stance, Strength

MAX_STATEMENT_CHARS = 500
MAX_INDICATOR_CHARS = 300
MAX_TITLE_CHARS = 300
MAX_RESOLUTION_CHARS = 1000
MAX_SOURCE_CHARS = 2000

_INDICATOR = '{ text = "Moscow turns down a ceasefire.", strength = "strong" }'
_PREDICTION_ONLY = ("horizon", "resolution", "probability")
# bot.model.Verdict.asserted_by holds these beside the ids of the parties.
RESERVED_PARTIES = ("event", "official", "analyst", "opinion")


@dataclass(frozen=True, slots=True)
class ReadClaim:
    """A claim as read and the table that it was read from."""

    claim: Claim
    table: Table


@dataclass(frozen=True, slots=True)
class ReadEssay:
    """An essay as read, mistakes and all, with the tables of its parts in the file's order."""

    essay: Essay
    claims: tuple[ReadClaim, ...]
    parties: tuple[Table, ...]


def read_essay(document: Mapping[str, Any], notes: Notes) -> ReadEssay:
    """Reads a whole document; mistakes go to ``notes`` and leave stand-ins in the result."""
    root = Table(document, (), "the file", notes)
    root.known("essay", "party", "claim")
    head = _head(root)
    published = head.day("date", required=True) if head else None
    party_tables = root.tables("party", name="party", example="[[party]], in double brackets")
    claim_tables = root.tables("claim", name="claim", example="[[claim]], in double brackets")
    if "claim" not in document:
        notes.add((), "there is no claim", "add a [[claim]] table for each claim of the essay")
    elif document["claim"] == []:
        root.fault("claim", "is empty", "add a [[claim]] table for each claim of the essay")
    claims = tuple(_claim(table, published) for table in claim_tables)
    essay = Essay(
        id=head.handle("id", example='"my-essay"') if head else "",
        title=_line(head, "title", '"On Ceasefires"'),
        author=_line(head, "author", '"A. Writer"'),
        date=published or date.min,
        source=_source(head) if head else "",
        topics=head.texts("topics", example='["Ukraine"]', required=True) if head else (),
        parties=tuple(_party(table) for table in party_tables),
        claims=tuple(read.claim for read in claims),
        draft=head.flag("draft") if head else False,
    )
    return ReadEssay(essay, claims, tuple(party_tables))


def _head(root: Table) -> Table | None:
    value = root.values.get("essay")
    if value is None:
        root.notes.add((), "there is no [essay] table", "add [essay] with id, title, author, date")
        return None
    if not isinstance(value, dict):
        root.fault("essay", "is no single table", "write [essay], once, in single brackets")
        return None
    head = Table(value, ("essay",), "[essay]", root.notes)
    head.known("id", "title", "author", "date", "source", "topics", "draft")
    return head


def _line(table: Table | None, key: str, example: str) -> str:
    return table.text(key, example=example, limit=MAX_TITLE_CHARS) if table else ""


def _source(head: Table) -> str:
    if head.values.get("source", "") == "":
        return ""
    example = '"https://example.org/essay"'
    source = head.text("source", example=example, limit=MAX_SOURCE_CHARS)
    if source and not _is_link(source):
        head.fault("source", f"is {shown(source)}", f'write a web link, or "": {example}')
    return source


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and " " not in text


def _party(table: Table) -> Party:
    table = _named(table, "party")
    table.known("id", "name", "terms")
    party_id = table.handle("id", example='"russia"')
    if party_id.casefold() in RESERVED_PARTIES:
        table.fault("id", f"is {shown(party_id)}, which has a meaning of its own", "choose another")
    return Party(
        id=party_id,
        name=_line(table, "name", '"Russia"'),
        terms=table.texts("terms", example='["Kremlin", "Putin"]', required=True),
    )


def _claim(table: Table, published: date | None) -> ReadClaim:
    table = _named(table, "claim")
    table.known(
        *("id", "slug", "kind", "paragraphs", "statement", "topics", "depends_on", "horizon"),
        *("resolution", "probability", "supported_by", "contradicted_by"),
    )
    kind = table.choice("kind", Kind, Kind.FACT, required=True)
    prediction = kind is Kind.PREDICTION
    claim = Claim(
        id=table.handle("id", example='"C01"'),
        slug=table.handle("slug", example='"no-quick-end"'),
        kind=kind,
        paragraphs=table.counts("paragraphs", example="[0]"),
        statement=table.text(
            "statement", example='"The war will not end soon."', limit=MAX_STATEMENT_CHARS
        ),
        topics=table.texts("topics", example='["ceasefire", "talks"]'),
        supported_by=_indicators(table, "supported_by", Stance.SUPPORTS),
        contradicted_by=_indicators(table, "contradicted_by", Stance.CONTRADICTS),
        depends_on=table.texts("depends_on", example='["C01"]'),
        horizon=table.day("horizon", required=prediction),
        resolution=table.text(
            "resolution",
            example='"Yes if no agreement is signed by the horizon."',
            limit=MAX_RESOLUTION_CHARS,
            required=prediction,
        ),
        probability=table.share("probability"),
    )
    if not prediction and table.values.get("kind") in list(Kind):
        _refuse_prediction_keys(table, kind)
    _check_horizon(table, claim.horizon, published)
    if not (table.values.get("supported_by") or table.values.get("contradicted_by")):
        table.notes.add(
            table.path, f"{table.name}: it has no indicators", f"add supported_by = [{_INDICATOR}]"
        )
    return ReadClaim(claim, table)


def _named(table: Table, what: str) -> Table:
    """The table under the name that its id gives it, where it has one."""
    own = table.values.get("id")
    if not isinstance(own, str) or not own.strip():
        return table
    return Table(table.values, table.path, f"{what} {shown(own.strip(), quote='')}", table.notes)


def _refuse_prediction_keys(table: Table, kind: Kind) -> None:
    for key in _PREDICTION_ONLY:
        if key in table.values:
            table.fault(
                key,
                f"is for predictions only; this is of kind {kind.value}",
                f'remove it, or write kind = "{Kind.PREDICTION.value}"',
            )


def _check_horizon(table: Table, horizon: date | None, published: date | None) -> None:
    if horizon and published and horizon <= published:
        table.fault(
            "horizon", f"is {horizon}, not after the essay's date {published}", "write a later day"
        )


def _indicators(table: Table, key: str, side: Stance) -> tuple[Indicator, ...]:
    rows = table.tables(key, name=f"{table.name}: {key}", example=f"{key} = [{_INDICATOR}]")
    found = []
    for row in rows:
        row.known("text", "strength")
        text = row.text(
            "text", example='"Moscow turns down a ceasefire."', limit=MAX_INDICATOR_CHARS
        )
        strength = row.choice("strength", Strength, Strength.MODERATE, required=False)
        found.append(Indicator(text, side, strength))
    return tuple(found)
