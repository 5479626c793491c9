"""What the tests of this folder share: old ledgers, disks of their own, programs to be killed."""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database
from typer.testing import CliRunner

from bot.cli import app
from bot.errors import ClaimwireError
from bot.ledger.migrations import APPLICATION_ID, migrations

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("working_forever.py")
COMMITTING = ROOT / "tests/ledger/committing_forever.py"
OLD = "m0003_modality"  # the last migration of an old ledger


def old_ledger(path: Path, articles: int = 20) -> None:
    """A ledger as the first version left it: one report bears on a claim, the others do not."""
    db = Database(path)
    db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(db, stop_before="m0004_notices")
    with db.conn:
        db.conn.executemany(
            "INSERT INTO articles (key, revision, content_hash, essay_id, feed_url, guid, url,"
            " title, summary, outlet, tier, voice, at, fetched_at, stopped_stage, stopped_reason)"
            " VALUES (?, 1, ?, 'pause', 'f', '', '', ?, ?, 'North Wire', 2, 'independent',"
            " '2024-01-01T00:00:00.000000+00:00', '2024-01-01T00:00:00.000000+00:00', ?, ?)",
            [
                (f"k{n}", f"h{n}", f"Report {n}", "text " * 80, *stop)
                for n, stop in enumerate([(None, None)] + [("match", "far")] * (articles - 1))
            ],
        )
        db.conn.executescript(
            """
            INSERT INTO stories (title, first_at, last_at, embedding) VALUES ('s', 'a', 'a', x'');
            INSERT INTO story_articles VALUES (1, 1, 't', 'h0', 'first', NULL);
            INSERT INTO findings (article_id, claim_id, stance, probability, sentence,
                sentence_start, sentence_end, note)
                SELECT id, 'C01', 'supports', 0.4, 'x', 0, 1, '' FROM articles;
            INSERT INTO verdicts (article_id, story_id, essay_id, claim_id, claim_statement, stance,
                confidence, sentence, sentence_start, sentence_end, asserted_by, kind, recorded_at)
                VALUES (1, 1, 'pause', 'C01', 'c', 'supports', 0.9, 'x', 0, 1, 'event', 'new', 'a');
            """
        )
    db.close()


def contents(path: Path) -> dict[str, int]:
    """Rows by table, of a file that is whole."""
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for (name,) in names.fetchall()
        }
    finally:
        connection.close()


def claimwire(*arguments: str) -> tuple[int, str]:
    """The command in this process: its exit code, and what it said."""
    done = CliRunner().invoke(app, list(arguments))
    if isinstance(done.exception, ClaimwireError):
        return done.exception.exit_code, str(done.exception)
    return done.exit_code, done.output


def names(folder: Path) -> list[str]:
    """The files of a folder, but for the lock and what SQLite keeps beside a file that is open."""
    beside = ("-wal", "-shm", ".lock")
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(beside))


def damage(path: Path, *, spare: int) -> bytes:
    """Overwrites half of each page from the ``spare``-th on; returns what is there now."""
    content = bytearray(path.read_bytes())
    for start in range(spare * 4096, len(content) - 4096, 4096):
        content[start : start + 2048] = b"\xa5" * 2048
    path.write_bytes(content)
    return bytes(content)


@contextlib.contextmanager
def working(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    """working_forever.py with these arguments; killed at the end at the latest."""
    command = [sys.executable, str(PROGRAM), *map(str, arguments)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        try:
            yield process
        finally:
            process.kill()


def killed_at_work(rng: random.Random, *arguments: object) -> None:
    """Kills it at some moment of its second round."""
    with working(*arguments) as process:
        assert process.stdout is not None
        # Its own pace, so that the kill falls into the work on a slow machine too.
        said = [process.stdout.readline().strip() for _ in range(3)]
        took_s = float(said[1])
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(rng.uniform(0, took_s))


@contextlib.contextmanager
def killed_at_commits(path: Path, commits: int) -> Iterator[Callable[[], int]]:
    """A program that commits to the ledger; the block begins after so many commits.

    The block may wait for another one, and gets its number. The program is killed at its end.
    """
    start = contents(path)["feeds"] if path.exists() else 0
    command = [sys.executable, str(COMMITTING), str(path), str(start)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        assert process.stdout is not None
        said = process.stdout

        def another() -> int:
            return int(said.readline())

        try:
            for _ in range(commits):
                another()
            yield another
        finally:
            process.kill()


@contextlib.contextmanager
def mounted(at: Path, *arguments: str) -> Iterator[Path]:
    """A file system of its own; skips the test where this user may not mount one."""
    at.mkdir(exist_ok=True)
    command = ["mount", *arguments, str(at)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if done.returncode:
        pytest.skip(f"a file system cannot be mounted here: {done.stderr.strip()}")
    try:
        yield at
    finally:
        subprocess.run(["umount", str(at)], check=True)
