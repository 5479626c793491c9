"""What is stopped before a model sees it, with the true reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.essay.loader import bundled
from bot.judge.gate import Gate
from bot.model import Article, Entry, Outlet

NOW = datetime(2026, 1, 2, tzinfo=UTC)
GATE = Gate(bundled())


def article(title: str) -> Article:
    return Article(Entry("k", "h", "", "", "", title, "", NOW, None, Outlet("o")), NOW, NOW)


@pytest.mark.parametrize(
    ("title", "stage"),
    [
        ("", "text"),
        (" \n\t", "text"),
        ("The council meets about the harbour", "topic"),
        ("Київ чекає на відповідь Кремля щодо перемир'я", "language"),
    ],
)
def test_it_says_why_an_entry_goes_no_further(title: str, stage: str) -> None:
    stop = GATE.stop(article(title))
    assert stop is not None
    assert stop.stage == stage


def test_what_is_on_the_subject_goes_on() -> None:
    assert GATE.stop(article("Kyiv waits for the Kremlin's answer on a ceasefire")) is None


def test_a_topic_of_the_essay_is_enough() -> None:
    other = Gate(replace(bundled(), topics=("harbour",)))
    assert other.stop(article("The council meets about the harbour")) is None
