"""What a prediction's log says, what may be added to it, and what rests on a fallen premise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.subscriptions import DigestTime
from bot.model import Claim, Essay, Kind, Standing
from bot.predictions import (
    RECORDED,
    Act,
    Ending,
    LogRow,
    Prediction,
    PredictionRules,
    Resolution,
    Result,
    Score,
    State,
    Wording,
    in_order,
    is_quiet,
    left_out,
    resolution,
    result,
    score,
)
from bot.premises import fallen, shaken

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = date(2026, 12, 31)
WORDING = Wording("It will not hold.", "Yes if it does not.", DAY, 0.7)
PEOPLE = st.sampled_from(["slack:U1", "slack:U2", "discord:1"])


def row(number: int, act: Act, *, proposed: bool = False, of: int | None = None) -> LogRow:
    return LogRow(number, act, proposed, of, "slack:U1", "Ada", NOON, "why", WORDING)


def held(ending: Ending = Ending.YES, *, holds: bool = True, who: str = "slack:U1") -> Resolution:
    return Resolution(1, 1, ending, who, "Ada", NOON, "", WORDING, holds)


def claim(claim_id: str, *above: str, kind: Kind = Kind.PREDICTION) -> Claim:
    return Claim(claim_id, claim_id, kind, (1,), claim_id, depends_on=above, horizon=DAY)


def essay(*claims: Claim) -> Essay:
    return Essay("e", "E", "A", date(2025, 1, 1), "", (), (), claims)


def prediction(name: str, left: int | None, ending: Resolution | None = None) -> Prediction:
    return Prediction(claim(name), Standing.QUIET, left, ending)


# --- the log -------------------------------------------------------------------------------------


def test_a_proposal_holds_only_once_it_is_agreed_with() -> None:
    log = [row(1, Act.YES, proposed=True)]
    found = resolution(log)
    assert (found.ending, found.holds, found.last_id) == (Ending.YES, False, 1)
    agreed = replace(row(4, Act.AGREE, of=1), by="Bo", note="saw it too")
    found = resolution([*log, agreed])
    assert (found.holds, found.agreed_by, found.note) == (True, "Bo", "why; saw it too")
    assert (found.id, found.last_id) == (1, 4)


def test_agreement_with_another_proposal_changes_nothing() -> None:
    log = [row(1, Act.YES, proposed=True), row(2, Act.NO, proposed=True), row(3, Act.AGREE, of=1)]
    found = resolution(log)
    assert (found.ending, found.holds) == (Ending.NO, False)


def test_an_undone_resolution_is_gone_and_reminders_do_not_touch_it() -> None:
    log = [row(1, Act.VOID), row(2, Act.QUIET), row(3, Act.REMIND)]
    assert resolution(log).ending is Ending.VOID
    assert resolution([*log, row(4, Act.UNDO, of=1)]) is None
    assert resolution([]) is None


def test_quiet_lasts_until_it_is_ended_or_the_date_changes() -> None:
    quiet = [row(1, Act.QUIET)]
    assert is_quiet(quiet, DAY)
    assert not is_quiet(quiet, DAY + timedelta(days=90))
    assert not is_quiet([*quiet, row(2, Act.REMIND)], DAY)
    assert not is_quiet([], DAY)


@pytest.mark.parametrize(
    ("before", "act", "what"),
    [
        (None, Act.YES, Result.PROPOSED),
        (held(holds=False), Act.YES, Result.OWN),
        (held(holds=False), Act.NO, Result.PROPOSED),
        (held(holds=False), Act.AGREE, Result.OWN),
        (held(holds=False, who="slack:U2"), Act.YES, Result.AGREED),
        (held(holds=False, who="slack:U2"), Act.AGREE, Result.AGREED),
        (held(), Act.YES, Result.ALREADY),
        (held(), Act.NO, Result.HELD),
        (held(), Act.AGREE, Result.ALREADY),
        (held(), Act.UNDO, Result.UNDONE),
        (None, Act.UNDO, Result.NOTHING),
        (None, Act.AGREE, Result.NOTHING),
        (None, Act.REMIND, Result.ALREADY),
        (None, Act.QUIET, Result.QUIET),
    ],
)
def test_what_becomes_of_an_act_where_two_editors_are_needed(before, act, what) -> None:
    said = result(before, act, "slack:U1", seen=0, quiet=False, second_editor=True)
    assert said is what


def test_one_editor_is_enough_where_no_second_is_asked_for() -> None:
    for before in (None, held(Ending.NO, holds=False), held(holds=False)):
        said = result(before, Act.YES, "slack:U1", seen=0, quiet=False, second_editor=False)
        assert said is Result.RESOLVED


def test_what_was_changed_since_it_was_seen_is_not_agreed_with_or_undone() -> None:
    for act in (Act.AGREE, Act.UNDO):
        assert result(held(), act, "slack:U2", seen=7, quiet=False, second_editor=True) is (
            Result.STALE
        )


@given(st.lists(st.tuples(st.sampled_from(Act), PEOPLE), max_size=12))
def test_nothing_ever_holds_by_one_person_alone_where_two_are_needed(acts) -> None:
    """Whatever is tried in whatever order."""
    log: list[LogRow] = []
    for number, (act, who) in enumerate(acts, start=1):
        before = resolution(log)
        quiet = is_quiet(log, DAY)
        what = result(before, act, who, seen=0, quiet=quiet, second_editor=True)
        assert what is not Result.RESOLVED
        if what not in RECORDED:
            continue
        agreed = what is Result.AGREED
        log.append(
            replace(
                row(number, Act.AGREE if agreed else act, proposed=what is Result.PROPOSED),
                who=who,
                of=before.id if before and (agreed or what is Result.UNDONE) else None,
            )
        )
        after = resolution(log)
        if after is not None and after.holds:
            agreeing = next(one for one in reversed(log) if one.id == after.last_id)
            assert agreeing.act is Act.AGREE
            assert agreeing.who != after.who


# --- states, order, score ------------------------------------------------------------------------


def test_a_prediction_is_due_from_the_day_after_its_last_day() -> None:
    assert prediction("C1", 0).state is State.OPEN
    assert prediction("C1", -1).state is State.DUE
    assert prediction("C1", None).state is State.OPEN
    assert prediction("C1", -1, held(holds=False)).state is State.DUE
    assert prediction("C1", 5, held()).state is State.RESOLVED


def test_the_day_ends_in_the_zone_of_the_reminders() -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert PredictionRules().today(late) == DAY
    kyiv = PredictionRules(remind_at=DigestTime(zone="Europe/Kyiv"))
    assert kyiv.today(late) == date(2027, 1, 1)


def test_the_most_urgent_comes_first_and_the_last_resolved_before_older_ones() -> None:
    old, new = held(), replace(held(), at=NOON + timedelta(days=3))
    found = in_order(
        [
            prediction("A", 30),
            prediction("B", 3, old),
            prediction("C", -4),
            prediction("D", None),
            prediction("E", 9, new),
        ]
    )
    assert [one.claim.id for one in found] == ["C", "A", "D", "E", "B"]
    assert [one.claim.id for one in in_order(found, State.DUE)] == ["C"]


def test_only_yes_and_no_with_a_probability_are_scored_and_the_rest_is_counted() -> None:
    unsaid = replace(held(), wording=replace(WORDING, probability=None))
    found = score(
        [
            prediction("A", 1, held()),
            prediction("B", 1, held(Ending.NO)),
            prediction("C", 1, held(Ending.AMBIGUOUS)),
            prediction("D", 1, held(Ending.VOID)),
            prediction("E", 1, unsaid),
            prediction("F", 1, held(holds=False)),
            prediction("G", 1),
        ]
    )
    assert found == Score(((0.7, True), (0.7, False)), 1, 1, 1)
    assert left_out(found) == "1 ambiguous, 1 void, 1 without a probability"
    assert left_out(Score()) == ""


# --- premises ------------------------------------------------------------------------------------


def test_a_claim_falls_by_its_evidence_or_by_no_and_yes_has_the_last_word() -> None:
    stand = {"A": Standing.CONTRADICTED, "B": Standing.CONTRADICTED, "C": Standing.SUPPORTED}
    assert fallen(stand, {"B": Ending.YES, "C": Ending.NO, "D": Ending.VOID}) == {"A", "C"}


def test_what_rests_on_a_fallen_premise_is_shaken_at_any_distance() -> None:
    text = essay(claim("A"), claim("B", "A"), claim("C", "B"), claim("D"), claim("E", "C", "D"))
    assert shaken(text, {"A", "D"}, {}) == {"B": ("A",), "C": ("A",), "E": ("A", "D")}
    assert shaken(text, set(), {}) == {}
    assert shaken(text, {"A"}, {"C": Ending.VOID}) == {"B": ("A",), "E": ("A",)}


@given(
    st.dictionaries(
        st.sampled_from("ABCDEFGH"), st.lists(st.sampled_from("ABCDEFGHX"), max_size=4), min_size=1
    ),
    st.frozensets(st.sampled_from("ABCDEFGH")),
)
def test_any_web_of_premises_has_an_answer_and_recovery_takes_every_flag(above, down) -> None:
    """Circles and premises that are not in the essay too, though the loader refuses them."""
    text = essay(*(claim(name, *premises) for name, premises in above.items()))
    flags = shaken(text, down, {})
    for name, premises in flags.items():
        assert premises
        assert name not in premises
        assert set(premises) <= down
    direct = {name for name in above if set(above[name]) & (down & above.keys()) - {name}}
    assert direct <= flags.keys()
    assert shaken(text, frozenset(), {}) == {}
