"""Predictions over a real ledger: resolving, undoing, agreeing, and premises that fall."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from ledger_making import ESSAY, NOON, StillClock, report, update

from bot.alerts.subscriptions import Cadence, Subscription
from bot.commands import requests as ask
from bot.commands.answers import Answer, Fields, Paragraph, Rows, Tone
from bot.commands.desk import Desk
from bot.commands.people import Right, Roles
from bot.ledger.records import AlertPolicy
from bot.ledger.store import Ledger
from bot.model import (
    Actor,
    Claim,
    DeskAction,
    Essay,
    Kind,
    Notice,
    NoticeDelivery,
    NoticeKind,
    Stance,
)
from bot.predictions import Act, PredictionRules, State

ADA = Actor("slack", "U1", "Ada", channel_id="C1")
BO = Actor("slack", "U2", "Bo", channel_id="C1")
READER = Actor("slack", "U3", "Cy", channel_id="C1")
POLICY = AlertPolicy(("desk",), standing_changes=True)
AGAINST = Stance.CONTRADICTS
FACT = Claim("C09", "a-fact", Kind.FACT, (9,), "The pause was signed.")
RULE = "Yes if a strike is reported before the date; two wires must say so."


def essay_with(**above: tuple[str, ...]) -> Essay:
    """The essay with a rule for each prediction, a fact, and these premises."""
    claims = (replace(one, resolution=RULE) for one in (*ESSAY.claims, FACT))
    return replace(
        ESSAY, claims=tuple(replace(one, depends_on=above.get(one.id, ())) for one in claims)
    )


TEXT = essay_with(C02=("C01",), C03=("C02",), C04=("C09",))


def desk_of(ledger: Ledger, clock: StillClock, *, second: bool = False, text: Essay = TEXT) -> Desk:
    roles = Roles(holders={Right.RESOLVE: ("slack:U1", "slack:U2")})
    rules = PredictionRules(second_editor=second)
    return Desk(text, ledger, clock, roles, POLICY, None, rules)


@pytest.fixture
def desk(ledger: Ledger, clock: StillClock) -> Desk:
    return desk_of(ledger, clock)


@pytest.fixture
def strict(ledger: Ledger, clock: StillClock) -> Desk:
    """Where a second editor must agree."""
    return desk_of(ledger, clock, second=True)


def told(answer: Answer) -> str:
    """All the words of an answer."""
    words = [answer.title]
    for block in answer.blocks:
        match block:
            case Paragraph(text):
                words.append(text)
            case Fields(fields):
                words += [f"{one.name}: {one.value}" for one in fields]
            case Rows(rows, heading):
                words += [heading, *(f"{row.claim_id} {row.text} {row.detail}" for row in rows)]
    return "\n".join(words)


async def posts(
    ledger: Ledger, clock: StillClock, kind: NoticeKind, channel: str = "desk"
) -> list[Notice]:
    due = await ledger.due_deliveries(clock.now(), 100, channel)
    notices = [one.notice for one in due if isinstance(one, NoticeDelivery)]
    return [one for one in notices if one.kind is kind]


async def commit(ledger: Ledger, *reports, text: Essay = TEXT, **how) -> None:
    await ledger.commit(replace(update(*reports, **how), essay=text, policy=POLICY))


# --- resolving -----------------------------------------------------------------------------------


async def test_a_prediction_is_resolved_with_a_note_told_and_undone_again(desk, ledger, clock):
    answer = await desk.ask_text("resolve c01 no signed in Geneva", ADA)
    assert answer.tone is Tone.DONE
    (post,) = await posts(ledger, clock, NoticeKind.RESOLUTION)
    assert post.title == "C01: resolved no, by Ada"
    assert "Note: signed in Geneva" in post.lines
    assert "The author had given it 70%." in post.lines
    shown = told(await desk.ask(ask.ShowClaim("C01"), READER))
    assert "Resolution: no, by Ada, 2026-03-01" in shown
    assert "Note: signed in Geneva" in shown
    (undo,) = answer.buttons
    assert (await desk.ask_text(undo.token, BO)).tone is Tone.DONE
    assert "Resolution: none yet" in told(await desk.ask(ask.ShowClaim("C01"), READER))
    titles = [one.title for one in await posts(ledger, clock, NoticeKind.RESOLUTION)]
    assert titles[-1] == "C01: Bo took back “no”"


async def test_every_step_is_a_row_with_the_wording_of_then_and_nothing_is_ever_changed(
    desk, ledger
):
    await desk.ask_text("resolve C01 no first", ADA)
    await desk.ask_text("resolve C01 undo", BO)
    await desk.ask_text("resolve C01 yes second", ADA)
    rows = await ledger._owner.read(
        lambda db: db.execute(
            "SELECT act, of_row, note, statement, rule, horizon, probability, user_name"
            " FROM prediction_log ORDER BY id"
        ).fetchall()
    )
    wording = (TEXT.claims[0].statement, RULE, "2026-12-31", 0.7)
    assert rows == [
        ("no", None, "first", *wording, "Ada"),
        ("undo", 1, "", *wording, "Bo"),
        ("yes", None, "second", *wording, "Ada"),
    ]
    for change in ("UPDATE prediction_log SET note = ''", "DELETE FROM prediction_log"):
        with pytest.raises(Exception, match="append-only"):
            await ledger._owner.write(lambda db, sql=change: db.execute(sql))
    assert (await ledger.verify()).fault == ""


async def test_without_a_note_the_editor_is_asked_for_one_and_nothing_is_recorded(desk, ledger):
    answer = await desk.ask_text("resolve C01 yes", ADA)
    assert RULE in told(answer)
    assert "resolve C01 yes NOTE" in told(answer)
    assert (await ledger.predictions(TEXT, PredictionRules()))[0].resolution is None
    assert (await desk.ask_text(answer.buttons[0].token, ADA)).tone is Tone.DONE
    assert (await ledger.predictions(TEXT, PredictionRules()))[0].state is State.RESOLVED


async def test_what_cannot_be_done_is_answered_and_changes_nothing(desk, ledger):
    await desk.ask_text("resolve C01 no seen", ADA)
    for line, why in (
        ("resolve C01 no seen", "stands already"),
        ("resolve C01 yes seen", "resolve C01 undo"),
        ("resolve C01 no", "stands already"),
        ("resolve C01 undo 99", "changed since you saw it"),
        ("resolve C02 undo", "nothing to change"),
        ("resolve C02 agree", "nothing to change"),
        ("resolve C02 remind", "stands already"),
        ("resolve C09 yes seen", "kind fact"),
        ("resolve C77 yes seen", "no claim"),
        ("resolve C01", "How did it end"),
        ("resolve C01 maybe", "none of: yes"),
        ("resolve C01 quiet now", "too much"),
    ):
        answer = await desk.ask_text(line, BO)
        assert (answer.tone, why in told(answer)) == (Tone.ERROR, True), (line, told(answer))
    count = await ledger._owner.read(
        lambda db: db.execute("SELECT count(*) FROM prediction_log").fetchone()
    )
    assert count == (1,)


async def test_readers_may_look_and_not_resolve(desk, ledger):
    for line in ("resolve C01 yes", "resolve C01 yes seen", "resolve C01 quiet"):
        answer = await desk.ask_text(line, READER)
        assert (answer.tone, "resolve predictions" in told(answer)) == (Tone.REFUSED, True)
    assert (await desk.ask_text("predictions", READER)).tone is Tone.PLAIN


# --- a second editor -----------------------------------------------------------------------------


async def test_a_proposal_is_shown_as_one_until_another_editor_agrees(strict, ledger, clock):
    await strict.ask_text("resolve C01 no signed", ADA)
    (post,) = await posts(ledger, clock, NoticeKind.RESOLUTION)
    assert post.title == "C01: proposed no, by Ada"
    assert "Resolution: proposed by Ada: no" in told(await strict.ask_text("show C01", READER))
    assert (await ledger.predictions(TEXT, PredictionRules()))[0].state is State.OPEN
    from bot.commands.notices import as_answer

    agree = as_answer(post).buttons[0]
    assert (agree.label, agree.token) == ("Agree", "resolve C01 agree 1")
    alone = await strict.ask_text(agree.token, ADA)
    assert (alone.tone, "another editor" in told(alone)) == (Tone.ERROR, True)
    assert (await strict.ask_text(agree.token, BO)).tone is Tone.DONE
    titles = [one.title for one in await posts(ledger, clock, NoticeKind.RESOLUTION)]
    assert titles[-1] == "C01: resolved no, by Ada, agreed by Bo"
    assert (await ledger.predictions(TEXT, PredictionRules()))[0].state is State.RESOLVED


async def test_a_button_of_a_proposal_that_was_replaced_agrees_with_nothing(strict, ledger):
    await strict.ask_text("resolve C01 no signed", ADA)
    await strict.ask_text("resolve C01 yes it fired", ADA)
    stale = await strict.ask_text("resolve C01 agree 1", BO)
    assert (stale.tone, "changed since" in told(stale)) == (Tone.ERROR, True)
    assert "proposed by Ada: yes" in told(await strict.ask_text("show C01", READER))


async def test_undo_of_a_proposal_does_not_undo_what_another_has_agreed_to(strict):
    proposed = await strict.ask_text("resolve C01 no signed", ADA)
    await strict.ask_text("resolve C01 agree", BO)
    undo = await strict.ask_text(proposed.buttons[0].token, ADA)
    assert (undo.tone, "changed since" in told(undo)) == (Tone.ERROR, True)


async def test_who_resolves_alike_agrees_with_a_note_of_their_own(strict, ledger):
    await strict.ask_text("resolve C01 no signed", ADA)
    await strict.ask_text("resolve C01 no both wires have it", BO)
    (found, *_) = await ledger.predictions(TEXT, PredictionRules())
    assert found.resolution.agreed_by == "Bo"
    assert found.resolution.note == "signed; both wires have it"


# --- the list and the score ----------------------------------------------------------------------


async def test_the_list_says_days_probability_standing_and_state(desk, ledger, clock):
    await commit(ledger, report("a", AGAINST))
    await desk.ask_text("resolve C02 void no such thing", ADA)
    answer = told(await desk.ask_text("predictions open", READER))
    assert "305 days left; stands contradicted; the author gave 70%" in answer
    assert "C02" not in answer
    clock.at = NOON + timedelta(days=306)
    due = told(await desk.ask_text("predictions due", READER))
    assert "C01" in due
    assert "due since yesterday" in due
    resolved = told(await desk.ask_text("predictions resolved", READER))
    assert "void, by Ada, 2026-03-01" in resolved
    assert "Left out: 1 void." in resolved
    assert "C09" not in told(await desk.ask_text("predictions", READER))


async def test_the_score_is_of_the_probability_of_then_and_keeps_what_the_essay_dropped(
    ledger, clock, desk
):
    await desk.ask_text("resolve C01 yes it fired", ADA)
    await desk.ask_text("resolve C02 no it held", ADA)
    await desk.ask_text("resolve C03 ambiguous both", ADA)
    later = replace(
        TEXT, claims=tuple(replace(one, probability=1.0) for one in TEXT.claims if one.id != "C02")
    )
    changed = desk_of(ledger, clock, text=later)
    answer = told(await changed.ask_text("predictions resolved", READER))
    assert "Brier score 0.29 over 2 predictions" in answer
    assert "Too few" in answer
    assert "Left out: 1 ambiguous." in answer
    assert "no longer in the essay" in answer
    assert "changed its wording" in told(await changed.ask_text("show C01", READER))
    drawn = await changed.ask(ask.Calibration(), READER)
    assert drawn.picture.png.startswith(b"\x89PNG")
    assert "1 of 2 came true" in drawn.picture.alt
    assert "Left out: 1 ambiguous." in told(drawn)


async def test_a_resolution_of_another_essay_is_not_this_ones(desk, ledger, clock):
    await desk.ask_text("resolve C01 yes it fired", ADA)
    other = desk_of(ledger, clock, text=replace(TEXT, id="another"))
    assert "0 of" not in told(await other.ask_text("predictions resolved", READER))
    assert "No prediction" in told(await other.ask_text("predictions resolved", READER))


# --- premises ------------------------------------------------------------------------------------


async def test_a_premise_that_falls_flags_what_rests_on_it_and_is_told_once(desk, ledger, clock):
    await commit(ledger, report("a", AGAINST))
    for _ in range(2):
        await ledger.queue_reminders(TEXT, PredictionRules(), POLICY)
    (post,) = await posts(ledger, clock, NoticeKind.PREMISE)
    assert post.title == "Premise shaken: C01, under 2 claims"
    assert "It is contradicted now." in post.lines
    assert [row.claim_id for row in post.sections[0].rows] == ["C02", "C03"]
    assert "Flag: premise shaken: C01" in told(await desk.ask_text("show C03", READER))
    listed = told(await desk.ask_text("list", READER))
    assert listed.count("premise shaken: C01") == 2
    assert "Premise shaken: C01" in told(await desk.ask_text("digest", READER))


async def test_the_flag_goes_when_the_premise_recovers_and_a_second_fall_is_told(
    desk, ledger, clock
):
    await commit(ledger, report("a", AGAINST))
    await ledger.decide(1, 1, DeskAction.NOT_THIS_CLAIM, ADA, POLICY)
    assert await ledger.shaken(TEXT) == {}
    assert await ledger.queue_reminders(TEXT, PredictionRules(), POLICY) == 0
    clock.at += timedelta(hours=1)
    await ledger.undo(1, ADA, POLICY)
    assert set(await ledger.shaken(TEXT)) == {"C02", "C03"}
    assert await ledger.queue_reminders(TEXT, PredictionRules(), POLICY) == 1
    assert len(await posts(ledger, clock, NoticeKind.PREMISE)) == 2


async def test_a_premise_falls_by_no_at_once_and_yes_holds_it_up(desk, ledger, clock):
    done = await desk.ask_text("resolve C01 no it held", ADA)
    (post,) = await posts(ledger, clock, NoticeKind.PREMISE)
    assert "It is resolved no now." in post.lines
    await desk.ask_text(done.buttons[0].token, ADA)
    assert await ledger.shaken(TEXT) == {}
    await commit(ledger, report("a", AGAINST))
    await desk.ask_text("resolve C01 yes it fired in spite of that", ADA)
    assert await ledger.shaken(TEXT) == {}


async def test_a_resolved_prediction_is_not_shaken_any_more(desk, ledger, clock):
    await desk.ask_text("resolve C02 yes it fired", ADA)
    await commit(ledger, report("a", AGAINST))
    (post,) = await posts(ledger, clock, NoticeKind.PREMISE)
    assert [row.claim_id for row in post.sections[0].rows] == ["C03"]
    assert await ledger.shaken(TEXT) == {"C03": ("C01",)}


async def test_a_fall_in_a_first_fetch_or_a_replay_is_flagged_and_not_told(ledger, clock):
    await commit(ledger, report("a", AGAINST), silent=True)
    quiet = replace(POLICY, standing_changes=False)
    fact = report("b", AGAINST, claim="C09", axis=3)
    await ledger.commit(replace(update(fact), essay=TEXT, policy=quiet))
    await ledger.queue_reminders(TEXT, PredictionRules(), POLICY)
    assert await posts(ledger, clock, NoticeKind.PREMISE) == []
    assert set(await ledger.shaken(TEXT)) == {"C02", "C03", "C04"}


async def test_a_fall_is_told_where_what_rests_on_it_is_followed(ledger, clock):
    for channel, claims in (("C2", {"C03"}), ("C3", {"C01"}), ("C4", {"C05"})):
        actor = replace(ADA, channel_id=channel)
        await ledger.subscribe(Subscription(claims=frozenset(claims)), actor)
    await commit(ledger, report("a", AGAINST))
    for channel, count in (("C2", 1), ("C3", 0), ("C4", 0)):
        found = await posts(ledger, clock, NoticeKind.PREMISE, f"slack:{channel}")
        assert len(found) == count, channel


async def test_a_channel_with_a_digest_reads_of_predictions_and_premises_there(desk, ledger, clock):
    wanted = Subscription(claims=frozenset({"C02", "C05"}), cadence=Cadence.HOURLY)
    await ledger.subscribe(wanted, replace(ADA, channel_id="C2"))
    await desk.ask_text("resolve C05 no it held", ADA)
    await desk.ask_text("resolve C04 no it held", ADA)
    await commit(ledger, report("a", AGAINST))
    clock.at += timedelta(hours=2)
    assert await ledger.queue_digests(TEXT, POLICY) == 1
    (digest,) = await posts(ledger, clock, NoticeKind.DIGEST, "slack:C2")
    section = next(one for one in digest.sections if one.heading == "Predictions and premises")
    titles = [row.text for row in section.rows]
    assert titles == ["Premise shaken: C01, under 2 claims", "C05: resolved no, by Ada"]
    assert not [
        one for kind in (NoticeKind.RESOLUTION, NoticeKind.PREMISE)
        for one in await posts(ledger, clock, kind, "slack:C2")
    ]  # fmt: skip


async def test_what_fell_before_the_upgrade_is_not_told_as_news(ledger, clock):
    """The rows that the migration makes from the standings it finds."""
    from bot.ledger.migrations.m0009_predictions import _FELL_BEFORE

    await commit(ledger, report("a", AGAINST), silent=True)

    def upgrade(db):
        db.execute("DELETE FROM fallen")
        db.execute(_FELL_BEFORE)
        return db.execute("SELECT claim_id FROM fallen").fetchall()

    assert await ledger._owner.write(upgrade) == [("C01",)]
    assert await ledger.queue_reminders(TEXT, PredictionRules(), POLICY) == 0


async def test_a_name_or_note_is_never_markup_or_too_long(desk, ledger, clock):
    eve = replace(ADA, name="*E*\u202e" * 40)
    answer = await desk.ask(ask.Resolve("C01", Act.NO, "<!channel> " * 40), eve)
    assert answer.tone is Tone.DONE
    from bot.commands.notices import as_answer

    (post,) = await posts(ledger, clock, NoticeKind.RESOLUTION)
    shown = as_answer(post)
    assert len(shown.title) <= 120
    assert "\u202e" not in told(shown) + told(await desk.ask_text("show C01", READER))


async def test_dates_of_a_prediction_may_be_missing(ledger, clock):
    loose = replace(TEXT, claims=tuple(replace(one, horizon=None) for one in TEXT.claims))
    desk = desk_of(ledger, clock, text=loose)
    assert "no date" in told(await desk.ask_text("predictions", READER))
    assert (await desk.ask_text("show C01", READER)).tone is Tone.PLAIN
    assert await ledger.queue_reminders(loose, PredictionRules(), POLICY) == 0
    soon = replace(loose.claims[0], horizon=date(2026, 3, 2))
    await ledger.queue_reminders(replace(loose, claims=(soon,)), PredictionRules(), POLICY)
    assert len(await posts(ledger, clock, NoticeKind.REMINDER)) == 1
