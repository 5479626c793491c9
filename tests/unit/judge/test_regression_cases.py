"""The bundled judge over the held-out fifth of our own cases: no figure may fall, no case be lost.

After a retraining look at what changed, then write the new limits down:

    PYTHONPATH=. python tests/unit/judge/test_regression_cases.py

prints the figures and the single cases that are lost, and writes regression_limits.json.
"""

from __future__ import annotations

import json
import math
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.essay.loader import bundled
from bot.evaluation.cases import Case, Judged
from bot.evaluation.labelled import read_labelled
from bot.evaluation.report import measure
from bot.judges import load_embedded
from bot.model import Article

sys.path.append(str(Path(__file__).parents[3] / "training"))

from material import CASES, fold_of

HELD_OUT = 0.2  # the part on which training/train.py never trains
LIMITS = Path(__file__).with_name("regression_limits.json")
SINGLES = Path(__file__).with_name("regression_singles.json")
NOW = datetime(2026, 9, 1, tzinfo=UTC)
# How far a figure may fall below what was measured when the limits were written: shares; and of
# entries that fool the judge, how many more there may be, at least one.
SLACK = 0.04
MORE_FOOLED = 0.1


def held_out() -> list[Case]:
    essay = bundled()
    files = sorted(CASES.glob("*.jsonl"))
    cases = [case for path in files for case in read_labelled(str(path), essay, NOW)]
    return [case for case in cases if fold_of(case.pair or case.id) < HELD_OUT]


def judge_held_out() -> list[Judged]:
    cases = held_out()
    articles = [Article(c.entry, c.entry.published or NOW, NOW) for c in cases]
    judgements = load_embedded(bundled()).judge(articles)
    return [Judged(case, judgement) for case, judgement in zip(cases, judgements, strict=True)]


def figures_of(judged: list[Judged]) -> tuple[dict[str, float], dict[str, int]]:
    """(shares, of which more is better; counts, of which fewer is better)."""
    report = measure(judged, bundled(), None)
    shares = {
        "bears-on precision": report.bears.precision.value,
        "bears-on recall": report.bears.recall.value,
        "direction precision": report.direction.precision.value,
        "direction recall": report.direction.recall.value,
        "minimal pairs right or open": report.minimal_pairs.both_right_or_open.value,
    }
    counts = {"flips": report.flips.part, "false alarms": report.false_alarms.part}
    counts |= {f"fooled by {row.trap}": row.fooled.part for row in report.by_trap}
    return {name: value or 0.0 for name, value in shares.items()}, counts


def lost(judged: list[Judged]) -> list[str]:
    """The single cases that are no longer right, each with its reason.

    Of those marked ``open`` the direction may be left open, as the judge is too unsure of it today.
    """
    told = {item.case.id: item.told for item in judged}
    return [
        f"{one['case']}: {one['claim']} is told as {found}, not {one['stance']}: {one['reason']}"
        for one in json.loads(SINGLES.read_text(encoding="utf-8"))
        if (found := told[one["case"]].get(one["claim"])) != one["stance"]
        and not (one.get("open") and found == "update")
    ]


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    return judge_held_out()


def test_no_figure_falls_below_its_limit(judged: list[Judged]) -> None:
    limits = json.loads(LIMITS.read_text(encoding="utf-8"))
    shares, counts = figures_of(judged)
    assert len(judged) == limits["entries"], "the cases have changed: write new limits"
    worse = [
        f"{name} {shares[name]:.3f}, at least {least}"
        for name, least in limits["at least"].items()
        if shares[name] < least
    ]
    worse += [
        f"{name} {counts[name]}, at most {most}"
        for name, most in limits["at most"].items()
        if counts[name] > most
    ]
    assert not worse


def test_single_cases_stay_right(judged: list[Judged]) -> None:
    """Each is one that the judge must not get wrong, for the reason that stands beside it."""
    assert not lost(judged)


def write_limits() -> None:
    judged = judge_held_out()
    shares, counts = figures_of(judged)
    traps = [item.case.trap for item in judged]
    limits = {
        "entries": len(judged),
        "at least": {name: math.floor((v - SLACK) * 100) / 100 for name, v in shares.items()},
        "at most": {
            name: count + max(1, int(MORE_FOOLED * traps.count(name.removeprefix("fooled by "))))
            for name, count in counts.items()
        },
    }
    LIMITS.write_text(json.dumps(limits, indent=2) + "\n", encoding="utf-8")
    for name, value in (shares | counts).items():
        print(f"{name}: {value:.3f}" if isinstance(value, float) else f"{name}: {value}")
    print("single cases lost:", *(lost(judged) or ["none"]), sep="\n  ")


if __name__ == "__main__":
    write_limits()
