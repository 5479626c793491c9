"""The review queue and the judge's precision as answers: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapters.text import time_utc
from bot.commands.answers import (
    Answer,
    Block,
    Button,
    Field,
    Fields,
    Page,
    Paragraph,
    Quote,
    Row,
    Rows,
    Style,
    done,
)
from bot.commands.requests import DecideReview, Review, UndoReview
from bot.commands.words import line
from bot.evaluation.desk_figures import Precision
from bot.ledger.records import Doubt, ReviewAction, ReviewItem
from bot.model import Claim, Essay, Stance

FOLLOWING = 7  # items that are named below the one that is shown
HOME_ITEMS = 5
_STANCES = (Stance.SUPPORTS, Stance.CONTRADICTS, Stance.UPDATE)
_TOLD = "That is evidence now; channels that follow the claim are told if it is news to them."
_SAID = {
    ReviewAction.SUPPORTS: f"It supports the claim. {_TOLD}",
    ReviewAction.CONTRADICTS: f"It contradicts the claim. {_TOLD}",
    ReviewAction.UPDATE: f"It bears on the claim, without a direction. {_TOLD}",
    ReviewAction.NOT_THIS_CLAIM: "It does not bear on the claim.",
    ReviewAction.SKIP: "Nobody needs to look at it any more.",
}


def shown(claim: Claim, items: Sequence[ReviewItem], page: Page) -> Answer:
    """The first of the items, which is on that claim, with the buttons that decide on it; and
    those that follow."""
    item = items[0]
    finding, entry = item.finding, item.article.entry
    by = f"{entry.outlet.name}, {time_utc(item.article.at)}"
    blocks: list[Block] = [
        Paragraph(claim.statement),
        Quote(finding.sentence.text, by, entry.url),
        Fields(tuple(_fields(item))),
    ]
    if len(items) > 1:
        blocks.append(Rows(tuple(map(row, items[1 : 1 + FOLLOWING])), "Then"))
    title = f"{claim.id}: {_question(item)}"
    return Answer(title, tuple(blocks), buttons=_buttons(item), page=page)


def nothing(claim: Claim | None) -> Answer:
    """Nothing waits."""
    on = f" on {claim.id}" if claim else ""
    told = "What the judge is unsure of comes here, and what it tells without a direction."
    return Answer(f"Nothing waits for an editor's look{on}", (Paragraph(told, faint=True),))


def row(item: ReviewItem) -> Row:
    """An item as a line of a list."""
    finding, entry = item.finding, item.article.entry
    more = f", {item.reports} reports" if item.reports > 1 else ""
    return Row(
        finding.sentence.text,
        f"{_sure(item)}; {entry.outlet.name}, {item.article.at:%Y-%m-%d}{more}",
        finding.claim_id,
        stance=finding.stance,
        link=entry.url,
    )


def summary(items: Sequence[ReviewItem]) -> Answer:
    """How many wait, and the first: for a home page."""
    count = len(items)
    title = "1 report waits" if count == 1 else f"{count} reports wait"
    rows = Rows(tuple(map(row, items[:HOME_ITEMS])))
    button = Button("Review", line(Review()), Style.MAIN)
    return Answer(f"{title} for an editor's look", (rows,), buttons=(button,))


def decided(request: DecideReview, waiting: int) -> Answer:
    """A decision was recorded. ``waiting``: how many wait still."""
    undo = Button("Undo", line(UndoReview(request.item)))
    ways = (undo, Button(f"Next ({waiting} wait)", line(Review()))) if waiting else (undo,)
    return done("Recorded", Paragraph(_SAID[request.action]), buttons=ways)


def undone() -> Answer:
    """A decision was taken back."""
    told = "The decision was taken back, with the evidence that it made; a post of it is struck."
    return done("Recorded", Paragraph(told))


# --- precision -----------------------------------------------------------------------------------


def precision(
    overall: Precision,
    claims: Sequence[tuple[Claim, Precision]],
    undecided: int,
    page: Page,
) -> Answer:
    """How the desk decided on the judge's alerts: overall, and by claim.

    ``undecided``: the number of claims of which no alert was decided.
    """
    told = f"Of the alerts that the desk decided on: {overall}."
    blocks: list[Block] = [Paragraph(told)]
    if claims:
        blocks.append(Rows(tuple(_precision_row(claim, one) for claim, one in claims)))
    blocks.append(Paragraph(f"Claims without a decision: {undecided}.", faint=True))
    return Answer("How often the alerts are right", tuple(blocks), page=page)


def by_claim(essay: Essay, found: Mapping[str, Precision]) -> tuple[tuple[Claim, Precision], ...]:
    """The claims on which something was decided, in the essay's order."""
    return tuple((claim, found[claim.id]) for claim in essay.claims if claim.id in found)


def _precision_row(claim: Claim, found: Precision) -> Row:
    wrong = f"{found.wrong_stance} wrong stance, {found.not_this_claim} not this claim"
    return Row(str(found), wrong, claim.id)


# --- parts ---------------------------------------------------------------------------------------


def _fields(item: ReviewItem) -> list[Field]:
    finding = item.finding
    met = finding.indicator
    side = f" ({met.side.value} the claim)" if met else ""
    why = "Why it was not told" if item.doubt is Doubt.UNSURE else "Why it has no direction"
    fields = [
        Field("How sure", _sure(item)),
        Field("Nearest indicator", f"{met.text}{side}" if met else "none is near"),
        Field(why, finding.note or "too unsure"),
    ]
    if item.reports > 1:
        fields.append(Field("Reports", f"{item.reports} of this story wait"))
    return fields


def _sure(item: ReviewItem) -> str:
    finding = item.finding
    if item.doubt is Doubt.UNDIRECTED:
        return f"bears on it at {finding.probability:.0%}, direction open"
    return f"{finding.stance.value} at {finding.probability:.0%}"


def _question(item: ReviewItem) -> str:
    if item.doubt is Doubt.UNDIRECTED:
        return "told without a direction; which is it?"
    return "not sure enough to be told; is it right?"


def _buttons(item: ReviewItem) -> tuple[Button, ...]:
    """The judge's own stance first."""
    judged = item.finding.stance if item.doubt is Doubt.UNSURE else None
    stances = sorted(_STANCES, key=lambda stance: stance is not judged)
    confirm = [
        Button(
            f"Confirm {stance.value}",
            _token(item, ReviewAction(stance)),
            Style.MAIN if stance is judged else Style.PLAIN,
        )
        for stance in stances
    ]
    return (
        *confirm,
        Button("Not this claim", _token(item, ReviewAction.NOT_THIS_CLAIM)),
        Button("Skip", _token(item, ReviewAction.SKIP)),
    )


def _token(item: ReviewItem, action: ReviewAction) -> str:
    return line(DecideReview(action, item.id))
