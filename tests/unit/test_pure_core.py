"""The walls of the house: what decides needs no machinery, and the rooms do not know each other."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bot.ledger

ROOT = Path(__file__).parents[2]

# Functions of values: no clock, no network, no database, no event loop, no model runner.
PURE = (
    "bot.alerts.backoff",
    "bot.alerts.body",
    "bot.alerts.changes",
    "bot.alerts.prediction_news",
    "bot.alerts.reminders",
    "bot.alerts.rules",
    "bot.alerts.subscriptions",
    "bot.commands.alerts",
    "bot.commands.answers",
    "bot.commands.drawing",
    "bot.commands.notices",
    "bot.commands.paging",
    "bot.commands.people",
    "bot.commands.predictions",
    "bot.commands.requests",
    "bot.commands.review",
    "bot.commands.stories",
    "bot.commands.views",
    "bot.commands.words",
    "bot.config",
    "bot.errors",
    "bot.evaluation.cases",
    "bot.evaluation.desk_figures",
    "bot.evaluation.figures",
    "bot.evaluation.minimal_pairs",
    "bot.evaluation.mistakes",
    "bot.evaluation.pair_figures",
    "bot.evaluation.pair_sets",
    "bot.evaluation.plain",
    "bot.evaluation.report",
    "bot.evaluation.rivals",
    "bot.evaluation.stances",
    "bot.essay.claim_rules",
    "bot.essay.dates",
    "bot.essay.difference",
    "bot.essay.draft",
    "bot.essay.draft_llm",
    "bot.essay.draft_toml",
    "bot.essay.english",
    "bot.essay.fields",
    "bot.essay.lines",
    "bot.essay.loader",
    "bot.essay.names",
    "bot.essay.nearness",
    "bot.essay.proposals",
    "bot.essay.prose",
    "bot.essay.relations",
    "bot.essay.review",
    "bot.essay.rewriting",
    "bot.essay.schema",
    "bot.essay.stored",
    "bot.essay.weakness",
    "bot.export.atom",
    "bot.export.claimreview",
    "bot.export.records",
    "bot.export.rows",
    "bot.export.text",
    "bot.judge.attribution",
    "bot.judge.attribution_cues",
    "bot.judge.attribution_rules",
    "bot.judge.gate",
    "bot.judge.rules",
    "bot.judge.sentences",
    "bot.judge.terms",
    "bot.judge.text",
    "bot.judge.verdict",
    "bot.ledger.standings.rule",
    "bot.ledger.stories.changes",
    "bot.ledger.stories.edits",
    "bot.ledger.stories.origins",
    "bot.ledger.stories.rule",
    "bot.ledger.stories.words",
    "bot.log",
    "bot.model",
    "bot.operations.observer",
    "bot.pictures.board",
    "bot.pictures.calibration",
    "bot.pictures.lettering",
    "bot.pictures.placing",
    "bot.pictures.stories",
    "bot.pictures.style",
    "bot.pictures.ticks",
    "bot.pictures.timeline",
    "bot.predictions",
    "bot.premises",
    "adapters.clean",
    "adapters.text",
    "feeds.course",
    "feeds.headers",
    "feeds.inflate",
    "feeds.page",
    "feeds.raw",
    "feeds.rss",
    "feeds.text",
    "feeds.websub",
)
MACHINERY = (
    "aiohttp",
    "apscheduler",
    "asyncio",
    "discord",
    "dramatiq",
    "feedparser",
    "matplotlib",
    "onnxruntime",
    "slack_bolt",
    "sqlite3",
    "sqlite_utils",
    "tokenizers",
)
# Only the composition root (bot/app.py) and the command may know more than one of these.
ROOMS = ("adapters", "bot.judge", "bot.ledger", "feeds")


@pytest.mark.parametrize("module", PURE)
def test_a_pure_module_needs_no_machinery(module: str) -> None:
    script = f"import sys, {module}; print(*(name for name in {MACHINERY} if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def imports(path: Path) -> set[str]:
    """The full names of all that a file imports, in functions too."""
    names: set[str] = set()
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join((*above, *filter(None, [node.module])))
            # `from bot import ledger` names a room only together with what is imported.
            names.update(f"{base}.{alias.name}" for alias in node.names)
    return names


def within(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_no_other_room(room: str) -> None:
    files = sorted((ROOT / room.replace(".", "/")).rglob("*.py"))
    assert files
    others = (*(other for other in ROOMS if other != room), "bot.app", "bot.cli")
    broken = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files
        for name in sorted(imports(path))
        if any(within(name, other) for other in others)
    ]
    assert broken == []


@pytest.mark.parametrize(
    ("library", "homes"),
    [
        ("apscheduler", {"bot/schedule.py"}),
        ("dramatiq", {"bot/workers/engine.py"}),
        ("feedparser", {"feeds/parse.py"}),
        ("trafilatura", {"feeds/fulltext.py"}),
        ("matplotlib", {"bot/evaluation/pictures.py", "bot/pictures/sheet.py"}),
        ("onnxruntime", {"bot/judge/session.py"}),
        ("prometheus_client", {"bot/operations/metrics.py"}),
    ],
)
def test_a_library_is_imported_in_one_place(library: str, homes: set[str]) -> None:
    found = {
        str(path.relative_to(ROOT))
        for folder in ("bot", "adapters", "feeds")
        for path in (ROOT / folder).rglob("*.py")
        if any(within(name, library) for name in imports(path))
    }
    assert found == homes


def test_the_ledgers_parts_import_only_what_stands_below_them() -> None:
    """The order is that of the list in the package's docstring."""
    listed = re.findall(r"^(\w+)(?:\.py|/) ", str(bot.ledger.__doc__), re.MULTILINE)
    folder = ROOT / "bot/ledger"
    there = {path.stem for path in folder.iterdir() if path.stem not in ("__init__", "__pycache__")}
    assert set(listed) == there
    broken = [
        f"{path.relative_to(ROOT)} imports {above}"
        for place, part in enumerate(listed)
        for path in folder.glob(f"{part}/*.py" if (folder / part).is_dir() else f"{part}.py")
        for above in listed[:place]
        if any(within(name, f"bot.ledger.{above}") for name in imports(path))
    ]
    assert broken == []
