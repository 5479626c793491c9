"""Any NLI model as a judge: what it reads, what it makes of it, and that it always says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.judge.nli_judge import CLAIMS_READ, THRESHOLDS, NliJudge
from bot.judge.pair_model import PairModel, Pairs, Rows
from bot.judge.stance_model import BUNDLED, StanceModel
from bot.model import (
    Article,
    Claim,
    Entry,
    Essay,
    Indicator,
    Judgement,
    Kind,
    Outlet,
    Party,
    Stance,
    Verdict,
)
from tests.fakes.pair_models import reading_model

NOW = datetime(2026, 1, 2, tzinfo=UTC)
REJECTS = Indicator("Russia rejects a ceasefire", Stance.SUPPORTS)
SIGNS = Indicator("Russia signs a peace treaty", Stance.CONTRADICTS)
WANTS_WAR = Claim(
    id="C01",
    slug="war",
    kind=Kind.ASSESSMENT,
    paragraphs=(1,),
    statement="Russia goes on with the war in Ukraine",
    supported_by=(REJECTS,),
    contradicted_by=(SIGNS,),
)
KEEPS_LAND = Claim(
    id="C02",
    slug="land",
    kind=Kind.PREDICTION,
    paragraphs=(2,),
    statement="Russia keeps the occupied land of Ukraine",
)
ESSAY = Essay(
    id="small",
    title="A small essay",
    author="A. Writer",
    date=date(2026, 1, 1),
    source="",
    topics=("Ukraine", "Kyiv"),
    parties=(Party("russia", "Russia", ("Moscow", "Kremlin")),),
    claims=(WANTS_WAR, KEEPS_LAND),
)
WORDS = " ".join(
    (
        *(claim.statement for claim in ESSAY.claims),
        *(indicator.text for indicator in WANTS_WAR.indicators),
        "kyiv hears moscow says urges is quiet and talks , . : to",
    )
)
STANCES = StanceModel(BUNDLED)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> PairModel:
    return PairModel(reading_model(tmp_path_factory.mktemp("reader"), WORDS))


@pytest.fixture(scope="module")
def judge(reader: PairModel) -> NliJudge:
    return NliJudge(ESSAY, STANCES, reader)


def article(title: str, summary: str = "") -> Article:
    entry = Entry("k", "h", "", "", "", title, summary, NOW, None, Outlet("Example Wire"))
    return Article(entry, NOW, NOW)


def judged(judge: NliJudge, title: str, summary: str = "") -> Judgement:
    return judge.judge([article(title, summary)])[0]


def verdict_on(judgement: Judgement, claim: Claim) -> Verdict:
    return next(verdict for verdict in judgement.verdicts if verdict.claim_id == claim.id)


def test_a_supporting_indicator_that_follows_supports_the_claim(judge: NliJudge) -> None:
    judgement = judged(judge, "Kyiv hears: Russia rejects a ceasefire in Ukraine")
    verdict = verdict_on(judgement, WANTS_WAR)
    assert verdict.stance is Stance.SUPPORTS
    assert verdict.indicator == REJECTS
    assert verdict.confidence > THRESHOLDS.bears
    assert judgement.stopped is None
    assert judgement.embedding


def test_a_contradicting_indicator_that_follows_contradicts_the_claim(judge: NliJudge) -> None:
    verdict = verdict_on(judged(judge, "Russia signs a peace treaty with Ukraine"), WANTS_WAR)
    assert (verdict.stance, verdict.indicator) == (Stance.CONTRADICTS, SIGNS)


def test_a_claim_without_indicators_is_read_by_its_statement(judge: NliJudge) -> None:
    kept = verdict_on(judged(judge, "Russia keeps the occupied land of Ukraine"), KEEPS_LAND)
    left = verdict_on(judged(judge, "Russia not keeps the occupied land of Ukraine"), KEEPS_LAND)
    assert (kept.stance, left.stance) == (Stance.SUPPORTS, Stance.CONTRADICTS)
    assert kept.indicator is None


def test_a_verdict_from_the_statement_names_the_nearest_indicator_of_its_side(
    judge: NliJudge,
) -> None:
    judgement = judged(judge, "Russia goes on with the war in Ukraine")
    assert verdict_on(judgement, WANTS_WAR).indicator == REJECTS


def test_that_an_indicator_is_contradicted_counts_for_nothing(judge: NliJudge) -> None:
    judgement = judged(judge, "Russia not signs a peace treaty, Ukraine says")
    assert WANTS_WAR.id not in {verdict.claim_id for verdict in judgement.verdicts}


def test_both_sides_at_once_leave_the_direction_open(judge: NliJudge) -> None:
    judgement = judged(
        judge, "Russia rejects a ceasefire in Ukraine", "Russia signs a peace treaty, Kyiv hears."
    )
    assert verdict_on(judgement, WANTS_WAR).stance is Stance.UPDATE
    finding = next(f for f in judgement.findings if f.claim_id == WANTS_WAR.id)
    assert "direction left open" in finding.note


def test_the_sentence_is_the_one_that_was_read(judge: NliJudge) -> None:
    judgement = judged(
        judge, "Kyiv is quiet", "Talks go on. Russia rejects a ceasefire in Ukraine. Kyiv hears."
    )
    assert verdict_on(judgement, WANTS_WAR).sentence.text.startswith("Russia rejects")


def test_the_verdict_rules_hold_here_too(judge: NliJudge) -> None:
    judgement = judged(judge, "Ukraine: Russia signs a peace treaty?")
    verdict = verdict_on(judgement, WANTS_WAR)
    assert verdict.stance is Stance.UPDATE
    finding = next(f for f in judgement.findings if f.claim_id == WANTS_WAR.id)
    assert "a question reports nothing" in finding.note


@pytest.mark.parametrize(
    ("title", "stage", "reason"),
    [
        ("", "text", "neither title nor summary"),
        ("Cricket: England win", "topic", "another subject"),
        ("A violinist from Kyiv plays Mozart", "match", "near no claim"),
        ("Russia and Ukraine: talks to go on in the war", "match", "met no claim"),
    ],
)
def test_what_meets_no_claim_is_stopped_with_the_stage(
    judge: NliJudge, title: str, stage: str, reason: str
) -> None:
    judgement = judged(judge, title)
    assert not judgement.verdicts
    assert judgement.stopped is not None
    assert judgement.stopped.stage == stage
    assert reason in judgement.stopped.reason


def test_the_alert_threshold_of_the_admin_holds(reader: PairModel) -> None:
    strict = NliJudge(ESSAY, STANCES, reader, alert_threshold=1.0)
    judgement = judged(strict, "Russia rejects a ceasefire in Ukraine")
    assert not judgement.verdicts
    assert judgement.stopped is not None
    assert judgement.stopped.stage == "verdict"
    assert "below the 100% that alerts" in judgement.stopped.reason


class Lukewarm(PairModel):
    """Thinks of every pair that the claim follows, and is sure of nothing."""

    def __init__(self) -> None: ...

    def nli(self, pairs: Pairs) -> Rows:
        return np.array([[0.65, 0.3, 0.05]] * len(pairs), np.float32)


def test_a_low_alert_threshold_leaves_the_direction_to_the_sides() -> None:
    """How sure the model is and which side it takes are two questions."""
    judge = NliJudge(replace(ESSAY, claims=(KEEPS_LAND,)), STANCES, Lukewarm(), alert_threshold=0.6)
    judgement = judged(judge, "Russia keeps the occupied land of Ukraine")
    assert verdict_on(judgement, KEEPS_LAND).stance is Stance.SUPPORTS


def test_only_the_nearest_claims_are_read(reader: PairModel) -> None:
    """However many claims an essay has, the cost of an article stays the same."""
    many = tuple(replace(WANTS_WAR, id=f"C{number:02}") for number in range(3 * CLAIMS_READ))
    judge = NliJudge(replace(ESSAY, claims=many), STANCES, reader)
    judgement = judged(judge, "Russia rejects a ceasefire in Ukraine")
    assert len(judgement.findings) == CLAIMS_READ


def test_a_batch_is_judged_like_each_article_alone(judge: NliJudge) -> None:
    subjects = [
        article("Russia rejects a ceasefire in Ukraine"),
        article(""),
        article("Kyiv is quiet", "Russia signs a peace treaty. " * 30),
        article("Cricket: England win"),
    ]
    assert judge.judge(subjects) == [judge.judge([one])[0] for one in subjects]
    assert judge.judge([]) == []


_SENTENCE = st.sampled_from(
    [
        "Russia rejects a ceasefire.",
        "Russia signs a peace treaty.",
        "Russia not keeps the occupied land of Ukraine.",
        "Kyiv is quiet!",
    ]
)


@settings(max_examples=20)
@given(
    title=_SENTENCE | st.text(max_size=60),
    sentences=st.lists(_SENTENCE | st.text(max_size=40), max_size=5),
)
def test_every_judgement_is_explained(judge: NliJudge, title: str, sentences: list[str]) -> None:
    """A verdict has a sentence of the article, an indicator of its side if the claim has one, and
    a confidence above the threshold; without verdicts there is a stage and a reason."""
    subject = article(f"Kyiv: {title}", " ".join(sentences))
    judgement = judge.judge([subject])[0]
    assert bool(judgement.verdicts) == (judgement.stopped is None)
    for verdict in judgement.verdicts:
        sentence = verdict.sentence
        assert subject.text[sentence.start : sentence.end] == sentence.text
        assert THRESHOLDS.bears <= verdict.confidence <= 1.0
        assert verdict.asserted_by
        if verdict.claim_id == WANTS_WAR.id and verdict.stance is not Stance.UPDATE:
            assert verdict.indicator is not None
            assert verdict.indicator.side is verdict.stance
