"""Fuzzes what people hand to the bot: essays, texts, OPML, settings, chat commands, entries.

    python tests/bench/fuzz_essays.py [TARGET] [--seconds 60] [--seeds FOLDER] [--found FOLDER]

Without TARGET all of them, one after another. See tests/bench/_fuzzing.py.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from _fuzzing import ROOT, Target, instrumented, main

with instrumented():
    from adapters.clean import clean
    from adapters.discord.escape import escaped, units
    from adapters.slack.interactions import message_text
    from bot.commands.requests import CHECK_MAX, RequestError
    from bot.commands.words import line, parse
    from bot.config.load import load_config
    from bot.entries import _read_lines
    from bot.errors import ConfigError, EssayError, InputError, Problem
    from bot.essay.lines import LineIndex
    from bot.essay.loader import loads, warnings
    from bot.essay.prose import read_prose
    from bot.judge.llm_answer import read
    from feeds.opml import reads, writes

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CONFIG = Path(tempfile.mkdtemp(prefix="claimwire-fuzz-"), "claimwire.toml")
SCHEMA = {
    "type": "object",
    "properties": {
        "bears": {
            "type": "array",
            "maxItems": 3,
            "items": {
                "type": "object",
                "properties": {
                    "claim": {"type": "string", "enum": ["C01", "C02"]},
                    "probability": {"type": "number", "minimum": 0, "maximum": 1},
                },
                "required": ["claim", "probability"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["bears"],
    "additionalProperties": False,
}


def essay(data: bytes) -> None:
    """An essay file: an Essay, or a report of its mistakes that names lines of the file."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        problems = warnings(loads(text, "essay.toml"), LineIndex(text))
    except EssayError as error:
        problems = error.problems or [Problem(-1, "", "")]
    assert all(0 <= one.line <= text.count("\n") + 1 and one.remedy for one in problems)


def prose(data: bytes) -> None:
    """The text of an essay to be drafted."""
    found = read_prose(data.decode("utf-8", "replace"))
    assert [one.number for one in found.paragraphs] == list(range(len(found.paragraphs)))


def opml(data: bytes) -> None:
    """A list of feeds; what is read can be written and read again."""
    try:
        sources = reads(data, "feeds.opml")  # type: ignore[arg-type]  # as from a file
    except ConfigError:
        return
    assert reads(writes(sources), "feeds.opml") == sources


def config(data: bytes) -> None:
    """A config file, with a part of it in the environment too."""
    CONFIG.write_bytes(data)
    value = data[:60].decode("utf-8", "replace")
    environ = {"CLAIMWIRE_FEEDS_TIMEOUT_S": value, "SLACK_BOT_TOKEN": value}
    for given in ({}, environ):
        with suppress(ConfigError):
            load_config(CONFIG, given)


def command(data: bytes) -> None:
    """A line that was typed in chat; what is understood can be put on a button."""
    try:
        request = parse(data.decode("utf-8", "surrogateescape"), NOW)
    except RequestError:
        return
    try:
        written = line(request)
    except ValueError:
        return
    assert parse(written, NOW) == request


def chat(data: bytes) -> None:
    """Words that are shown in chat, and a message that is taken from it."""
    text = data.decode("utf-8", "surrogateescape")
    shown = clean(text, 100)
    assert len(shown) <= 100
    assert clean(shown, 100) == shown
    assert units(escaped(text, 100)) <= 100
    assert len(message_text({"text": text})) <= CHECK_MAX


def entries(data: bytes) -> None:
    """JSON Lines of entries."""
    with suppress(InputError):
        list(_read_lines(io.BytesIO(data).readline, "entries.jsonl", NOW))


def answer(data: bytes) -> None:
    """What a language model answers."""
    try:
        found = read(data.decode("utf-8", "replace"), SCHEMA)
    except ValueError:
        return
    assert set(found) == {"bears"}


ESSAY = (ROOT / "tests/data/essays/example.toml").read_bytes()
BUNDLED = (ROOT / "bot/essay/bundled/putins_true_intentions.toml").read_bytes()
SETTINGS = (ROOT / "claimwire.example.toml").read_bytes()
TOML = (
    b"[", b"[[", b"]]", b"{", b"}", b"= ", b'"""', b"'''", b"\\u0000", b"\\ud800", b"\\U0010ffff",
    b"1979-05-27", b"0x", b"1e999", b"nan", b"inf", b"true", b"[essay]", b"[[claim]]", b"[[party]]",
    b"id = ", b"kind = ", b"statement = ", b"paragraphs = [1]", b"depends_on = ",
    b"supported_by = ", b"strength = ", b"probability = ", b"horizon = ", b"[feeds]",
    b"[channels.a]", b"adapter = ",
)  # fmt: skip
OPML = (
    b'<?xml version="1.0"?><opml version="2.0"><body><outline text="North Wire" tier="1"'
    b' xmlUrl="https://n.example/rss" voice="state" interval_min="30" full_text="true"/>'
    b"</body></opml>"
)
COMMANDS = [
    b"list contradicted page=2",
    b"subscribe C16 C17 stance=contradicts min=0.8 quiet=22:00-07:00@Europe/Kyiv realtime",
    b"digest 2026-03-01T10:00:00+02:00 page=3",
    b"mute C16 3d",
    b"decide confirm 41 3",
    b"board standing dark",
    b"why https://news.example/a",
]
TARGETS = (
    Target("essay", essay, [ESSAY, BUNDLED[:8_000]], TOML),
    Target(
        "prose",
        prose,
        [
            b'---\ntitle: "On pauses"\n---\n# Head\n\nBy A. Writer\n\nA *first* [paragraph](x).\n',
            b"> Quoted.\n\n- one\n- two\n\n| a | b |\n\n```\ncode\n```\n",
        ],
        (b"---\n", b"# ", b"**", b"__", b"](", b"![", b"```\n", b"<!--", b"-->", b"\n\n"),
    ),
    Target(
        "opml",
        opml,
        [OPML],
        (b"<!DOCTYPE a [", b'<!ENTITY a "b">', b"&a;", b"xmlUrl=", b"encoding='utf-16'", b"tier="),
    ),
    Target("config", config, [SETTINGS, b'[channels.desk]\nadapter = "webhook"\n'], TOML),
    Target("command", command, COMMANDS, (b" page=", b"@", b"=", b"min=nan", b"at=08:00")),
    Target(
        "chat", chat, ["<!channel> **x** @everyone 🇺🇦👩🏽‍🚀 a\u0301 \u202e".encode(), b"s<a|b>"]
    ),
    Target(
        "entries",
        entries,
        [b'{"id": 1, "title": "A", "published": "2025-03-18T14:00:00Z", "url": "https://n/a"}\n'],
        (b"\\ud800", b"null", b"true", b"[" * 200, b'"title": '),
    ),
    Target(
        "answer",
        answer,
        [json.dumps({"bears": [{"claim": "C01", "probability": 0.5}]}).encode()],
        (b"NaN", b"1e999", b"true", b"[" * 200),
    ),
)

if __name__ == "__main__":
    sys.exit(main(TARGETS, __doc__))
