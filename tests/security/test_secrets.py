"""No secret in a log, an error or an answer; also none that a library would log at DEBUG."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.config import load_config, settings_help
from bot.log import Level, LogFormat, logger, setup
from tests.fakes.discord_parts import TOKEN as DISCORD_TOKEN
from tests.fakes.slack_server import APP_TOKEN, BOT_TOKEN, SlackServer
from tests.unit.adapters.discord_making import SayingDesk, running
from tests.unit.adapters.slack.conftest import FakeDesk, adapter_for

GIVEN = {
    "SLACK_BOT_TOKEN": "xoxb-1111-very-private",
    "SLACK_APP_TOKEN": "xapp-2222-very-private",
    "SLACK_SIGNING_SECRET": "3333-very-private",
    "DISCORD_TOKEN": "MTIzNDU2Nzg5.private.very-private",
    "CLAIMWIRE_CHANNEL_DESK_SECRET": "5555-very-private-secret",
    "CLAIMWIRE_CHANNEL_DESK_URL": "https://hooks.example/very-private/6666",
}
CONFIG = '[channels.desk]\nadapter = "webhook"\n'


@contextmanager
def logged(*secrets: str, form: LogFormat = LogFormat.LOGFMT) -> Iterator[io.StringIO]:
    """All that is logged in the block, at DEBUG, libraries' lines included."""
    root, stream = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    setup(Level.DEBUG, form, secrets=secrets, stream=stream)
    try:
        yield stream
    finally:
        setup(Level.INFO, stream=io.StringIO())
        root.handlers[:] = before
        root.setLevel(level)


# Made up, in the shapes that the platforms give theirs.
SHAPES = {
    "a token of a bot that no setting names": ("xoxp-9-8-7-abcdefghij", "abcdefghij"),
    "a key of a language model": ("key sk-proj-abcdefghijklmnop", "abcdefghijklmnop"),
    "the address of a socket": (
        "wss://w.slack.com/link/?ticket=abcdef-123&app_id=A1",
        "abcdef-123",
    ),
    "the address of an answer": ("https://hooks.slack.com/commands/T1/2/abcdefgh", "abcdefgh"),
    "an interaction": ("POST https://d.com/api/v10/interactions/12/aW5abc.def/callback", "aW5abc"),
    "an interaction's webhook": ("https://d.com/api/v10/webhooks/12/aW5abc.def?wait=1", "aW5abc"),
    "the address that a hub calls": ("GET /websub/aW5abc-def_ghi?hub.mode=x", "aW5abc-def_ghi"),
    "an event as JSON": ('{"id": "1", "token": "aW5abcdef", "type": 2}', "aW5abcdef"),
    "an event as a dict": ("{'token': 'aW5abcdef'}", "aW5abcdef"),
    "JSON within JSON": (r'{"body": "{\"token\":\"aW5abcdef\"}"}', "aW5abcdef"),
    "a header": ("{'Authorization': 'Bearer abcdefgh'}", "abcdefgh"),
    "a password in an address": ("redis://desk:a-password@db:6379/0", "a-password"),
}


@pytest.mark.parametrize("form", LogFormat)
@pytest.mark.parametrize("name", SHAPES)
def test_what_looks_like_a_secret_is_struck_out(name: str, form: LogFormat) -> None:
    text, secret = SHAPES[name]
    with logged(form=form) as lines:
        logger("test").info("seen", value=text)
    assert "[secret]" in lines.getvalue()
    assert secret not in lines.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "https://news.example/a?id=1", "risk-assessment-of-the-year", "http://127.0.0.1:8371/readyz",
        "a token: of thanks", "mail desk@example.org", "12:30 at http://x.example/a@b",
    ],
)  # fmt: skip
def test_ordinary_text_is_logged_as_it_is(text: str) -> None:
    with logged() as lines:
        logger("test").info("seen", value=text)
    assert text in lines.getvalue()


async def test_slacks_library_logs_no_token_and_no_way_in() -> None:
    """With the real library, talking to a server that speaks its protocol."""
    async with SlackServer() as server:
        with logged(BOT_TOKEN, APP_TOKEN) as lines:
            slack = adapter_for(server, FakeDesk())
            await slack.start()
            await server.answered(await server.command("list"))
            await slack.stop()
    text = lines.getvalue()
    assert "logger=slack_sdk" in text  # it did log
    assert BOT_TOKEN not in text
    assert APP_TOKEN not in text
    assert "ticket=[secret]" in text
    assert not re.search(r"ticket-\d", text)


async def test_discords_library_logs_no_token_and_no_interaction() -> None:
    with logged(DISCORD_TOKEN) as lines:
        async with running(SayingDesk()) as (server, _):
            talk = await server.answered(await server.command("list", {}))
    text = lines.getvalue()
    assert "logger=discord" in text
    assert DISCORD_TOKEN not in text
    assert talk.token not in text


def configured(tmp_path: Path) -> Path:
    path = tmp_path / "claimwire.toml"
    path.write_text(CONFIG)
    return path


def test_a_config_shows_no_secret(tmp_path: Path) -> None:
    config = load_config(configured(tmp_path), GIVEN)
    assert config.secrets >= set(GIVEN.values())
    assert "very-private" not in repr(config)
    assert "very-private" not in repr(config.channels)


@pytest.mark.parametrize(
    "command", [["run", "--settings"], ["doctor", "--json"], ["feeds", "list"]]
)
def test_a_command_shows_no_secret(tmp_path: Path, command: list[str]) -> None:
    configured(tmp_path)
    done = claimwire(tmp_path, "-m", "bot.cli", *command)
    assert done.stdout
    assert "very-private" not in done.stdout + done.stderr
    assert "very-private" not in settings_help()


def test_a_mistake_in_a_secret_is_told_without_it(tmp_path: Path) -> None:
    wrong = {"SLACK_BOT_TOKEN": "very-private\nand more", "CLAIMWIRE_CHANNEL_X_KEY": "very-private"}
    configured(tmp_path)
    done = claimwire(tmp_path, "-m", "bot.cli", "doctor", "--json", **GIVEN | wrong)
    (check,) = json.loads(done.stdout)
    assert not check["ok"]
    assert "very-private" not in done.stdout + done.stderr


FAULT = """
import sys
from bot.cli import app, main
from bot.cli.common import configured
@app.command("fault")
def fault():
    configured(None)
    raise RuntimeError("it was 5555-very-private-secret")
sys.argv = ["claimwire", "fault"]
main()
"""


def test_a_fault_of_our_own_tells_no_secret(tmp_path: Path) -> None:
    """Python's own trace would print the error's words as they are."""
    configured(tmp_path)
    done = claimwire(tmp_path, "-c", FAULT)
    assert done.returncode == 1
    assert "please report it" in done.stderr
    assert "it was [secret]" in done.stderr
    assert "very-private" not in done.stdout + done.stderr


def claimwire(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    bare = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    root = str(Path(__file__).resolve().parents[2])
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False,
        env={**bare, "PYTHONPATH": root, **(environ or GIVEN)}, timeout=60,
    )  # fmt: skip
