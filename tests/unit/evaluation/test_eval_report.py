"""All figures of an evaluation: against a case computed by hand, and what must always hold."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from bot.evaluation.cases import Judged, outcomes
from bot.evaluation.figures import Found, Share
from bot.evaluation.mistakes import Error, worst
from bot.evaluation.plain import as_dict
from bot.evaluation.report import Report, measure
from bot.evaluation.tables import report_view
from bot.model import Judgement, Stance, Stop
from tests.unit.evaluation.evaluation_making import (
    CONTRADICTS,
    ESSAY,
    SUPPORTS,
    THRESHOLDS,
    UPDATE,
    as_labelled,
    case,
    judged,
)

BY_HAND = [
    # Right on A, a false alarm on B; C does not count.
    judged(
        case(1, {"A": SUPPORTS}, borderline="C", trap="demand"),
        {"A": (SUPPORTS, 0.9), "B": (UPDATE, 0.8), "C": (SUPPORTS, 0.99)},
    ),
    judged(case(2, {"A": CONTRADICTS}, trap="demand"), {"A": (SUPPORTS, 0.7)}),  # a flip
    judged(case(3, {"B": SUPPORTS}), quiet={"B": 0.3}),  # missed
    judged(case(4), {"C": (UPDATE, 0.6)}),  # a false alarm on an entry without a label
    judged(case(5, trap="question")),
    judged(case(6, {"B": UPDATE}), {"B": (SUPPORTS, 0.65)}),  # a hit, its stance wrong
]


def measured(items: list[Judged]) -> Report:
    return measure(items, ESSAY, THRESHOLDS)


def test_a_case_computed_by_hand() -> None:
    report = measured(BY_HAND)
    assert (report.entries, report.compared, report.left_out) == (6, 17, 1)
    assert report.bears == Found(told=5, labelled=4, right=3)
    assert report.bears.f1 == pytest.approx(6 / 9)
    assert report.average_precision == pytest.approx((1 + 2 / 3 + 3 / 4 + 4 / 6) / 4)
    assert report.direction == Found(told=3, labelled=3, right=1)
    assert report.stance_of_hits == Share(1, 3)
    assert report.flips == Share(1, 2)
    assert report.false_alarms == Share(1, 2)
    assert report.by_stance[CONTRADICTS] == Found(told=0, labelled=1, right=0)
    assert report.by_stance[UPDATE] == Found(told=2, labelled=1, right=0)
    a, b, c = report.by_claim
    assert a.bears == Found(2, 2, 2)
    assert b.by_stance[SUPPORTS] == Found(told=1, labelled=1, right=0)
    assert c.average_precision is None
    assert [(row.trap, row.fooled) for row in report.by_trap] == [
        ("demand", Share(2, 2)),
        ("question", Share(0, 1)),
    ]


def test_the_worst_are_flips_and_then_the_surest() -> None:
    found = worst(BY_HAND, outcomes(BY_HAND, ESSAY))
    assert [(m.error, m.case.line, m.claim_id) for m in found] == [
        (Error.FLIP, 2, "A"),
        (Error.FALSE_ALARM, 1, "B"),
        (Error.MISSED, 3, "B"),
        (Error.STANCE, 6, "B"),
        (Error.FALSE_ALARM, 4, "C"),
    ]
    assert [m.sureness for m in found] == pytest.approx([0.7, 0.8, 0.7, 0.65, 0.6])
    assert found[0].asserted_by == "event"
    assert found[2].reason == "match: bears on no claim"
    assert len(worst(BY_HAND, outcomes(BY_HAND, ESSAY), limit=2)) == 2


def test_a_claim_without_a_finding_is_not_explained_by_another_claim() -> None:
    """A stop at the verdict tells of the nearest claim; a missed other one has a reason of its
    own."""
    missed = judged(case(1, {"A": SUPPORTS}), quiet={"A": 0.15})
    stop = Stop("verdict", "B supports: below the threshold")
    missed = replace(missed, judgement=Judgement(stopped=stop))
    (mistake,) = worst([missed], outcomes([missed], ESSAY))
    assert mistake.reason == "bears on it at 15%, too little for a line in the trace"


def test_labels_lost_at_the_topic_gate_are_counted() -> None:
    gate = Judgement(stopped=Stop("topic", "another subject"))
    lost = replace(judged(case(1, {"A": SUPPORTS, "B": UPDATE})), judgement=gate)
    assert measured([lost, *BY_HAND]).gated_labels == Share(2, 6)


def test_a_judge_without_probabilities_is_measured_by_its_verdicts() -> None:
    items = [replace(item, scores=None) for item in BY_HAND]
    report = measure(items, ESSAY, None)
    assert report.bears == Found(told=5, labelled=4, right=3)
    assert report.average_precision is None
    assert report.calibration_error is None
    assert (report.bins, report.curve) == ((), ())
    assert report.worst[0].error is Error.FLIP
    assert as_dict(report)["thresholds"] is None


def test_rivals_are_compared_on_the_same_entries() -> None:
    """A's entry has A's keyword and lies nearest to A; what the topic gate stops is told nobody."""
    near = {"A": (0.9, 0.2), "B": (0.1, 0.8), "C": (0.0, -1.0)}
    on = judged(case(1, {"A": SUPPORTS}, title="tunnel of apple"), nearness=near)
    on = replace(on, parts={"the matcher alone": {"A": 0.2, "B": 0.7, "C": 0.1}})
    off = judged(case(2, title="beech and apple"), nearness={})
    off = replace(off, judgement=Judgement(stopped=Stop("topic", "another subject")))
    rows = {rival.name: rival for rival in measured([on, off]).rivals}
    assert rows["the judge"].found == Found(told=0, labelled=1, right=0)
    assert rows["the judge"].threshold == THRESHOLDS.bears
    assert rows["topic keywords"].found == Found(told=1, labelled=1, right=1)
    assert rows["topic keywords"].false_alarms == Share(0, 1)
    assert rows["topic keywords"].threshold is None
    statement, indicator = rows["cosine to claim"], rows["cosine to indicator"]
    assert (statement.found, statement.threshold) == (Found(1, 1, 1), 0.9)
    assert indicator.found == Found(told=2, labelled=1, right=1)
    assert statement.flattered
    assert rows["the matcher alone"].found == Found(told=2, labelled=1, right=1)
    assert not rows["the judge"].flattered


stances = st.sampled_from(list(Stance))
claim_ids = st.sampled_from([claim.id for claim in ESSAY.claims])
told = st.dictionaries(claim_ids, st.tuples(stances, st.sampled_from([0.5, 0.7, 0.9])))


@st.composite
def labelled(draw: st.DrawFn, line: int = 1) -> Judged:
    labels = draw(st.dictionaries(claim_ids, stances))
    unsure = "".join(draw(st.sets(claim_ids)) - labels.keys())
    name, trap = draw(st.sampled_from(["", "p1", "p2"])), draw(st.sampled_from(["", "demand"]))
    subject = case(line, labels, borderline=unsure, pair=name, trap=trap)
    return judged(subject, draw(told))


several = st.lists(labelled(), max_size=8)


@settings(max_examples=60)
@given(several)
def test_a_perfect_judge_has_one_everywhere(items: list[Judged]) -> None:
    report = measured([as_labelled(item.case) for item in items])
    assert report.bears.f1 in (None, 1.0)
    assert report.average_precision in (None, 1.0)
    assert report.direction.f1 in (None, 1.0)
    assert report.stance_of_hits.value in (None, 1.0)
    assert report.flips.value in (None, 0.0)
    assert report.false_alarms.value in (None, 0.0)
    assert report.minimal_pairs.both_right.value in (None, 1.0)
    assert report.worst == ()
    assert all(row.fooled.part == 0 for row in report.by_trap)


@settings(max_examples=60)
@given(several, st.randoms(use_true_random=False))
def test_the_order_of_the_entries_decides_nothing(items: list[Judged], rng: random.Random) -> None:
    def plain(report: Report) -> dict[str, object]:
        return {key: value for key, value in as_dict(report).items() if key != "worst"}

    assert plain(measured(rng.sample(items, len(items)))) == plain(measured(items))


@settings(max_examples=60)
@given(several)
def test_every_share_keeps_its_bounds(items: list[Judged]) -> None:
    """A part is never more than its whole, wherever a share stands in the report."""

    def walk(value: object) -> None:
        if isinstance(value, dict):
            if "whole" in value:
                assert 0 <= value["part"] <= value["whole"]
            if {"told", "labelled", "right"} <= value.keys() and "trace" not in value:
                assert 0 <= value["right"] <= min(value["told"], value["labelled"])
            for below in value.values():
                walk(below)
        elif isinstance(value, list):
            for below in value:
                walk(below)

    plain = as_dict(measured(items))
    walk(plain)
    json.dumps(plain, allow_nan=False)


@settings(max_examples=60)
@given(several)
def test_a_borderline_claim_changes_no_count(items: list[Judged]) -> None:
    """What is told on a borderline claim counts neither as found nor as false."""

    def silent(item: Judged) -> Judged:
        verdicts = tuple(
            v for v in item.judgement.verdicts if v.claim_id not in item.case.borderline
        )
        return replace(item, judgement=replace(item.judgement, verdicts=verdicts))

    with_, without = measured(items), measured([silent(item) for item in items])
    assert (with_.bears, with_.direction, with_.by_claim, with_.flips, with_.false_alarms) == (
        without.bears,
        without.direction,
        without.by_claim,
        without.flips,
        without.false_alarms,
    )
    assert with_.minimal_pairs == without.minimal_pairs


def shown(report: Report, width: int = 80) -> str:
    console = Console(file=StringIO(), width=width, color_system=None)
    console.print(report_view(report))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_the_tables_fit_eighty_columns_without_a_cut_figure() -> None:
    text = shown(measured(BY_HAND))
    assert "…" not in text
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "0.600 (3/5)" in text
    assert "The worst 5 errors" in text


def test_markup_and_control_characters_in_an_entry_are_shown_as_nothing_else() -> None:
    nasty = "[bold]\x1b[31mtunnel[/nonsense] \u202e"
    text = shown(measured([judged(case(1, title=nasty, trap=nasty), {"A": (SUPPORTS, 0.9)})]))
    assert "[bold]" in text
    assert "[/nonsense]" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
