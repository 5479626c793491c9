"""The demo: the whole line over the bundled chronicle, as a newcomer sees it."""

import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from bot.clock import SystemClock
from bot.demo import chronicle, month_ends, run_demo
from bot.ledger.store import Ledger

LEAST_ALERTS = 25
# The desk's own category for reports of another war's talks; the judge does not read it.
OTHER_WAR = "other-war"
LINK = re.compile(r"https://chronicle\.claimwire\.example/\d[\w/-]+")


@pytest.fixture(scope="module")
def demo_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


def other_wars() -> set[str]:
    """The addresses of the reports on other wars."""
    found: set[str] = set()
    for document in chronicle():
        if document.name.endswith(".json"):
            items = json.loads(document.body)["items"]
            found |= {item["url"] for item in items if OTHER_WAR in item["tags"]}
        else:
            text = document.body.decode("latin-1")
            items = re.findall(r"<(?:item|entry)\b.*?</(?:item|entry)>", text, re.DOTALL)
            found |= {LINK.findall(item)[0] for item in items if OTHER_WAR in item}
    assert len(found) > 20
    return found


async def demo(folder: Path) -> str:
    out = io.StringIO()
    await run_demo(folder, fresh=False, console=Console(file=out, width=100))
    return out.getvalue()


async def test_the_demo_alerts_explains_and_a_second_run_adds_nothing(demo_dir: Path) -> None:
    shown = await demo(demo_dir)
    async with await Ledger.open(demo_dir / "ledger.sqlite", SystemClock()) as ledger:
        alerts = await ledger.alerts(1000)
        accounts = await ledger.evidence("C27", 1000)
        before = await ledger.counts()
    assert len(alerts) >= LEAST_ALERTS
    for alert in alerts:
        assert alert.sentence
        assert alert.indicator
        assert not {carrier.url for carrier in alert.carriers} & other_wars()
    assert accounts
    assert before.pending == before.failed == 0
    assert "Where the claims stand" in shown
    assert "How to go on" in shown

    again = await demo(demo_dir)
    async with await Ledger.open(demo_dir / "ledger.sqlite", SystemClock()) as ledger:
        after = await ledger.counts()
        assert len(await ledger.alerts(1000)) == len(alerts)
    assert (after.articles, after.verdicts, after.sent) == (
        before.articles, before.verdicts, before.sent,
    )  # fmt: skip
    assert "Nothing new" in again
    assert "claim " not in again.split("Where the claims stand")[0]


def test_a_document_as_of_a_date_holds_what_was_there_then() -> None:
    """Cutting a feed back by date leaves it whole, and loses nothing at its end."""
    for document in chronicle():
        dates = document.dates()
        assert document.as_of(max(dates)).count(b"chronicle.claimwire.example") >= len(dates)
        middle = sorted(dates)[len(dates) // 2]
        cut = type(document)(document.name, document.as_of(middle))
        assert sorted(cut.dates()) == [moment for moment in sorted(dates) if moment <= middle]


def test_month_ends_cover_the_first_and_the_last_date() -> None:
    ends = month_ends([datetime(2025, 12, 5, tzinfo=UTC), datetime(2026, 1, 31, 9, tzinfo=UTC)])
    assert ends == [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)]
