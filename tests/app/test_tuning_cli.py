"""`claimwire tune` as its user meets it, with the bundled model and the essay of the tunnel."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from bot.essay.loader import load
from bot.judge.essay_head import head_path, load_head
from bot.judge.stance_model import BUNDLED, StanceModel

ESSAY = Path(__file__).parents[1] / "data" / "essays" / "example.toml"
COMMAND = [sys.executable, "-m", "bot.cli", "tune", "--essay", str(ESSAY)]

SUPPORTS, CONTRADICTS = "supports", "contradicts"
# Title, claim and stance; our own sentences on an invented tunnel.
REPORTS = [
    ("Norrhavn auditors put the harbour tunnel at twice its budget", "T01", SUPPORTS),
    ("Council of Norrhavn adds forty million to the harbour tunnel", "T01", SUPPORTS),
    ("Contractor bills the Port Authority for extra concrete", "T01", SUPPORTS),
    ("Harbour tunnel bill grows again, treasurer concedes", "T01", SUPPORTS),
    ("Harbour tunnel ends below budget, audit office reports", "T01", CONTRADICTS),
    ("Port Authority returns unspent tunnel money to the city", "T01", CONTRADICTS),
    ("Opening of the harbour tunnel put off until spring 2027", "T02", SUPPORTS),
    ("Smoke test failed in the harbour tunnel, inspectors say", "T02", SUPPORTS),
    ("Diggers stand still in the harbour tunnel after a walkout", "T02", SUPPORTS),
    ("Norrhavn delays its tunnel by another year", "T02", SUPPORTS),
    ("First cars drive through the harbour tunnel", "T02", CONTRADICTS),
    ("Harbour tunnel passes the last of its safety tests", "T02", CONTRADICTS),
    ("Port Authority hires a new spokeswoman", None, None),
    ("Norrhavn choir sings on the quay", None, None),
    ("Herring catch in Norrhavn is the best in years", None, None),
    ("Port Authority paints its cranes blue", None, None),
    ("A harbour tunnel is proposed for a city in the far south", None, None),
    ("Norrhavn elects a fisherman as its mayor", None, None),
    ("Storm closes the Norrhavn ferry for a day", None, None),
    ("Port Authority marks its hundredth birthday", None, None),
    ("Cricket: the visitors win by an innings", None, None),
]


def tune(
    *args: str, cwd: Path, stdin: int = subprocess.DEVNULL
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *args], cwd=cwd, stdin=stdin, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip


def labelled(folder: Path, count: int = len(REPORTS)) -> str:
    path = folder / "labelled.jsonl"
    with path.open("w") as file:
        for title, claim, stance in REPORTS[:count]:
            labels = [{"claim": claim, "stance": stance}] if claim else []
            file.write(json.dumps({"title": title, "labels": labels}) + "\n")
    return path.name


@pytest.fixture(scope="module")
def model() -> StanceModel:
    return StanceModel(BUNDLED)


def test_a_few_labels_are_learned_measured_and_written(tmp_path: Path, model: StanceModel) -> None:
    done = tune(labelled(tmp_path), "--yes", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = " ".join(done.stdout.split())
    assert "20 entries with 12 labels" in told
    assert "without words: 1." in told
    assert "average precision" in told
    assert "n is too small to tell: 12 labels" in told
    essay = load(ESSAY)
    path = head_path(tmp_path / "data", essay)
    assert path.name in told.replace(" ", "")
    head = load_head(path, essay, encoder=model.settings.name, width=model.width)
    assert head.known.all()
    assert (head.taught.entries, head.taught.labels) == (20, 12)
    assert head.taught.background > 100
    new = ["The harbour tunnel costs double what was voted, the auditors find", "Gulls nest"]
    bears = 1 - head.probabilities(model.encode(new, max_tokens=40))[..., 0]
    assert bears[0, 0] > 2 * bears[1, 0]


def test_without_labels_the_indicators_teach(tmp_path: Path, model: StanceModel) -> None:
    done = tune("--yes", "--output", "own.npz", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = " ".join(done.stdout.split())
    assert "without labelled entries" in told
    essay = load(ESSAY)
    assert f"Put it at {head_path(Path('data'), essay)}" in told
    head = load_head(tmp_path / "own.npz", essay, encoder=model.settings.name, width=model.width)
    assert head.taught.labels == 0
    assert head.taught.indicators == sum(len(claim.indicators) for claim in essay.claims)
    assert not (tmp_path / "data").exists()


def test_without_a_terminal_and_without_yes_nothing_is_written(tmp_path: Path) -> None:
    done = tune(labelled(tmp_path), cwd=tmp_path)
    assert done.returncode == 1
    assert "average precision" in done.stdout
    assert "Nothing was written" in done.stderr
    assert "--yes" in done.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(("answer", "code"), [("n\n", 1), ("y\n", 0)])
def test_at_a_terminal_it_asks(tmp_path: Path, answer: str, code: int) -> None:
    ours, theirs = pty.openpty()
    try:
        os.write(ours, answer.encode())
        done = tune("--output", "own.npz", cwd=tmp_path, stdin=theirs)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == code, done.stderr
    assert (tmp_path / "own.npz").exists() == (code == 0)


def test_too_few_entries_are_refused(tmp_path: Path) -> None:
    done = tune(labelled(tmp_path, 9), "--yes", cwd=tmp_path)
    assert done.returncode == 1
    assert "9 of 9 entries" in done.stderr
    assert "Traceback" not in done.stderr
