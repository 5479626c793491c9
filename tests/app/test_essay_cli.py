"""From an essay to a claims file, and its check, as the editor meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.errors import ConfigError, InputError
from bot.essay.loader import load

COMMAND = [sys.executable, "-m", "bot.cli"]
ESSAY = """\
The Treaty That Will Not Hold
By Ada Okoye, 4 May 2026

On 3 April 2026 Orsk and Telvar signed a treaty on the river. Orsk wants the dam more than peace.
Orsk keeps opening the gates at night. The treaty will not survive the summer of 2026.
"""


def claimwire(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *args], cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )


def within(*args: str) -> Result:
    """The command in this process, which spares its start; errors stay what they are."""
    return CliRunner().invoke(app, args)


@pytest.fixture
def essay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "essay.txt").write_text(ESSAY, encoding="utf-8")
    return tmp_path


def test_an_essay_becomes_a_draft_that_is_checked_and_not_run(tmp_path: Path) -> None:
    (tmp_path / "essay.txt").write_text(ESSAY, encoding="utf-8")
    done = claimwire("essay", "draft", "essay.txt", "--output", "essay.toml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    essay = load(tmp_path / "essay.toml")
    assert (essay.title, len(essay.claims)) == ("The Treaty That Will Not Hold", 4)

    checked = claimwire("claims", "check", "essay.toml", "--quick", "--json", cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr
    told = json.loads(checked.stdout)
    assert told["draft"] is True
    assert any("this is a draft" in warning for warning in told["warnings"])

    (tmp_path / "claimwire.toml").write_text('[claimwire]\nessay = "essay.toml"\n')
    run = claimwire("run", cwd=tmp_path)
    assert run.returncode == 2
    assert "draft = true" in run.stderr


def test_a_draft_goes_to_the_screen_and_over_no_file_unasked(essay: Path) -> None:
    shown = within("essay", "draft", "essay.txt", "--limit", "1")
    assert shown.stdout.count("[[claim]]") == 1
    (essay / "mine.toml").write_text("mine", encoding="utf-8")
    args = ("essay", "draft", "essay.txt", "--output", "mine.toml")
    refused = within(*args).exception
    assert isinstance(refused, InputError)
    assert "--force" in str(refused)
    assert (essay / "mine.toml").read_text(encoding="utf-8") == "mine"
    assert within(*args, "--force").exit_code == 0
    assert load(essay / "mine.toml").draft


def test_a_language_model_that_is_not_set_is_told(essay: Path) -> None:
    refused = within("essay", "draft", str(essay / "essay.txt"), "--llm").exception
    assert isinstance(refused, ConfigError)
    assert "judge.llm_model" in str(refused)


def test_the_bundled_essay_passes_its_own_check_with_the_model(essay: Path) -> None:
    told = json.loads(within("claims", "check", "--json").stdout)
    assert told["warnings"] == []
    assert told["note"] is None


def test_a_sample_off_the_subject_is_noted_and_near_pairs_are_told(essay: Path) -> None:
    (essay / "e.toml").write_text(
        '[essay]\nid = "e"\ntitle = "T"\nauthor = "A"\ndate = 2026-01-01\ntopics = ["Orsk"]\n'
        '[[claim]]\nid = "C1"\nslug = "one"\nkind = "pattern"\nparagraphs = [0]\nstatement = "S."\n'
        'supported_by = [{ text = "Orsk closes the gates of the dam at night." }]\n'
        'contradicted_by = [\n{ text = "Orsk shuts the gates of the dam at night." }]\n',
        encoding="utf-8",
    )
    (essay / "news.jsonl").write_text('{"title": "Orsk closes the dam"}\n', encoding="utf-8")
    done = within("claims", "check", "e.toml", "--sample", "news.jsonl")
    assert done.exit_code == 0
    assert "on line 15, on the other side" in done.stdout
    assert "note: only 1 reports in news.jsonl" in done.stdout
