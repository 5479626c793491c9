"""The command as its user meets it: what it prints, how it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "bot.cli"]


def claimwire(*args: str, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *args], cwd=cwd, input=stdin, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip


def test_help_names_every_command(tmp_path: Path) -> None:
    done = claimwire("--help", cwd=tmp_path)
    assert done.returncode == 0
    for name in ("run", "demo", "judge", "replay", "why", "ledger", "claims", "feeds", "doctor"):
        assert name in done.stdout


def test_run_lists_its_settings_and_starts_nothing(tmp_path: Path) -> None:
    done = claimwire("run", "--settings", cwd=tmp_path)
    assert done.returncode == 0
    assert "feeds.interval_min = 15" in done.stdout
    assert "CLAIMWIRE_DATA_DIR" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_claims_are_listed_and_shown(tmp_path: Path) -> None:
    listed = claimwire("claims", cwd=tmp_path)
    assert listed.returncode == 0
    assert "C01" in listed.stdout
    assert "C27" in listed.stdout
    shown = claimwire("claims", "c10", "--json", cwd=tmp_path)
    assert json.loads(shown.stdout)["slug"] == "delay-is-the-strategy"
    unknown = claimwire("claims", "C99", cwd=tmp_path)
    assert unknown.returncode == 1
    assert "C01 to C27" in unknown.stderr


def test_a_bad_essay_file_is_told_with_lines_and_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "essay.toml").write_text('[essay]\nid = "x"\n\n[[claim]]\nid = 3\nstatemnt = ""\n')
    done = claimwire("claims", "check", "essay.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert "line 5" in done.stderr
    assert "line 6" in done.stderr
    assert "Traceback" not in done.stderr


def test_judge_prints_one_object_per_line_in_order(tmp_path: Path) -> None:
    entries = [
        {"id": "a", "title": "Russian missile strike kills 14 civilians in Kharkiv"},
        {"id": "b", "title": "Israel and Hamas agree to a ceasefire in Gaza"},
        {"id": "c", "summary": "Cricket: England win."},
    ]
    text = "".join(json.dumps(entry) + "\n" for entry in entries)
    done = claimwire("judge", "-", "--json", cwd=tmp_path, stdin=text)
    assert done.returncode == 0, done.stderr
    first, second, third = (json.loads(line) for line in done.stdout.splitlines())
    assert [first["id"], second["id"], third["id"]] == ["a", "b", "c"]
    (verdict,) = [v for v in first["verdicts"] if v["claim"] == "C27"]
    assert set(verdict) == {
        "claim", "stance", "confidence", "sentence", "indicator", "asserted_by", "modality",
    }  # fmt: skip
    assert first["stopped_at"] is None
    assert second["verdicts"] == []
    assert second["stopped_at"]["stage"] == "topic"
    assert third["stopped_at"]["reason"]


def test_a_bad_line_stops_before_anything_is_printed(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"title": "Kyiv waits"}\n{"title": 3}\n')
    done = claimwire("judge", "in.jsonl", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "line 2" in done.stderr


def test_a_replay_is_kept_where_it_is_told_and_adds_nothing_a_second_time(tmp_path: Path) -> None:
    entries = [
        {"id": str(n), "title": title, "published": f"2026-01-0{n + 1}", "outlet": "Example Wire"}
        for n, title in enumerate(
            ["Russian missile kills 14 civilians in Kharkiv", "Cricket: England win"]
        )
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(e) + "\n" for e in entries))
    args = ("replay", "in.jsonl", "--ledger", "data/ledger.sqlite", "--json")
    first = json.loads(claimwire(*args, cwd=tmp_path).stdout)
    assert first["alerts"] >= 1
    assert "C27" in first["alerts_by_claim"]
    second = json.loads(claimwire(*args, cwd=tmp_path).stdout)
    assert (second["alerts"], second["already_known"]) == (0, 2)
    shown = claimwire("ledger", "C27", cwd=tmp_path)
    assert "Russian missile kills 14 civilians" in shown.stdout
    why = claimwire("why", "1", "--json", cwd=tmp_path)
    assert why.returncode == 0, why.stderr


def test_why_knows_an_address_with_tracking_parameters(tmp_path: Path) -> None:
    entry = {"title": "Cricket: England win", "url": "https://e.example/cricket"}
    (tmp_path / "in.jsonl").write_text(json.dumps(entry) + "\n")
    claimwire("replay", "in.jsonl", "--ledger", "data/ledger.sqlite", cwd=tmp_path)
    why = claimwire("why", "https://E.example/cricket?utm_source=x#top", cwd=tmp_path)
    assert why.returncode == 0, why.stderr
    assert "stopped at topic" in why.stdout


def test_a_replay_that_delivers_needs_a_place_for_what_waits(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"title": "Kyiv waits"}\n')
    done = claimwire("replay", "in.jsonl", "--deliver", cwd=tmp_path)
    assert done.returncode == 1
    assert "--ledger" in done.stderr


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("ledger",), 1),
        (("why", "https://e.example/1"), 1),
        (("judge", "missing.jsonl"), 1),
        (("replay", "missing.xml"), 1),
        (("run", "--config", "missing.toml"), 2),
        (("claims", "--essay", "missing.toml"), 2),
        (("feeds", "add", "ftp://e.example/x"), 2),
        (("feeds", "import", "missing.opml"), 2),
        (("nonsense",), 2),
        (("claims", "a", "b", "c"), 2),
    ],
)
def test_what_cannot_be_done_is_one_message_and_a_code(
    tmp_path: Path, args: tuple[str, ...], code: int
) -> None:
    done = claimwire(*args, cwd=tmp_path)
    assert done.returncode == code
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_feeds_are_listed_added_exported_and_imported(tmp_path: Path) -> None:
    bundled = json.loads(claimwire("feeds", "list", "--json", cwd=tmp_path).stdout)
    assert len(bundled) >= 20
    added = claimwire(
        "feeds", "add", "https://e.example/rss", "--outlet", "Example", "--voice", "party",
        cwd=tmp_path,
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    listed = json.loads(claimwire("feeds", "list", "--json", cwd=tmp_path).stdout)
    assert len(listed) == len(bundled) + 1
    assert listed[-1]["voice"] == "party"
    again = claimwire("feeds", "add", "https://e.example/rss", cwd=tmp_path)
    assert again.returncode == 2
    assert claimwire("feeds", "export", "out.opml", cwd=tmp_path).returncode == 0
    (tmp_path / "other").mkdir()
    taken = claimwire("feeds", "import", "../out.opml", "--replace", cwd=tmp_path / "other")
    assert taken.returncode == 0, taken.stderr
    moved = json.loads(claimwire("feeds", "list", "--json", cwd=tmp_path / "other").stdout)
    assert moved == listed


def test_doctor_finds_what_is_wrong(tmp_path: Path) -> None:
    good = claimwire("doctor", "--json", cwd=tmp_path)
    assert good.returncode == 0, good.stdout
    assert {check["name"] for check in json.loads(good.stdout)} >= {"config", "model", "ledger"}
    (tmp_path / "claimwire.toml").write_text(
        '[channels.desk]\nadapter = "webhok"\n[websub]\npublic_url = "http://news.example.org"\n'
    )
    bad = claimwire("doctor", cwd=tmp_path)
    assert bad.returncode == 1
    assert "WRONG" in bad.stdout
    assert "webhook" in bad.stdout
    assert "it is not https" in bad.stdout


def test_a_damaged_ledger_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "ledger.sqlite"
    path.parent.mkdir()
    path.write_bytes(b"this is no database at all, but long enough to look like one" * 99)
    before = path.read_bytes()
    done = claimwire("ledger", cwd=tmp_path)
    assert done.returncode == 1
    assert "ledger.sqlite" in done.stderr
    assert path.read_bytes() == before
