"""What a kill -9 leaves behind."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

from committing_forever import REPORTS

ROUNDS = 5
PROGRAM = Path(__file__).with_name("committing_forever.py")
ROOT = Path(__file__).parents[2]


def kill_after(path: Path, start: int, commits: int, rng: random.Random) -> int:
    """Runs the program, kills it amid its work; returns the last update known to be through."""
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), str(path), str(start)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{PROGRAM.parent}"},
    ) as process:
        assert process.stdout is not None
        through = start - 1
        for _ in range(commits):
            through = int(process.stdout.readline())
        for _ in range(rng.randrange(40_000)):  # on to some moment within a later commit
            pass
        process.kill()
        rest = process.stdout.read().split()
    return int(rest[-1]) if rest else through


def test_kill_9_leaves_every_update_whole_or_absent(tmp_path: Path):
    path, rng, number = tmp_path / "ledger.sqlite", random.Random(7), 0
    for _ in range(ROUNDS):
        through = kill_after(path, number, rng.randrange(1, 12), rng)
        connection = sqlite3.connect(path)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        whole = dict(
            connection.execute(
                "SELECT f.url, (SELECT count(*) FROM articles WHERE feed_url = f.url) FROM feeds f"
            )
        )
        stray = connection.execute(
            "SELECT count(*) FROM articles WHERE feed_url NOT IN (SELECT url FROM feeds)"
            " OR id NOT IN (SELECT article_id FROM verdicts)"
        ).fetchone()
        alerts, rows = connection.execute(
            "SELECT (SELECT count(*) FROM alert_revisions), (SELECT count(*) FROM outbox)"
        ).fetchone()
        connection.close()
        assert set(whole.values()) == {REPORTS}
        assert stray == (0,)
        assert rows == 2 * alerts
        # What it said was through is there; at most the one that it was at came after.
        assert len(whole) - 1 in (through, through + 1)
        number = len(whole)
