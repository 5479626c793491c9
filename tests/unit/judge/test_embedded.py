"""The embedded judge with its bundled model: right on plain cases, and every verdict explained."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ConfigError
from bot.essay.loader import bundled
from bot.judge.embedded import EmbeddedJudge
from bot.judge.stance_model import BUNDLED, StanceModel
from bot.judges import load_embedded
from bot.model import Article, Entry, Judgement, Outlet, Stance

NOW = datetime(2026, 1, 2, tzinfo=UTC)
ESSAY = bundled()


@pytest.fixture(scope="module")
def judge() -> EmbeddedJudge:
    return load_embedded(ESSAY)


def article(title: str, summary: str = "") -> Article:
    entry = Entry("k", "h", "", "", "", title, summary, NOW, None, Outlet("Example Wire"))
    return Article(entry, NOW, NOW)


def judged(judge: EmbeddedJudge, title: str, summary: str = "") -> Judgement:
    return judge.judge([article(title, summary)])[0]


@pytest.mark.parametrize(
    ("title", "claim", "stance"),
    [
        ("Russian missile strike kills 14 civilians in Kharkiv apartment block", "C27", "supports"),
        ("United States imposes sanctions on Rosneft and Lukoil", "C09", "contradicts"),
        ("Russia and Ukraine end Istanbul peace talks without a ceasefire", "C12", "supports"),
    ],
)
def test_plain_reports_meet_their_claim(
    judge: EmbeddedJudge, title: str, claim: str, stance: str
) -> None:
    verdicts = {v.claim_id: v.stance.value for v in judged(judge, title).verdicts}
    assert verdicts.get(claim) == stance


@pytest.mark.parametrize(
    ("title", "stage"),
    [
        ("", "text"),
        (" \n ", "text"),
        ("Israel and Hamas agree to a ceasefire in Gaza", "topic"),
        ("Thailand and Cambodia sign truce after border clashes", "topic"),
        ("Russian figure skater wins gold at European championship", "match"),
    ],
)
def test_other_subjects_are_stopped_with_the_stage_that_stopped_them(
    judge: EmbeddedJudge, title: str, stage: str
) -> None:
    judgement = judged(judge, title)
    assert not judgement.verdicts
    assert judgement.stopped is not None
    assert judgement.stopped.stage == stage
    assert judgement.stopped.reason


@settings(max_examples=40, deadline=None)
@given(
    title=st.text(max_size=80) | st.sampled_from(["Kremlin rejects truce", "Kyiv hit by drones"]),
    summary=st.text(max_size=300) | st.just("Russia struck Kyiv. Nine people died. Talks go on."),
)
def test_every_judgement_is_explained(title: str, summary: str) -> None:
    """A verdict has a sentence of the article, an indicator of its side and a confidence above the
    threshold; without verdicts there is a stage and a reason."""
    judge = _shared()
    subject = article(title, summary)
    judgement = judge.judge([subject])[0]
    assert bool(judgement.verdicts) == (judgement.stopped is None)
    for verdict in judgement.verdicts:
        sentence = verdict.sentence
        assert subject.text[sentence.start : sentence.end] == sentence.text
        assert 0.0 < verdict.confidence <= 1.0
        assert verdict.asserted_by
        assert verdict.indicator in ESSAY.claim(verdict.claim_id).indicators
        if verdict.stance is not Stance.UPDATE:
            assert verdict.indicator is not None
            assert verdict.indicator.side is verdict.stance


_JUDGES: list[EmbeddedJudge] = []


def _shared() -> EmbeddedJudge:
    if not _JUDGES:
        _JUDGES.append(load_embedded(ESSAY))
    return _JUDGES[0]


def test_a_batch_is_judged_like_each_article_alone(judge: EmbeddedJudge) -> None:
    """Order is kept, and padding to a longer neighbour changes no verdict."""
    subjects = [
        article("Kremlin rejects unconditional ceasefire"),
        article("", ""),
        article("Kyiv hit by drones", "Russia launched 500 drones. Nine people were killed. " * 8),
        article("Cricket: England win"),
    ]
    together = judge.judge(subjects)
    for subject, judgement in zip(subjects, together, strict=True):
        alone = judge.judge([subject])[0]
        assert [(v.claim_id, v.stance) for v in judgement.verdicts] == [
            (v.claim_id, v.stance) for v in alone.verdicts
        ]
    assert judge.judge([]) == []


def test_the_sentence_is_the_one_that_bears(judge: EmbeddedJudge) -> None:
    judgement = judged(
        judge,
        "What happened in Ukraine on Tuesday",
        "The weather was mild. A Russian missile killed 21 civilians at a market in Kharkiv."
        " Schools stay open.",
    )
    sentences = {v.claim_id: v.sentence.text for v in judgement.verdicts}
    assert sentences["C27"].startswith("A Russian missile killed")


def test_the_same_input_gives_the_same_output(judge: EmbeddedJudge) -> None:
    subject = article("Kremlin says a summit needs more preparation")
    assert judge.judge([subject]) == judge.judge([subject])


def test_match_gives_probabilities() -> None:
    model = StanceModel(BUNDLED)
    texts = ["Talks end without result.", "Drones strike Kyiv."]
    vectors = model.encode(texts, max_tokens=40)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    scores = model.match(vectors, vectors)
    assert scores.shape == (2, 2, 4)
    assert np.allclose(scores.sum(-1), 1, atol=1e-5)
    assert model.encode([], max_tokens=40).shape == (0, model.width)


@pytest.mark.parametrize(
    "break_it",
    [
        lambda d: (d / "encoder.onnx").unlink(),
        lambda d: (d / "head.npz").write_bytes(b"not an archive"),
        lambda d: (d / "judge.json").write_text("{"),
        lambda d: (d / "judge.json").write_text(json.dumps({"format_version": 99})),
        lambda d: (d / "tokenizer.json").write_text("[]"),
    ],
)
def test_a_broken_model_folder_is_one_clear_mistake(tmp_path: Path, break_it) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "model"
    shutil.copytree(BUNDLED, folder)
    break_it(folder)
    with pytest.raises(ConfigError) as caught:
        StanceModel(folder)
    assert str(folder) in str(caught.value)


def test_weights_with_pickled_objects_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(BUNDLED, folder)
    np.savez(folder / "head.npz", hidden_weight=np.array([{"run": "me"}], dtype=object))
    with pytest.raises(ConfigError):
        StanceModel(folder)
