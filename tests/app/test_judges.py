"""Which judge the config chooses, and what `claimwire eval --nli` tells of a pair model."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.config import load_config
from bot.errors import ConfigError
from bot.judge.embedded import EmbeddedJudge
from bot.judge.llm_judge import LlmJudge
from bot.judge.nli_judge import NliJudge
from bot.judges import load_judge
from bot.model import Article, Entry, Outlet
from bot.parts import load_essay
from bot.ports import Judge
from tests.fakes.pair_models import name_labels, reading_model

NOW = datetime(2026, 1, 2, tzinfo=UTC)
WORDS = "it rains is wet dry russia signs rejects ceasefire ukraine a the ."


def chosen(folder: Path, *settings: str) -> Judge:
    path = folder / "claimwire.toml"
    path.write_text("\n".join(["[judge]", "threads = 1", *settings]))
    config = load_config(path, {})
    return load_judge(config, load_essay(config))


def refused(folder: Path, *settings: str) -> str:
    with pytest.raises(ConfigError) as caught:
        chosen(folder, *settings)
    return str(caught.value)


def test_without_a_choice_the_embedded_judge_judges(tmp_path: Path) -> None:
    assert type(chosen(tmp_path)) is EmbeddedJudge


def test_an_nli_model_judges_where_it_is_chosen(tmp_path: Path) -> None:
    reading_model(tmp_path / "mine", WORDS)
    judge = chosen(tmp_path, 'kind = "nli"', 'nli_dir = "mine"')
    assert type(judge) is NliJudge
    entry = Entry("k", "h", "", "", "", "Russia rejects a ceasefire", "", NOW, None, Outlet("W"))
    (judgement,) = judge.judge([Article(entry, NOW, NOW)])
    assert judgement.embedding


def test_an_nli_dir_counts_only_where_it_is_chosen(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert type(chosen(tmp_path, 'nli_dir = "mine"')) is EmbeddedJudge


def test_an_llm_judges_where_it_is_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("llm")
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path / "llm"))
    judge = chosen(tmp_path, 'kind = "llm"', 'llm_model = "gpt-4.1-mini"')
    assert type(judge) is LlmJudge


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (('kind = "nli"',), "judge.nli_dir is not set"),
        (('kind = "llm"',), "judge.llm_model is not set"),
        (('kind = "best"',), "write one of embedded, nli, llm"),
        (('kind = "nli"', 'nli_dir = "gone"'), 'nli_dir is "gone", which is not there'),
        (('kind = "nli"', 'nli_dir = "empty"'), "there is no config.json"),
        (('kind = "nli"', 'nli_dir = "nameless"'), "does not say what it means"),
        (('kind = "llm"', 'llm_model = "m"', "llm_monthly_budget = -1"), "out of range"),
    ],
)
def test_a_choice_that_cannot_work_is_one_clear_mistake(
    tmp_path: Path, settings: tuple[str, ...], reason: str
) -> None:
    (tmp_path / "empty").mkdir()
    nameless = reading_model(tmp_path / "nameless", WORDS)
    name_labels(nameless, {str(number): f"LABEL_{number}" for number in range(3)})
    assert reason in refused(tmp_path, *settings)


@pytest.fixture
def sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a model and two pair sets, the second without neutral pairs."""
    reading_model(tmp_path / "mine", WORDS)
    rows = [
        ("It rains.", "It rains", "entail"),
        ("It not rains.", "It rains", "contradict"),
        ("It rains.", "It is wet", "neutral"),
        ("It is wet.", "It is dry", "contradict"),
    ]
    for name, kept in (("three", rows), ("two", rows[:2])):
        lines = [
            json.dumps({"premise": premise, "hypothesis": hypothesis, "label": label})
            for premise, hypothesis, label in kept
        ]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_pair_sets_are_measured_each_and_together(sets: Path) -> None:
    done = CliRunner().invoke(
        app, ["eval", "--nli", "three.jsonl", "two.jsonl", "--model", "mine", "--json"]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    three, two = told["sets"]
    assert (three["n"], three["accuracy"], len(three["classes"])) == (4, 0.75, 3)
    assert three["by_class"]["contradict"]["recall"] == 0.5
    assert (two["n"], two["accuracy"], two["classes"]) == (2, 1.0, ["entail", "contradict"])
    assert (told["all"]["n"], told["all"]["accuracy"]) == (6, round(5 / 6, 4))


def test_pair_sets_are_shown_as_a_table(sets: Path) -> None:
    done = CliRunner().invoke(app, ["eval", "three.jsonl", "two.jsonl", "--nli", "--model", "mine"])
    assert done.exit_code == 0, done.output
    assert "two*" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["eval", "--nli", "three.jsonl", "--split", "dev"],
        ["eval", "three.jsonl", "two.jsonl"],
        ["eval", "three.jsonl", "--model", "mine"],
    ],
)
def test_options_that_do_not_go_together_are_refused(sets: Path, words: list[str]) -> None:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2
    assert "--nli" in done.output


def test_a_pair_model_that_is_not_there_is_told(sets: Path) -> None:
    done = CliRunner().invoke(app, ["eval", "--nli", "two.jsonl", "--model", "gone"])
    assert isinstance(done.exception, ConfigError)
    assert "there is no config.json" in str(done.exception)
