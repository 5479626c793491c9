"""Labelled entries before the embedded judge, and the command as its user meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.essay.loader import bundled
from bot.evaluation.cases import Case
from bot.evaluation.judging import BATCH, judge_cases
from bot.judge.embedded import EmbeddedJudge
from bot.judges import load_embedded
from bot.model import Article, Essay, Judgement, Stance, Stop
from tests.unit.evaluation.evaluation_making import ESSAY, NOW, case, entry

LINES = [
    {
        "id": "a",
        "title": "Russian missile strike kills 14 civilians in Kharkiv apartment block",
        "labels": [{"claim": "C27", "stance": "supports"}],
        "split": "dev",
    },
    {"id": "b", "title": "Israel and Hamas agree to a ceasefire in Gaza", "labels": []},
    {
        "id": "c",
        "title": "Moscow museum of Ukrainian stamps reopens",
        "labels": [{"claim": "C05", "stance": "contradicts"}],  # missed, as it should be
        "split": "dev",
    },
]


@pytest.fixture(scope="module")
def judge() -> EmbeddedJudge:
    return load_embedded(bundled())


def articles(*titles: str) -> list[Article]:
    return [Article(entry(title), NOW, NOW) for title in titles]


TITLES = ("Russian missile strike kills 14 civilians in Kharkiv", "Cricket: England win", "")


def test_scores_are_those_by_which_the_judge_alerts(judge: EmbeddedJudge) -> None:
    """A claim is told exactly where its score reaches the threshold, with that confidence."""
    subjects = articles(*TITLES, "Kremlin rejects unconditional ceasefire")
    for judgement, scores in zip(judge.judge(subjects), judge.scores(subjects), strict=True):
        assert set(scores) == {claim.id for claim in judge.essay.claims}
        told = {verdict.claim_id: verdict.confidence for verdict in judgement.verdicts}
        above = {c: p.bears for c, p in scores.items() if p.bears >= judge.thresholds.bears}
        assert told == pytest.approx(above, abs=1e-6)


def test_what_is_stopped_before_it_is_encoded_scores_nothing(judge: EmbeddedJudge) -> None:
    _on, off, nothing = judge.scores(articles(*TITLES))
    assert {p.bears for p in (*off.values(), *nothing.values())} == {0.0}
    judgements = judge.judge(articles(*TITLES))
    near, *far = judge.nearness(judgements)
    assert far == [{}, {}]
    assert all(-1.001 <= value.statement <= 1.001 for value in near.values())
    assert max(near, key=lambda claim: near[claim].indicator) == "C27"
    assert judge.scores([]) == []
    assert judge.nearness([]) == []


def test_cases_and_judgements_stay_side_by_side_over_batches(judge: EmbeddedJudge) -> None:
    cases: list[Case] = [
        case(number, title=TITLES[0] if number % 50 == 0 else TITLES[1])
        for number in range(BATCH + 40)
    ]
    heard: list[int] = []
    judged = judge_cases(
        judge, cases, [Article(one.entry, NOW, NOW) for one in cases], heard.append
    )
    assert heard == [BATCH, 40]
    assert [item.case for item in judged] == cases
    assert [item.case.line for item in judged if item.told.get("C27") is Stance.SUPPORTS] == [
        0,
        50,
        100,
    ]
    assert judged[0].nearness
    assert judged[1].nearness == {}


def test_without_a_part_the_judge_says_something_else_of_the_same_claims(
    judge: EmbeddedJudge,
) -> None:
    cases = [case(1, title=TITLES[0]), case(2, title="A bakery opens in Lyon")]
    on, off = judge_cases(judge, cases, [Article(c.entry, NOW, NOW) for c in cases], parts=True)
    assert set(on.parts) == {"the matcher alone", "without the cross-encoder", "without the head"}
    assert on.scores is not None
    for without in on.parts.values():
        assert set(without) == set(on.scores)
        assert without["C27"] != on.scores["C27"].bears
    assert off.parts == {}


class SilentJudge:
    """One that hands out no scores."""

    essay: Essay = ESSAY

    def judge(self, articles: list[Article]) -> list[Judgement]:
        return [Judgement(stopped=Stop("match", "nothing")) for _ in articles]


def test_a_judge_without_scores_is_taken_as_it_is() -> None:
    (item,) = judge_cases(SilentJudge(), [case(1)], articles("x"))
    assert item.scores is None
    assert item.nearness is None


def claimwire(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", "eval", *args], cwd=cwd, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    text = "".join(json.dumps(line) + "\n" for line in LINES)
    (tmp_path / "labelled.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_command_prints_one_json_object(folder: Path) -> None:
    done = claimwire("labelled.jsonl", "--json", "--split", "dev", cwd=folder)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    report = json.loads(line)
    assert (report["split"], report["entries"], report["compared"]) == ("dev", 2, 54)
    assert report["bears_on"]["labelled"] == 2
    assert report["by_claim"]["C27"]["right"] == 1
    assert report["false_alarms"] == {"value": None, "part": 0, "whole": 0}
    (missed,) = [m for m in report["worst"] if m["claim"] == "C05"]
    assert (missed["error"], missed["id"], missed["line"]) == ("missed", "c", 3)
    assert missed["trace"]["probabilities"]["none"] > 0.5
    assert report["pictures"] == []


def test_the_command_shows_tables_and_draws(folder: Path) -> None:
    done = claimwire("labelled.jsonl", "--pictures", "drawn", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "bears on, precision at" in done.stdout
    assert "* flattered" in done.stdout
    assert (folder / "drawn" / "reliability.png").stat().st_size > 1000


def test_the_command_ends_with_1_on_claims_of_another_essay(folder: Path) -> None:
    line = {"title": "x", "labels": [{"claim": "T01", "stance": "update"}]}
    (folder / "other.jsonl").write_text(json.dumps(line), encoding="utf-8")
    done = claimwire("other.jsonl", cwd=folder)
    assert done.returncode == 1
    assert "has no claim 'T01' (line 1)" in done.stderr
    assert "Traceback" not in done.stderr
