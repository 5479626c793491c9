"""The terminal as a channel: an alert is a card that reads like a diff, an update one line.

The claim stands on the line marked `-` (what the essay holds), the report on the line marked `+`
(what is new). Colour is never the only sign: the stance is also a word and a shape. A file or a
pipe gets the same text without control codes. Foreign text is never parsed as markup.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from rich.console import Console, ConsoleOptions, ConsoleRenderable, Group, RenderResult
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from adapters.inflight import InFlight
from adapters.kind import AdapterKind, Surroundings, Values
from adapters.terminal import answer_lines
from adapters.text import (
    OUTLETS_NAMED,
    Card,
    card,
    listed,
    outlet_names,
    stance_mark,
    stance_word,
    time_utc,
)
from bot.commands.notices import as_answer
from bot.errors import DeliveryError
from bot.model import Alert, Delivery, NoticeDelivery, Stance

# Wider lines are hard to read, however wide the terminal is.
CARD_WIDTH_MAX = 110
_LABEL_WIDTH = 11

# Colours that are legible on dark and on light grounds: no yellow, no cyan.
_COLOURS = {Stance.SUPPORTS: "green", Stance.CONTRADICTS: "red", Stance.UPDATE: "magenta"}
# What an encoding without these characters is given.
_ASCII = str.maketrans(
    {"▲": "^", "▼": "v", "◆": "*", "▌": "|", "→": "->", "…": "...", "¶": "par.", "·": "|"}
    | dict.fromkeys("“”", '"')
    | dict.fromkeys("\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}", "'")
    | dict.fromkeys("\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}", "-")
)
_RECEIPT = re.compile(r"console:(\d{1,18}):(supports|contradicts|update):(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the terminal showed last of an alert: enough to say what is new in the next revision."""

    alert_id: int
    stance: Stance
    outlets: int

    def __str__(self) -> str:
        return f"console:{self.alert_id}:{self.stance.value}:{self.outlets}"

    @classmethod
    def parse(cls, receipt: str) -> Receipt | None:
        """None where it is not one of ours: nothing is known of what was shown."""
        found = _RECEIPT.fullmatch(receipt)
        return cls(int(found[1]), Stance(found[2]), int(found[3])) if found else None


class ConsoleAdapter:
    """Prints on one rich Console, in the order of the sends, from a thread of its own.

    A terminal cannot edit what it showed, so an update is a new line, and a new card where the
    stance is another. A cancelled send may still be printed.
    """

    def __init__(self, name: str, console: Console) -> None:
        self.name = name
        self._console = console
        self._in_flight = InFlight(name)
        self._printer: ThreadPoolExecutor | None = None
        self._broken = ""

    async def start(self) -> None:
        """Never fails: a terminal that is gone shows itself at the first send."""
        if self._printer is None:
            self._printer = ThreadPoolExecutor(1, thread_name_prefix=f"console-{self.name}")
        self._in_flight.open()

    async def send(self, delivery: Delivery) -> str:
        """Prints the alert. Raises DeliveryError for good if the terminal or pipe is gone."""
        with self._in_flight.one():
            await self._show(renderable(delivery))
            alert = delivery.alert
            return str(Receipt(alert.id, alert.stance, len(outlet_names(alert.carriers))))

    async def post(self, delivery: NoticeDelivery) -> str:
        """Prints the notice. Raises DeliveryError for good if the terminal or pipe is gone."""
        with self._in_flight.one():
            await self._show(Group(answer_lines(as_answer(delivery.notice)), Text()))
            return f"console:{delivery.id}"

    async def stop(self) -> None:
        """Prints what is waiting, then ends its thread."""
        await self._in_flight.close()
        printer, self._printer = self._printer, None
        if printer is not None:
            await asyncio.to_thread(printer.shutdown)

    async def _show(self, shown: ConsoleRenderable) -> None:
        await asyncio.get_running_loop().run_in_executor(self._printer, self._print, shown)

    def _print(self, shown: ConsoleRenderable) -> None:
        if self._broken:
            raise DeliveryError(self._broken, try_again=False)
        try:
            self._console.print(_Encodable(shown))
        except (OSError, ValueError, SystemExit) as error:
            gone = _is_gone(error) or self._console.file.closed
            reason = f"{self.name}: cannot write to the terminal"
            reason += ", which is gone" if gone else f" ({error})"
            if gone:
                self._broken = reason
            # A full disk behind a redirect, a busy pipe: time may mend these.
            passing = isinstance(error, OSError) and not gone
            self._forget_unwritten()
            raise DeliveryError(reason, try_again=passing) from error

    def _forget_unwritten(self) -> None:
        """rich keeps what it could not write, and would print it twice after a retry."""
        with suppress(OSError, ValueError, SystemExit), self._console.capture():
            pass


def _is_gone(error: BaseException) -> bool:
    """rich answers a broken pipe with SystemExit, and prints nothing from then on."""
    broken = (BrokenPipeError, SystemExit)
    return isinstance(error, broken) or isinstance(error.__context__, broken)


def renderable(delivery: Delivery) -> ConsoleRenderable:
    """What is printed for a delivery. Pure."""
    alert = delivery.alert
    if not delivery.receipt:
        return AlertCard(alert, card(alert))
    last = Receipt.parse(delivery.receipt)
    shown = card(alert, earlier=last.stance if last else None)
    if shown.turned:
        return AlertCard(alert, shown)
    return update_line(alert, shown, last.outlets if last else 0)


def update_line(alert: Alert, shown: Card, outlets_known: int) -> Text:
    """One line: which outlets are new (those after the first ``outlets_known``), what changed."""
    names = outlet_names(alert.carriers)
    new = names[outlets_known:]
    parts = []
    if shown.withdrawn:
        parts.append(f"WITHDRAWN: {shown.withdrawn}")
    elif shown.decision and not new:
        parts.append(shown.decision)
    elif new:
        parts.append(f"also carried by {listed(new, OUTLETS_NAMED)}")
    else:
        parts.append("updated")
    parts.append(f"{len(names)} outlet{'' if len(names) == 1 else 's'} now")
    if shown.standing:
        parts.append(shown.standing)
    parts.append(time_utc(max((carrier.at for carrier in alert.carriers), default=alert.at)))
    line = Text()
    line.append(f"{shown.mark} {shown.claim_id}", Style(color=_COLOURS[alert.stance], bold=True))
    line.append("  " + " · ".join(parts))
    return line


@dataclass(frozen=True, slots=True)
class AlertCard:
    """The card as something that rich prints: a bar in the stance's colour beside the lines."""

    alert: Alert
    shown: Card
    colour: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "colour", _COLOURS[self.alert.stance])

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = min(options.max_width, CARD_WIDTH_MAX)
        bar = Segment("▌ ", Style(color=self.colour))
        for label, text in self._rows():
            indent = len(label.text)
            room = max(1, width - len(bar.text) - indent)
            lines = console.render_lines(text, options.update(width=room), pad=False)
            for number, line in enumerate(lines):
                yield bar
                yield Segment(" " * indent) if number else label
                yield from line
                yield Segment.line()
        yield Segment.line()

    def _head(self) -> Text:
        shown = self.shown
        head = Text()
        head.append(
            f" {stance_mark(self.alert.stance)} {stance_word(self.alert.stance)} ",
            Style(color=self.colour, bold=True, reverse=True),
        )
        head.append(f" {shown.claim_id}", Style(bold=True))
        head.append(f" {shown.slug}")
        head.append(f" · {shown.confidence}", _FAINT)
        return head

    def _rows(self) -> Iterator[tuple[Segment, Text]]:
        """Each label with what stands beside it."""
        shown, bold, tint = self.shown, Style(bold=True), Style(color=self.colour)
        yield Segment(""), self._head()
        if shown.turned:
            yield _label("! turned", bold), Text(shown.turned, bold)
        if shown.withdrawn:
            yield _label("! gone", bold), Text(f"withdrawn: {shown.withdrawn}", bold)
        if shown.decision:
            yield _label("  desk"), Text(shown.decision, bold)
        yield _label("- claim", bold), Text(shown.statement)
        yield _label(""), Text(shown.place, _FAINT)
        yield _label("+ report", tint + bold), Text(f"“{shown.sentence}”", tint)
        side = f"{shown.side}: " if shown.side else ""
        yield _label("  why"), Text(f"{side}{shown.reason}")
        yield _label("  basis"), Text(shown.asserted)
        yield _label("  from"), Text(f"{shown.outlets} · {shown.at}")
        if shown.standing:
            yield _label("  standing"), Text(shown.standing, bold)
        if shown.link:
            yield _label("  link"), Text(shown.link, Style(link=shown.link), overflow="fold")


# Secondary text. Not a grey, which one of the two grounds would swallow.
_FAINT = Style(dim=True)


def _label(text: str, style: Style = _FAINT) -> Segment:
    return Segment(text.ljust(_LABEL_WIDTH), style)


@dataclass(frozen=True, slots=True)
class _Encodable:
    """Replaces what the console's encoding cannot hold, so that no card is lost to one letter."""

    inner: ConsoleRenderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if options.encoding.lower().startswith("utf"):
            yield self.inner
            return
        for line in console.render_lines(self.inner, options, pad=False):
            for segment in line:
                text = segment.text.translate(_ASCII)
                fitting = text.encode(options.encoding, "replace").decode(options.encoding)
                yield Segment(fitting, segment.style, segment.control)
            yield Segment.line()


def _make(channel: str, _values: Values, surroundings: Surroundings) -> ConsoleAdapter:
    return ConsoleAdapter(channel, surroundings.console or Console(soft_wrap=False))


KIND = AdapterKind(
    name="console",
    summary="prints alerts as cards on the terminal, or as plain text into a file or pipe",
    settings=(),
    make=_make,
)
