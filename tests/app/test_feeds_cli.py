"""`claimwire feeds` as its user meets it: what it writes, and what it never writes."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.essay.loader import bundled
from bot.ledger.records import FeedUpdate
from bot.ledger.store import Ledger
from bot.model import FeedCourse, HubSubscription

COMMAND = [sys.executable, "-m", "bot.cli"]


def claimwire(*args: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *args], cwd=cwd, capture_output=True, text=True, timeout=120, check=False,
        env=os.environ | env,
    )  # fmt: skip


def urls(cwd: Path) -> list[str]:
    listed = claimwire("feeds", "list", "--json", cwd=cwd)
    assert listed.returncode == 0, listed.stderr
    return [source["url"] for source in json.loads(listed.stdout)]


@pytest.mark.parametrize(
    "url",
    ["https://u:p@example.org/rss", "https://e.example:99999/", "http://[", "e.example/rss", ""],
)
def test_an_address_that_cannot_be_read_is_refused_before_anything_is_written(
    tmp_path: Path, url: str
) -> None:
    done = claimwire("feeds", "add", "--", url, cwd=tmp_path)
    assert done.returncode == 2
    assert "cannot be added" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_add_and_import_make_the_list_that_the_config_names_from_the_bundled_one(
    tmp_path: Path,
) -> None:
    bundled = urls(tmp_path)
    (tmp_path / "claimwire.toml").write_text('[feeds]\nopml = "lists/my.opml"\n')
    added = claimwire("feeds", "add", " https://e.example/rss ", cwd=tmp_path)
    assert added.returncode == 0, added.stderr
    assert urls(tmp_path) == [*bundled, "https://e.example/rss"]
    mine = tmp_path / "lists" / "my.opml"
    mine.replace(tmp_path / "other.opml")
    taken = claimwire("feeds", "import", "other.opml", cwd=tmp_path)
    assert taken.returncode == 0, taken.stderr
    assert "1 added" in taken.stdout
    assert urls(tmp_path) == [*bundled, "https://e.example/rss"]
    (tmp_path / "empty.opml").write_text('<opml version="2.0"><head/><body/></opml>')
    refused = claimwire("feeds", "import", "empty.opml", cwd=tmp_path)
    assert refused.returncode == 1
    assert "empty.opml: names no feeds" in refused.stderr
    assert urls(tmp_path) == [*bundled, "https://e.example/rss"]


@pytest.mark.parametrize("command", [("feeds", "list"), ("feeds", "check"), ("run",)])
def test_a_list_that_the_config_names_must_be_there_to_be_read(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "claimwire.toml").write_text('[feeds]\nopml = "my.opml"\n')
    done = claimwire(*command, cwd=tmp_path)
    assert done.returncode == 2
    assert "my.opml" in done.stderr


def test_a_feed_that_is_listed_already_leaves_no_new_file(tmp_path: Path) -> None:
    known = urls(tmp_path)[0]
    done = claimwire("feeds", "add", known, cwd=tmp_path)
    assert done.returncode == 2
    assert "listed already" in done.stderr
    assert not (tmp_path / "data" / "feeds.opml").exists()


def test_check_takes_anything_for_an_address_and_says_what_is_wrong(tmp_path: Path) -> None:
    done = claimwire("feeds", "check", "http://[", "--json", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)[0]["outcome"] == "refused"


def test_check_shows_how_far_it_is_on_a_terminal_alone(tmp_path: Path) -> None:
    args = ("feeds", "check", "ftp://a.example/", "ftp://b.example/", "--json")
    # rich takes standard error for a terminal where FORCE_COLOR is set.
    watched = claimwire(*args, cwd=tmp_path, FORCE_COLOR="1", TERM="xterm")
    assert "checking" in watched.stderr
    assert "2/2" in watched.stderr
    assert len(json.loads(watched.stdout)) == 2
    assert claimwire(*args, cwd=tmp_path).stderr == ""


def test_the_list_shows_how_each_feed_does(tmp_path: Path) -> None:
    (tmp_path / "claimwire.toml").write_text('[feeds]\nopml = "my.opml"\n')
    wanted = ("https://moved.example/rss", "https://gone.example/rss", "https://new.example/rss")
    outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in wanted)
    (tmp_path / "my.opml").write_text(f"<opml><body>{outlines}</body></opml>")
    asyncio.run(_known(tmp_path / "data" / "ledger.sqlite", wanted[0], wanted[1]))
    listed = claimwire("feeds", "list", "--json", cwd=tmp_path)
    assert listed.returncode == 0, listed.stderr
    moved, gone, new = json.loads(listed.stdout)
    assert (moved["hub"], gone["hub"]) == ("https://hub.example/", None)
    assert moved["pushed_until"].startswith("2999-01-01")
    assert moved["address"] == "https://elsewhere.example/rss"
    assert moved["next_poll"] == "2026-08-01T12:00:00+00:00"
    assert "gone since 2026-08-01" in gone["state"]
    assert (new["state"], new["address"]) == ("not polled yet", wanted[2])
    shown = claimwire("feeds", "list", cwd=tmp_path, COLUMNS="200").stdout
    assert "moved to https://elsewhere.example/rss" in shown
    assert "asked once a week" in shown
    assert "pushed by hub.example until 2999-01-01" in shown
    assert "secret" not in shown + listed.stdout


async def _known(path: Path, moved: str, gone: str) -> None:
    at = datetime(2026, 8, 1, 12, tzinfo=UTC)
    path.parent.mkdir()
    async with await Ledger.open(path, SystemClock()) as ledger:
        course = FeedCourse(due_at=at, address="https://elsewhere.example/rss")
        await ledger.record_unchanged([FeedUpdate(bundled(), moved, at, 304, course=course)])
        course = FeedCourse(due_at=at, gone_times=2, retired_at=at)
        await ledger.record_failure(gone, at, "HTTP 410 Gone", course)
        until = datetime(2999, 1, 1, tzinfo=UTC)
        for feed, lease_until in ((moved, until), (gone, at)):
            callback = f"https://us.example/websub/secret-of-{feed}"
            one = HubSubscription(feed, "https://hub.example/", feed, callback, "a secret", at)
            await ledger.keep_hub_subscription(replace(one, lease_until=lease_until))
