"""The claims of an essay for people (rich renderables) and for programs (plain dicts)."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.model import Claim, Essay, Indicator

# Every text from the file is put in as rich.text.Text, which takes no markup.


def claims_table(essay: Essay) -> Table:
    """All claims, one a row; +/- count the indicators on each side."""
    title = Text(f"{essay.title} ({essay.author}, {essay.date})", style="bold")
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("id", "kind", "¶"):
        table.add_column(heading, no_wrap=True)
    table.add_column("statement", ratio=1)
    for heading in ("+", "-"):
        table.add_column(heading, justify="right", no_wrap=True)
    for claim in essay.claims:
        table.add_row(
            Text(claim.id, style="bold"),
            Text(claim.kind.value),
            Text(_paragraphs(claim)),
            Text(claim.statement),
            Text(str(len(claim.supported_by)), style="green"),
            Text(str(len(claim.contradicted_by)), style="red"),
        )
    return table


def claim_card(essay: Essay, claim: Claim) -> RenderableType:
    """One claim in full."""
    heading = Text.assemble((claim.id, "bold"), "  ", (claim.slug, "dim"))
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column()
    for label, value in _facts(essay, claim):
        facts.add_row(label, Text(value))
    return Group(
        heading,
        Text(claim.statement),
        Text(),
        facts,
        Text(),
        *_side("Supported if it is reported that", claim.supported_by, "+", "green"),
        Text(),
        *_side("Contradicted if it is reported that", claim.contradicted_by, "-", "red"),
    )


def as_dict(value: Essay | Claim) -> dict[str, Any]:
    """An essay or a claim as JSON holds it: ISO dates, null for what is absent."""
    if isinstance(value, Claim):
        return _claim_dict(value)
    return {
        "id": value.id,
        "title": value.title,
        "author": value.author,
        "date": value.date.isoformat(),
        "source": value.source,
        "topics": list(value.topics),
        "parties": [
            {"id": party.id, "name": party.name, "terms": list(party.terms)}
            for party in value.parties
        ],
        "claims": [_claim_dict(claim) for claim in value.claims],
    }


def _claim_dict(claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.id,
        "slug": claim.slug,
        "kind": claim.kind.value,
        "paragraphs": list(claim.paragraphs),
        "statement": claim.statement,
        "topics": list(claim.topics),
        "depends_on": list(claim.depends_on),
        "horizon": claim.horizon.isoformat() if claim.horizon else None,
        "resolution": claim.resolution or None,
        "probability": claim.probability,
        "supported_by": [_indicator_dict(each) for each in claim.supported_by],
        "contradicted_by": [_indicator_dict(each) for each in claim.contradicted_by],
    }


def _indicator_dict(indicator: Indicator) -> dict[str, str]:
    return {"text": indicator.text, "strength": indicator.strength.value}


def _paragraphs(claim: Claim) -> str:
    return ", ".join(str(number) for number in claim.paragraphs)


def _facts(essay: Essay, claim: Claim) -> list[tuple[str, str]]:
    rows = [("essay", essay.title), ("kind", claim.kind.value), ("paragraphs", _paragraphs(claim))]
    rows += [("rests on", f"{each}  {essay.claim(each).statement}") for each in claim.depends_on]
    rows += [
        ("carries", f"{each.id}  {each.statement}")
        for each in essay.claims
        if claim.id in each.depends_on
    ]
    if claim.horizon:
        rows.append(("horizon", claim.horizon.isoformat()))
    if claim.resolution:
        rows.append(("resolution", claim.resolution))
    if claim.probability is not None:
        rows.append(("author's probability", f"{claim.probability:.0%}"))
    if claim.topics:
        rows.append(("topics", ", ".join(claim.topics)))
    return rows


def _side(
    heading: str, indicators: tuple[Indicator, ...], mark: str, style: str
) -> list[RenderableType]:
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True, style=style)
    table.add_column(no_wrap=True, style="dim")
    table.add_column()
    for each in indicators:
        table.add_row(mark, each.strength.value, Text(each.text))
    if not indicators:
        table.add_row("", "", Text("(no indicator on this side)", style="dim"))
    return [Text(heading, style="bold"), table]
