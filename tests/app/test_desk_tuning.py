"""`claimwire tune` from the desk's decisions, and `claimwire review`, as their user meets them."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.config import load_config
from bot.errors import ClaimwireError, ConfigError
from bot.essay.loader import bundled, load
from bot.judge.essay_head import head_path
from bot.judge.stance_model import BUNDLED, StanceModel
from bot.judge.tuned import Tuned, head_mark, save_tuned, tuned_path, tuned_threshold
from bot.judges import load_embedded, mark_of
from bot.ledger.records import AlertPolicy, FeedUpdate
from bot.ledger.store import Ledger
from bot.lock import sole_writer
from bot.model import (
    Actor,
    Article,
    DeskAction,
    Entry,
    Finding,
    Judgement,
    Outlet,
    Sentence,
    Stance,
    Stop,
    Verdict,
)
from bot.replay import ReplayClock

ESSAY_FILE = Path(__file__).parents[1] / "data" / "essays" / "example.toml"
ESSAY = load(ESSAY_FILE)
ADA = Actor("slack", "U1", "Ada", channel_id="C1")
# Our own sentences on an invented tunnel. What bears on the claim T01, and what does not.
COSTS = (
    "Norrhavn auditors put the harbour tunnel at twice its budget",
    "Council of Norrhavn adds forty million to the harbour tunnel",
    "Port Authority is billed for extra concrete by its contractor",
    "Harbour tunnel bill grows again, treasurer concedes",
)
OTHER = (
    "Port Authority paints its cranes blue",
    "Norrhavn elects a fisherman as its mayor",
    "A harbour tunnel is proposed for a city in the far south",
)


@dataclass(frozen=True)
class Done:
    """How a command ended: what it printed, and the error that it ended with."""

    code: int
    out: str
    error: str = ""


def claimwire(*args: str, **variables: str) -> Done:
    """The command in this process."""
    done = CliRunner(env={"CLAIMWIRE_ESSAY": str(ESSAY_FILE), **variables}).invoke(app, list(args))
    if isinstance(done.exception, ClaimwireError):
        return Done(done.exception.exit_code, done.stdout, str(done.exception))
    return Done(done.exit_code, done.stdout, str(done.exception or ""))


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def article(number: int, title: str, at: datetime) -> Article:
    key = f"https://north.example/{number}"
    words = f"{title}, report {number}"
    entry = Entry(key, f"hash {number}", "feed:", key, key, words, "", at, None, Outlet("North"))
    return Article(entry, at, at)


def judged(number: int, bears: float, *, told: bool) -> Judgement:
    sentence = Sentence("Harbour", 0, 7)
    finding = Finding("T01", Stance.SUPPORTS, bears, sentence, None, "a note", review=not told)
    vector = tuple(float(place == number % 64) for place in range(64))
    if not told:
        return Judgement((), (finding,), Stop("verdict", "unsure"), vector)
    verdict = Verdict("T01", Stance.SUPPORTS, bears, sentence, None, "event")
    return Judgement((verdict,), (finding,), None, vector)


async def fill(folder: Path, count: int, now: datetime) -> None:
    """A ledger in which every third alert was wrong, and two reports wait."""
    path = folder / "data" / "ledger.sqlite"
    path.parent.mkdir(exist_ok=True)
    async with await Ledger.open(path, ReplayClock(now)) as ledger:
        await ledger.remember_essay(ESSAY)
        for number in range(count):
            wrong = number % 3 == 2
            title = (OTHER if wrong else COSTS)[number % 3]
            at = now - timedelta(days=4 * number)
            bears = 0.62 if wrong else 0.9
            made = (article(number, title, at), judged(number, bears, told=True))
            await ledger.commit(
                FeedUpdate(ESSAY, "feed:", now, articles=(made,), policy=AlertPolicy(("desk",)))
            )
        for alert in await ledger.alerts(count):
            wrong = any(word in alert.carriers[0].title for word in OTHER)
            action = DeskAction.NOT_THIS_CLAIM if wrong else DeskAction.CONFIRM
            await ledger.decide(alert.id, alert.revision, action, ADA)
        for number in (count, count + 1):
            made = (article(number, COSTS[3], now - timedelta(days=3 * (number - count))),
                    judged(number, 0.4, told=False))  # fmt: skip
            await ledger.commit(FeedUpdate(ESSAY, "feed:", now, articles=(made,)))


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


# --- tune ----------------------------------------------------------------------------------------


def test_decisions_set_a_threshold_that_the_bot_uses(tmp_path: Path, now: datetime) -> None:
    asyncio.run(fill(tmp_path, 36, now))
    path = tuned_path(tmp_path / "data", ESSAY)
    done = claimwire("tune", "--yes")
    assert done.code == 0, done.error
    told = " ".join(done.out.split())
    assert "By 36 decisions" in told
    assert "The head stays as it is" in told
    shipped = json.loads((BUNDLED / "judge.json").read_text())["thresholds"]["bears"]
    assert f"in place of {shipped:.2f}. Of what was decided, it would tell" in told
    assert "stored articles over" in told  # what would have changed
    threshold = json.loads(path.read_text())["alert_threshold"]
    assert 0.6 < threshold < 0.9


def test_the_configs_own_threshold_wins(tmp_path: Path, now: datetime) -> None:
    asyncio.run(fill(tmp_path, 36, now))
    done = claimwire("tune", "--yes", CLAIMWIRE_JUDGE_ALERT_THRESHOLD="0.57")
    told = " ".join(done.out.split())
    assert (done.code, "is set in the config and wins" in told) == (0, True), done.error
    assert not tuned_path(tmp_path / "data", ESSAY).exists()


def test_too_few_decisions_say_how_many_are_missing(tmp_path: Path, now: datetime) -> None:
    asyncio.run(fill(tmp_path, 9, now))
    done = claimwire("tune", "--yes")
    assert done.code == 1
    told = " ".join(done.error.split())
    assert "has decided on 9 stories, and it takes 30" in told
    assert "Missing: 21 of any kind, 2 that say that it does not" in told


def test_the_bot_judges_by_it_from_its_next_start(tmp_path: Path) -> None:
    essay, name = bundled(), StanceModel(BUNDLED).settings.name
    save_tuned(Tuned(0.7, name, "", 40), tuned_path(tmp_path, essay))
    assert load_embedded(essay, data_dir=tmp_path).thresholds.bears == 0.7


def test_a_threshold_belongs_to_its_model_and_head(tmp_path: Path) -> None:
    path, name = tuned_path(tmp_path, ESSAY), StanceModel(BUNDLED).settings.name
    save_tuned(Tuned(0.7, name, head_mark(head_path(tmp_path, ESSAY)), 40), path)
    assert tuned_threshold(tmp_path, ESSAY, name) == 0.7
    assert tuned_threshold(tmp_path, ESSAY, "another") is None
    head_path(tmp_path, ESSAY).write_bytes(b"another head")
    assert tuned_threshold(tmp_path, ESSAY, name) is None
    for text in ("", "[]", '{"format_version": 1}', '{"format_version": 9}', "\xff",
                 path.read_text().replace("0.7", "7")):  # fmt: skip
        path.write_text(text)
        with pytest.raises(ConfigError, match=r"Run `claimwire tune` again, or remove the file"):
            tuned_threshold(tmp_path, ESSAY, name)


def test_workers_with_another_threshold_are_other_workers(tmp_path: Path) -> None:
    config = load_config(None, {"CLAIMWIRE_DATA_DIR": str(tmp_path)})
    before = mark_of(config, ESSAY)
    save_tuned(Tuned(0.7, "name", "", 40), tuned_path(tmp_path, ESSAY))
    assert mark_of(replace(config), ESSAY).judge != before.judge


# --- review --------------------------------------------------------------------------------------


def test_what_waits_is_listed_and_decided_by_hand(tmp_path: Path, now: datetime) -> None:
    asyncio.run(fill(tmp_path, 1, now))
    listed = claimwire("review")
    assert listed.code == 0, listed.error
    assert "T01 supports 40% Harbour" in listed.out
    first, second = json.loads(claimwire("review", "--json").out)
    done = claimwire("review", str(first["id"]), "confirm", "--by", "Ada")
    assert (done.code, "supports, by Ada" in done.out) == (0, True), done.error
    twice = claimwire("review", str(first["id"]), "skip")
    assert (twice.code, "already" in twice.error) == (1, True)
    assert [one["id"] for one in json.loads(claimwire("review", "--json").out)] == [second["id"]]
    shown = json.loads(claimwire("ledger", "T01", "--json").out)
    assert "Ada" in {one["by"] for one in shown["evidence"]}
    undone = claimwire("review", str(first["id"]), "undo", "--by", "Ada")
    assert undone.code == 0, undone.error
    assert len(json.loads(claimwire("review", "--json").out)) == 2
    wrong = claimwire("review", str(first["id"]), "perhaps")
    assert (wrong.code, "confirm|supports|contradicts" in wrong.error) == (1, True)


def test_while_the_bot_runs_chat_is_the_way(tmp_path: Path, now: datetime) -> None:
    asyncio.run(fill(tmp_path, 1, now))
    (first, _second) = json.loads(claimwire("review", "--json").out)
    with sole_writer(tmp_path / "data" / "ledger.sqlite"):
        done = claimwire("review", str(first["id"]), "confirm")
        assert done.code == 1
        assert "/claim review" in done.error
        assert claimwire("review").code == 0
