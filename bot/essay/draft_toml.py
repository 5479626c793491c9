"""Writes a draft as an essay file with comments that lead an editor through it. Pure."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence

from bot.essay.draft import PLACEHOLDERS, Draft, DraftClaim
from bot.essay.review import MIN_INDICATORS

_COMMENT_WIDTH = 98

_HEAD = """\
DRAFT, proposed by `claimwire essay draft` from {origin}. Nobody has checked it yet.

The statements are sentences of the essay, the indicators rewritings of them by rule. For each
claim: is it one, and is its kind right? Say it in one sentence of your own that stands alone. Then
write at least {least} indicators a side: what would be reported if it holds, and what if not?
Delete the claims that you do not want to watch (and their ids in depends_on), and these comments.

`claimwire claims check FILE` says what is left to do. `claimwire run` refuses the file until the
line draft = true is gone. The format: docs/essay-format.md."""


def draft_toml(draft: Draft, origin: str) -> str:
    """The file's text, which bot.essay.loader reads; ``origin`` is what the essay is called."""
    lines = [
        *_comment(_HEAD.format(origin=_one_line(origin), least=MIN_INDICATORS)),
        "",
        "[essay]",
        f"id = {_string(draft.id)}",
        f"title = {_string(draft.title)}",
        f"author = {_string(draft.author)}",
        f"date = {draft.written.isoformat()}",
        'source = ""',
        "draft = true",
        *(f"# {note}" for note in draft.notes),
        *_comment(
            "topics: a report that names none of these is not judged. Add the other names that"
            " reports use."
        ),
        f"topics = {_strings(draft.topics)}",
    ]
    if draft.phrases:
        lines += _comment(f"frequent, but no names: {', '.join(draft.phrases)}")
    lines += ["", *_parties(draft)]
    for claim in draft.claims:
        lines += ["", *_claim(claim)]
    return "\n".join(lines) + "\n"


def _parties(draft: Draft) -> Iterator[str]:
    yield from _comment(
        "Parties: names that act in the essay. Keep those whose own word is no evidence of what"
        " they mean to do, and add their leaders and organs."
    )
    for party in draft.parties:
        yield from (
            "",
            "[[party]]",
            f"id = {_string(party.id)}",
            f"name = {_string(party.name)}",
            f"terms = {_strings(party.terms)}",
        )


def _claim(claim: DraftClaim) -> Iterator[str]:
    where = ", ".join(f"¶{number}" for number in claim.paragraphs)
    if claim.source != claim.statement:
        yield from _comment(f"{where}: {claim.source}")
    for note in claim.notes:
        yield from _comment(note)
    yield "[[claim]]"
    yield f"id = {_string(claim.id)}"
    yield f"slug = {_string(claim.slug)}"
    yield f"kind = {_string(claim.kind.value)}"
    yield f"paragraphs = {list(claim.paragraphs)}"
    yield f"statement = {_string(claim.statement)}"
    yield f"topics = {_strings(claim.topics)}"
    if claim.depends_on:
        yield f"depends_on = {_strings(claim.depends_on)}"
    if claim.horizon:
        yield f"horizon = {claim.horizon.isoformat()}"
        yield f"resolution = {_string(claim.resolution)}"
    yield from _side("supported_by", claim.supported_by)
    yield from _side("contradicted_by", claim.contradicted_by)


def _side(key: str, indicators: Sequence[str]) -> Iterator[str]:
    yield f"{key} = ["
    for text in indicators:
        hint = "" if text in PLACEHOLDERS else "  # a suggestion: rewrite it"
        yield f"  {{ text = {_string(text)} }},{hint}"
    for _ in range(MIN_INDICATORS - len(indicators)):
        yield '  # { text = "", strength = "strong" },'
    yield "]"


def _comment(text: str) -> list[str]:
    lines: list[str] = []
    for paragraph in text.split("\n\n"):
        lines += ["#"] if lines else []
        wrapped = textwrap.wrap(_one_line(paragraph), _COMMENT_WIDTH, break_on_hyphens=False)
        lines += [f"# {line}" for line in wrapped]
    return lines


def _one_line(text: str) -> str:
    """For a comment, where TOML allows no control characters."""
    return "".join(char if char.isprintable() else " " for char in " ".join(text.split()))


def _strings(values: Sequence[str]) -> str:
    return f"[{', '.join(_string(value) for value in values)}]"


def _string(text: str) -> str:
    # A basic TOML string takes JSON's escapes; DEL, which JSON leaves alone, it does not take.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
