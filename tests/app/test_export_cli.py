"""Exports, the check of the log, a shadow run and an essay's changes, as their user meets them."""

import json
import os
import sqlite3
import subprocess
import sys
import xml.etree.ElementTree as ET
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

ESSAY = Path(__file__).parents[1] / "data" / "essays" / "example.toml"
TODAY = datetime.now(UTC)
REPORTS = [
    ("Norrhavn auditors put the harbour tunnel at twice its budget", 5),
    ("Opening of the harbour tunnel put off until spring 2027", 3),
    ("Norrhavn choir sings on the quay", 1),
]


def claimwire(
    *args: str, cwd: Path, essay: Path = ESSAY, **variables: str
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CLAIMWIRE_ESSAY": str(essay), **variables}
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *args], cwd=cwd, capture_output=True, text=True,
        timeout=120, check=False, env=environment,
    )  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a ledger in which three reports on the tunnel were judged."""
    folder = tmp_path_factory.mktemp("desk")
    with (folder / "in.jsonl").open("w") as file:
        for title, days in REPORTS:
            at = (TODAY - timedelta(days=days)).isoformat()
            file.write(json.dumps({"title": title, "published": at, "outlet": "Quay"}) + "\n")
    done = claimwire("replay", "in.jsonl", "--ledger", "data/ledger.sqlite", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["alerts"] >= 1
    return folder


def everything(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "data").iterdir())}


def exported(folder: Path, *calls: tuple[str, ...]) -> list[str]:
    """What each call writes with -o; all in one process, which starts slowly."""
    files = [f"out{number}" for number in range(len(calls))]
    wanted = [["export", *call, "-o", file] for call, file in zip(calls, files, strict=True)]
    script = (
        "import json, sys; from bot.cli import app\n"
        "for args in json.loads(sys.argv[1]): app(args, standalone_mode=False)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(wanted)], cwd=folder, capture_output=True,
        text=True, timeout=120, check=False, env={**os.environ, "CLAIMWIRE_ESSAY": str(ESSAY)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("The chain's head: ") == len(calls)
    return [(folder / file).read_text(encoding="utf-8") for file in files]


def test_every_format_is_written_with_the_head_that_verify_shows(desk: Path):
    forms = ("csv", "json", "claimreview", "atom")
    csv, evidence, _reviews, atom = made = exported(desk, *(("--format", form) for form in forms))
    verified = json.loads(claimwire("verify", "--json", cwd=desk).stdout)
    assert verified["ok"]
    assert all(verified["head"]["hash"] in content for content in made)
    assert {row["outlet"] for row in json.loads(evidence)["evidence"]} == {"Quay"}
    ET.fromstring(atom.encode())
    piped = claimwire("export", "--format", "csv", cwd=desk)
    assert piped.stdout.splitlines() == csv.splitlines()


def test_an_export_can_be_narrowed_to_a_claim_and_a_time(desk: Path):
    tomorrow = f"{TODAY + timedelta(days=1):%Y-%m-%d}"
    everything, one, late = exported(desk, (), ("--claim", "t01"), ("--since", tomorrow))
    rows = json.loads(everything)["evidence"]
    assert json.loads(one)["evidence"] == [row for row in rows if row["claim"] == "T01"] != []
    assert json.loads(late)["evidence"] == []


def test_a_ledger_that_was_changed_by_hand_is_told(desk: Path, tmp_path: Path):
    (tmp_path / "data").mkdir()
    for name, content in everything(desk).items():
        (tmp_path / "data" / name).write_bytes(content)
    good = claimwire("verify", cwd=tmp_path)
    assert good.returncode == 0
    assert good.stdout.startswith("OK: ")
    with closing(sqlite3.connect(tmp_path / "data" / "ledger.sqlite")) as db, db:
        db.execute("DROP TRIGGER verdicts_no_update")
        db.execute("UPDATE verdicts SET confidence = 1 WHERE id = 1")
    bad = claimwire("verify", cwd=tmp_path)
    assert bad.returncode == 1
    assert "verdicts [1]" in bad.stdout
    cut = claimwire("verify", "--head", "ab" * 32, cwd=desk)
    assert cut.returncode == 1
    assert "noted head" in cut.stdout


def test_a_shadow_run_shows_what_a_stricter_threshold_would_do_and_writes_nothing(desk: Path):
    before = everything(desk)
    strict = claimwire("shadow", "--threshold", "1", "--json", cwd=desk)
    assert strict.returncode == 0, strict.stderr
    told = json.loads(strict.stdout)
    assert (told["articles"], told["alerts_after"]) == (3, 0)
    assert len(told["gone"]) == told["alerts_before"] > 0
    shown = claimwire("shadow", "--days", "4", cwd=desk)
    assert "2 stored articles over 3 days: 1 alert " in shown.stdout
    none = claimwire("shadow", cwd=desk, CLAIMWIRE_DATA_DIR="elsewhere")
    assert none.returncode == 1
    assert "no ledger" in none.stderr
    assert everything(desk) == before


def test_what_changed_in_an_essay_is_shown_against_the_one_in_use(desk: Path, tmp_path: Path):
    text = ESSAY.read_text(encoding="utf-8")
    statement = next(line for line in text.splitlines() if line.startswith("statement = "))
    changed = tmp_path / "changed.toml"
    changed.write_text(text.replace(statement, 'statement = "The tunnel is never finished."'))
    done = claimwire("claims", "diff", str(changed), cwd=desk)
    assert done.returncode == 0, done.stderr
    assert "+ The tunnel is never finished." in done.stdout
    assert "1 claim changed (T01)" in done.stdout
    files = claimwire("claims", "diff", str(changed), str(ESSAY), "--json", cwd=desk)
    (difference,) = json.loads(files.stdout)
    assert difference["before"] == "The tunnel is never finished."
    assert claimwire("claims", "diff", cwd=desk).returncode == 1  # no other revision


@pytest.mark.parametrize(
    "args",
    [
        ("export", "--claim", "X99"),
        ("export", "-o", "missing/out.json"),
    ],
)
def test_what_cannot_be_exported_is_one_message(desk: Path, args: tuple[str, ...]):
    done = claimwire(*args, cwd=desk)
    assert done.returncode in (1, 2)
    assert done.stdout == ""
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
