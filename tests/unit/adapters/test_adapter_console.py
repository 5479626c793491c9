"""What the terminal shows."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from adapters.console import CARD_WIDTH_MAX, ConsoleAdapter, Receipt, renderable
from bot.errors import DeliveryError
from bot.model import Decision, Delivery, DeskAction, Outlet, Stance
from tests.contract.samples import ALERT, CLAIM, GROWN, NOW, TURNED, carrier, delivery

FIRST = str(Receipt(41, Stance.SUPPORTS, 1))


def printed(one: Delivery, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width)
    with console.capture() as capture:
        console.print(renderable(one))
    return capture.get()


async def sent(file: io.TextIOBase, one: Delivery, **console: object) -> str:
    adapter = ConsoleAdapter("desk", Console(file=file, width=100, **console))  # type: ignore[arg-type]
    await adapter.start()
    try:
        return await adapter.send(one)
    finally:
        await adapter.stop()


def test_a_card_reads_like_a_diff() -> None:
    lines = printed(delivery(), width=200).splitlines()
    assert "▲ SUPPORTS" in lines[0]
    assert "C10 delay-is-the-strategy · fairly sure, 87 %" in lines[0]
    starts = [line[2:13].strip() for line in lines[1:] if line[2:13].strip()]
    assert starts == ["- claim", "+ report", "why", "basis", "from", "standing", "link"]


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal_or_the_eye(width: int) -> None:
    for alert in (ALERT, GROWN, TURNED):
        for line in printed(delivery(alert), width).splitlines():
            assert cell_len(line) <= min(width, CARD_WIDTH_MAX)


@settings(max_examples=60)
@given(st.text(max_size=80).map(lambda text: text * 3), st.integers(20, 200))
def test_hostile_text_stays_within_the_width(text: str, width: int) -> None:
    alert = replace(ALERT, sentence=text, indicator=text, claim=replace(CLAIM, statement=text))
    for line in printed(delivery(alert), width).splitlines():
        assert cell_len(line) <= width


def test_markup_in_a_report_is_shown_and_not_obeyed() -> None:
    text = "[bold red]Stop[/bold red] [link=https://x.example]press[/link] [/]"
    assert text in printed(delivery(replace(ALERT, sentence=text)), 200)


def test_an_update_is_one_line_that_names_only_the_new_outlets() -> None:
    text = printed(delivery(GROWN, FIRST), 120)
    assert text == (
        "▲ C10  also carried by Harbour Post, Agency Nine (state media) · 3 outlets now "
        "· 21 Oct 2025, 15:25 UTC\n"
    )


def test_an_update_without_a_new_outlet_still_says_what_is_new() -> None:
    alert = replace(GROWN, standing=ALERT.standing, previous_standing=ALERT.previous_standing)
    known = str(Receipt(41, Stance.SUPPORTS, 3))
    assert "updated · 3 outlets now · quiet → supported" in printed(delivery(alert, known), 120)


def test_an_update_of_an_unknown_receipt_names_all_outlets() -> None:
    assert "also carried by Example Wire, Harbour Post" in printed(delivery(GROWN, "?"), 120)


def test_a_turned_story_is_a_whole_card_again() -> None:
    text = printed(delivery(TURNED, FIRST))
    assert "▼ CONTRADICTS" in text
    assert "! turned" in text
    assert "told here as SUPPORTS" in text


def test_a_turn_that_this_channel_missed_is_told_from_the_receipt() -> None:
    later = replace(TURNED, revision=4, turned=False)
    assert "! turned" in printed(delivery(later, FIRST))


def test_an_outlet_with_an_endless_name_keeps_the_update_short() -> None:
    grown = replace(GROWN, carriers=(carrier("Example Wire"), carrier("x" * 90_000)))
    assert len(printed(delivery(grown, FIRST))) < 300


def test_receipts_are_read_back_and_others_are_not() -> None:
    receipt = Receipt(41, Stance.CONTRADICTS, 7)
    assert Receipt.parse(str(receipt)) == receipt
    for other in ("", "hook-41", "console:x:supports:1", "console:1:maybe:1", f"{receipt}\n"):
        assert Receipt.parse(other) is None


async def test_a_pipe_gets_no_control_codes() -> None:
    file = io.StringIO()
    await sent(file, delivery())
    assert "\x1b" not in file.getvalue()


async def test_a_terminal_gets_colour_and_a_link() -> None:
    file = io.StringIO()
    await sent(file, delivery(), force_terminal=True, color_system="standard", _environ={})
    assert "\x1b[" in file.getvalue()
    assert "\x1b]8;" in file.getvalue()


async def test_without_colour_the_words_remain() -> None:
    file = io.StringIO()
    await sent(file, delivery(TURNED, FIRST), force_terminal=True, no_color=True, _environ={})
    assert "\x1b[32m" not in file.getvalue()
    assert "\x1b[31m" not in file.getvalue()
    assert "▼ CONTRADICTS" in file.getvalue()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "koi8-r"])
async def test_a_terminal_that_knows_few_characters_gets_a_readable_card(encoding: str) -> None:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    await sent(file, delivery(replace(ALERT, sentence="Sommet à Budapest 峰会 reporté")))
    text = raw.getvalue().decode(encoding)
    assert "SUPPORTS" in text
    assert "Budapest ?? report" in text
    assert 'report   "' in text


@pytest.fixture
def broken_pipe() -> Iterator[io.TextIOWrapper]:
    reader, writer = os.pipe()
    os.close(reader)
    file = os.fdopen(writer, "w", encoding="utf-8")
    yield file
    with pytest.raises(BrokenPipeError):
        file.close()


async def test_a_broken_pipe_ends_the_channel_and_not_the_bot(
    broken_pipe: io.TextIOWrapper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = ConsoleAdapter("desk", Console(file=broken_pipe))
    await adapter.start()
    with (tmp_path / "stdout").open("w") as stdout:
        # rich turns the descriptor of standard output to nowhere: let it have this one.
        monkeypatch.setattr(sys, "stdout", stdout)
        for _ in range(2):
            with pytest.raises(DeliveryError, match="gone") as caught:
                await adapter.send(delivery())
            assert not caught.value.try_again
    await adapter.stop()


class FullDisk(io.StringIO):
    """Fails once, as a full disk that is then cleared."""

    full = True

    def write(self, text: str) -> int:
        if self.full and text:
            raise OSError(28, "No space left on device")
        return super().write(text)


async def test_a_full_disk_is_tried_again_and_nothing_is_printed_twice() -> None:
    file = FullDisk()
    adapter = ConsoleAdapter("desk", Console(file=file, width=100))
    await adapter.start()
    with pytest.raises(DeliveryError, match="No space left") as caught:
        await adapter.send(delivery())
    assert caught.value.try_again
    file.full = False
    await adapter.send(delivery())
    await adapter.stop()
    assert file.getvalue().count("+ report") == 1


def test_two_outlets_of_one_name_are_one() -> None:
    twice = replace(ALERT, carriers=(carrier("Wire"), carrier("WIRE", 5)))
    assert "1 outlet now" in printed(delivery(twice, FIRST))
    assert Outlet("Wire") != Outlet("WIRE")


def test_a_withdrawal_and_a_decision_are_told() -> None:
    gone = replace(GROWN, withdrawn="Example Wire changed its report")
    receipt = str(Receipt(ALERT.id, ALERT.stance, 3))
    assert "WITHDRAWN: Example Wire" in printed(delivery(gone, receipt=receipt))
    decided = replace(GROWN, decision=Decision(DeskAction.CONFIRM, "Ada", NOW))
    told = printed(delivery(decided, receipt=receipt), width=200)
    assert "confirmed by Ada, 21 Oct 2025, 16:30 UTC" in told
