"""How claims are shown to people and to programs."""

from __future__ import annotations

import io
import json
from dataclasses import replace

from rich.console import Console, RenderableType

from bot.essay import loader, show

ESSAY = loader.bundled()


def shown(renderable: RenderableType, width: int = 200) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(renderable)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_table_has_every_claim_with_its_counts() -> None:
    lines = shown(show.claims_table(ESSAY)).splitlines()
    for claim in ESSAY.claims:
        (line,) = [line for line in lines if line.lstrip().startswith(claim.id)]
        assert claim.statement in line
        assert line.split()[-2:] == [str(len(claim.supported_by)), str(len(claim.contradicted_by))]


def test_a_claim_is_shown_in_full() -> None:
    claim = ESSAY.claim("C12")
    text = " ".join(shown(show.claim_card(ESSAY, claim)).split())
    wanted = [claim.id, claim.slug, claim.statement, "prediction", "2026-12-31", "85%"]
    wanted += [" ".join(claim.resolution.split()), *(i.text for i in claim.indicators)]
    wanted += [f"rests on {each} {ESSAY.claim(each).statement}" for each in claim.depends_on]
    assert [part for part in wanted if part not in text] == []


def test_markup_in_an_essay_is_shown_as_written() -> None:
    hostile = "[red]x[/red] [link=http://e]y[/] [/nothing] \\[z]"
    claim = replace(
        ESSAY.claim("C12"),
        slug=hostile,
        statement=hostile,
        resolution=hostile,
        topics=(hostile,),
        supported_by=tuple(
            replace(each, text=hostile) for each in ESSAY.claim("C12").supported_by[:1]
        ),
    )
    essay = replace(ESSAY, title=hostile, author=hostile, claims=(*ESSAY.claims[:11], claim))
    essay = replace(essay, claims=(*essay.claims, ESSAY.claim("C17")))
    assert shown(show.claims_table(essay)).count(hostile) == 3
    assert shown(show.claim_card(essay, claim)).count(hostile) == 6


def test_a_side_without_indicators_says_so() -> None:
    claim = replace(ESSAY.claim("C01"), contradicted_by=())
    assert "no indicator on this side" in shown(show.claim_card(ESSAY, claim))


def test_the_dict_is_json_and_holds_everything() -> None:
    data = json.loads(json.dumps(show.as_dict(ESSAY)))
    assert data["date"] == "2025-03-25"
    assert len(data["claims"]) == 27
    claim = show.as_dict(ESSAY.claim("C21"))
    assert claim == data["claims"][20]
    assert claim["horizon"] == "2026-12-31"
    assert claim["depends_on"] == ["C05", "C10"]
    assert claim["supported_by"][0]["strength"] == "strong"
    assert data["claims"][0]["horizon"] is None
