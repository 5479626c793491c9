"""Predictions as answers, and the buttons that act on them: pure."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from bot.alerts.reminders import days_left
from bot.commands.answers import (
    TEXT_MAX,
    TOKEN_MAX,
    Answer,
    Block,
    Button,
    Field,
    Page,
    Paragraph,
    Row,
    Rows,
    Style,
    done,
    error,
)
from bot.commands.requests import Resolve, ShowClaim
from bot.commands.words import line
from bot.model import Claim, Notice, NoticeKind
from bot.pictures import calibration
from bot.predictions import (
    Act,
    Ending,
    Prediction,
    Resolution,
    Result,
    Score,
    State,
    Wording,
    left_out,
)

# With fewer resolved predictions a Brier score is a hint and no measure.
MEASURED_FROM = 20
_TITLES = {
    None: "The predictions",
    State.OPEN: "Predictions that are open",
    State.DUE: "Predictions that are due",
    State.RESOLVED: "How the predictions ended",
}
_NOT_DONE = {
    Result.ALREADY: "That is how it stands already; nothing was changed.",
    Result.OWN: "You proposed that yourself; it takes another editor to agree.",
    Result.STALE: "It was changed since you saw it. Look at it again.",
    Result.NOTHING: "Nobody has resolved it or proposed to, so there is nothing to change.",
}


# --- look-ups ------------------------------------------------------------------------------------


def listed(
    rows: Sequence[Prediction],
    wanted: State | None,
    shaken: Mapping[str, Sequence[str]],
    found: Score,
    page: Page,
) -> Answer:
    """One page of predictions; of those that are resolved with the author's score."""
    blocks: list[Block] = []
    if wanted is State.RESOLVED:
        blocks += score_lines(found)
    if rows:
        blocks.append(Rows(tuple(_row(one, shaken.get(one.claim.id, ())) for one in rows)))
    elif wanted is not State.RESOLVED:
        blocks.append(Paragraph("None."))
    return Answer(_TITLES[wanted], tuple(blocks), page=page)


def score_lines(found: Score) -> tuple[Paragraph, ...]:
    """The Brier score with its number, and what was left out of it."""
    remarks = []
    if missing := left_out(found):
        remarks.append(f"Left out: {missing}.")
    if calibration.LEAST_RESOLVED <= len(found.scored) < MEASURED_FROM:
        remarks.append(f"With fewer than {MEASURED_FROM}, chance moves the score more than skill.")
    faint = (Paragraph(" ".join(remarks), faint=True),) if remarks else ()
    return (Paragraph(calibration.alt(found.scored)), *faint)


def details(one: Prediction) -> tuple[Field, ...]:
    """What `show` says of a prediction beside any claim's fields."""
    claim, held = one.claim, one.resolution
    fields = [Field("Last day", f"{claim.horizon}, {days_left(one.days_left)}")]
    if claim.probability is not None:
        fields.append(Field("Author's probability", f"{claim.probability:.0%}"))
    fields.append(Field("Resolution", _ending(held) if held else "none yet"))
    if held is not None and held.wording != Wording.of(claim):
        fields.append(Field("Since then", "the essay has changed its wording, date or probability"))
    if one.quiet:
        fields.append(Field("Reminders", f"none; `resolve {claim.id} remind` brings them back"))
    return tuple(fields)


def rule(one: Prediction) -> tuple[Paragraph, ...]:
    """How it is to be resolved, and the note on how it was."""
    told = textwrap.wrap(f"Rule: {one.claim.resolution}", TEXT_MAX)
    lines = [Paragraph(part) for part in told]
    if one.resolution is not None and one.resolution.note:
        lines.append(Paragraph(f"Note: {one.resolution.note}"))
    return tuple(lines)


def shaken_words(premises: Sequence[str]) -> str:
    """`premise shaken: C04, C10`; "" for none."""
    return f"premise shaken: {', '.join(premises)}" if premises else ""


def _row(one: Prediction, premises: Sequence[str]) -> Row:
    claim, held = one.claim, one.resolution
    told = [] if one.state is State.RESOLVED else [days_left(one.days_left)]
    if held is not None:
        told.append(_ending(held))
    told.append(shaken_words(premises))
    told.append(f"stands {one.standing.word(claim.kind)}")
    if claim.probability is not None:
        told.append(f"the author gave {claim.probability:.0%}")
    if one.dropped:
        told.append("no longer in the essay")
    return Row(claim.statement, "; ".join(filter(None, told)), claim.id, one.standing)


def _ending(held: Resolution) -> str:
    by = f"by {held.by or 'somebody'}"
    if not held.holds:
        return f"proposed {by}: {held.ending.value}"
    agreed = f", agreed by {held.agreed_by}" if held.agreed_by else ""
    return f"{held.ending.value}, {by}{agreed}, {held.at:%Y-%m-%d}"


# --- what people do ------------------------------------------------------------------------------


def asked(claim: Claim, ending: Ending, one: Prediction) -> Answer:
    """Asks for the reason before anything is recorded."""
    act = Act(ending)
    write = f"Write `{line(Resolve(claim.id, act))} NOTE` with the reason and its source."
    stands = _ending(one.resolution) if one.resolution else days_left(one.days_left)
    blocks = (
        Paragraph(claim.statement),
        *rule(one),
        Paragraph(f"{write} The note is kept and posted. Now: {stands}."),
    )
    label = f"Resolve {ending.value} without a note"
    buttons = _button(label, Resolve(claim.id, act, ""), Style.DANGER)
    title = f"Resolve {claim.id} {ending.value}?"
    return Answer(title, blocks, buttons=buttons, shareable=False)


def taken(claim: Claim, what: Result, held: Resolution | None) -> Answer:
    """What became of it. ``held``: the resolution that it was about."""
    if what in (Result.QUIET, Result.REMINDING):
        return _reminding(claim, wanted=what is Result.REMINDING)
    if what is Result.HELD and held is not None:
        back = line(Resolve(claim.id, Act.UNDO))
        return error(f"It is resolved already: {_ending(held)}. `{back}` takes that back.")
    if what in _NOT_DONE or held is None:
        return error(_NOT_DONE[what], *([Paragraph(_ending(held))] if held else []))
    if what is Result.UNDONE:
        return done(f"{claim.id} is open again", Paragraph(f"Taken back: {_ending(held)}."))
    undo = _button("Undo", Resolve(claim.id, Act.UNDO, seen=held.last_id))
    if what is Result.PROPOSED:
        told = "It holds once a second editor agrees; they were asked where the claim is followed."
        return done(f"{claim.id}: {held.ending.value} is proposed", Paragraph(told), buttons=undo)
    return done(f"{claim.id} is resolved", Paragraph(_ending(held)), buttons=undo)


def _reminding(claim: Claim, *, wanted: bool) -> Answer:
    if wanted:
        return done(f"{claim.id} is brought to mind again as its date comes near")
    told = "A changed date brings reminders back, and so does the button."
    again = _button("Remind again", Resolve(claim.id, Act.REMIND))
    return done(f"No more reminders of {claim.id}", Paragraph(told), buttons=again)


def prediction_buttons(one: Prediction) -> tuple[Button, ...]:
    """What an editor may do next with a prediction that is proposed or due; none for others."""
    if one.state is State.RESOLVED:
        return ()
    if one.resolution is not None:
        return _agree(one.claim.id, one.resolution.last_id)
    return _endings(one.claim.id) if one.state is State.DUE else ()


def notice_buttons(notice: Notice) -> tuple[Button, ...]:
    """What stands under a notice of a prediction or premise; none under others."""
    claim_id = notice.claim_id
    show = _button("Show", ShowClaim(claim_id))
    match notice.kind:
        case NoticeKind.REMINDER:
            never = _button("Never again", Resolve(claim_id, Act.QUIET))
            return (*_endings(claim_id), *show, *never)
        case NoticeKind.RESOLUTION:
            return (*(_agree(claim_id, notice.about) if notice.about else ()), *show)
        case NoticeKind.PREMISE:
            return show
        case _:
            return ()


def _endings(claim_id: str) -> tuple[Button, ...]:
    return (
        *_button("Resolve yes", Resolve(claim_id, Act.YES)),
        *_button("Resolve no", Resolve(claim_id, Act.NO)),
        *_button("Ambiguous", Resolve(claim_id, Act.AMBIGUOUS)),
    )


def _agree(claim_id: str, row_id: int) -> tuple[Button, ...]:
    return _button("Agree", Resolve(claim_id, Act.AGREE, seen=row_id), Style.MAIN)


def _button(
    label: str, request: Resolve | ShowClaim, style: Style = Style.PLAIN
) -> tuple[Button, ...]:
    """None where the claim's id is too long for a token."""
    token = line(request)
    return (Button(label, token, style),) if len(token) <= TOKEN_MAX else ()
