"""A request as one line of text, and back: what people type, and what buttons and pages carry.

    list contradicted          search prisoner exchange        mute C16 3d
    subscribe C16 C17 stance=contradicts min=0.8 quiet=22:00-07:00@Europe/Kyiv realtime
    evidence C16 page=2        decide confirm 41 3             digest 24h

``parse(line(request)) == request`` for every request that has a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from bot.alerts.subscriptions import Cadence, QuietHours
from bot.commands.requests import (
    CHECK_MAX,
    MUTE_LEAST,
    MUTE_MOST,
    SEARCH_MAX,
    Check,
    Decide,
    Digest,
    Evidence,
    Help,
    Latest,
    ListClaims,
    MuteClaim,
    Request,
    RequestError,
    Search,
    ShowClaim,
    Status,
    Subscribe,
    Subscriptions,
    Timeline,
    UndoDecision,
    UnmuteClaim,
    Unsubscribe,
    Why,
    WhyAlert,
)
from bot.model import DeskAction, Kind, Stance, Standing

E = TypeVar("E", bound=StrEnum)

PAGES_MAX = 10_000
ID_DIGITS_MAX = 18  # what surely fits SQLite's 64-bit integers
_PAGE = re.compile(r"(?:^|\s+)page=(\d{1,5})$")
_NUMBER = re.compile(rf"[0-9]{{1,{ID_DIGITS_MAX}}}")
_SPAN = re.compile(r"(\d{1,4})([mhdw])")
_QUIET = re.compile(r"(\d\d?:\d\d)-(\d\d?:\d\d)(?:@(\S+))?")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_NO_QUIET = QuietHours(time(), time())


@dataclass(frozen=True, slots=True)
class Usage:
    """A command for people: how it is written, and what it does."""

    form: str
    help: str


USAGE: Mapping[str, Usage] = MappingProxyType(
    {
        "list": Usage("list [STANDING]", "all claims, or those that stand so"),
        "show": Usage("show CLAIM", "one claim: where it stands and why"),
        "search": Usage("search WORDS", "claims and reports that hold all the words"),
        "evidence": Usage("evidence CLAIM", "the reports that bear on a claim"),
        "check": Usage("check ADDRESS or TEXT", "judges it now; nothing is kept"),
        "why": Usage("why ADDRESS", "why a report alerted, or where it stopped"),
        "timeline": Usage("timeline CLAIM [dark]", "a picture of the evidence over time"),
        "subscribe": Usage(
            "subscribe [CLAIM…] [all] [kind=K,…] [stance=S,…] [min=0.8] [realtime|digest]"
            " [quiet=22:00-07:00@ZONE|none]",
            "what this channel receives",
        ),
        "unsubscribe": Usage("unsubscribe", "nothing more in this channel"),
        "subscriptions": Usage("subscriptions", "what this channel receives"),
        "mute": Usage("mute CLAIM [3h|3d|1w]", "no alerts of a claim here for a time (24h)"),
        "unmute": Usage("unmute CLAIM", "ends that"),
        "digest": Usage("digest [24h|7d|2026-03-01]", "what changed, contradictions first"),
        "latest": Usage("latest", "the last alerts"),
        "status": Usage("status", "feeds, deliveries and queues"),
        "help": Usage("help", "this list"),
    }
)


def parse(text: str, now: datetime) -> Request:
    """The request in a line; ``now`` is what `24h` counts back from. Raises RequestError."""
    head, _, rest = text.strip().partition(" ")
    command = head.casefold()
    if not command:
        return Help()
    reader = _READERS.get(command)
    if reader is None:
        raise RequestError(f'There is no command "{head[:40]}". `help` lists them.')
    return reader(rest.strip(), now)


def line(request: Request) -> str:  # noqa: C901, PLR0911, PLR0912 - one case a command
    """The line of a request that a button or page may carry. Raises ValueError for the others."""
    match request:
        case ListClaims(standing, page):
            text = f"list {standing.value}" if standing else "list"
            return _paged(text, page)
        case ShowClaim(claim):
            return f"show {claim}"
        case Search(text, page):
            return _paged(f"search {text[:SEARCH_MAX]}", page)
        case Evidence(claim, page):
            return _paged(f"evidence {claim}", page)
        case Why(report):
            return f"why {report}"
        case WhyAlert(alert_id):
            return f"why-alert {alert_id}"
        case Timeline(claim, dark):
            return f"timeline {claim}{' dark' if dark else ''}"
        case MuteClaim(claim, lasting):
            return f"mute {claim} {round(lasting.total_seconds() / 60)}m"
        case UnmuteClaim(claim):
            return f"unmute {claim}"
        case Digest(since, page):
            text = f"digest {since.astimezone(UTC).isoformat()}" if since else "digest"
            return _paged(text, page)
        case Latest(page):
            return _paged("latest", page)
        case Decide(action, alert_id, seen):
            return f"decide {action.value} {alert_id} {seen}"
        case UndoDecision(alert_id):
            return f"undo {alert_id}"
        case Unsubscribe() | Subscriptions() | Status() | Help():
            return type(request).__name__.casefold()
        case _:
            raise ValueError(f"{type(request).__name__} has no short line")


def _paged(text: str, page: int) -> str:
    return text if page == 1 else f"{text} page={page}"


def _page(rest: str) -> tuple[str, int]:
    found = _PAGE.search(rest)
    if found is None:
        return rest, 1
    return rest[: found.start()].strip(), min(max(int(found[1]), 1), PAGES_MAX)


def _usage(command: str, wrong: str) -> RequestError:
    return RequestError(f"{wrong} Write: {USAGE[command].form}")


def _claim(command: str, rest: str) -> str:
    if not rest or " " in rest:
        raise _usage(command, "Name one claim by its id.")
    return rest


def _word(kind: type[E], written: str) -> E:
    try:
        return kind(written.casefold())
    except ValueError:
        words = ", ".join(one.value for one in kind)
        raise RequestError(f'"{written[:40]}" is none of: {words}.') from None


def _words(kind: type[E], written: str) -> frozenset[E]:
    if written.casefold() == "all":
        return frozenset(kind)
    return frozenset(_word(kind, one) for one in written.split(",") if one)


def span(written: str) -> timedelta:
    """`90m`, `3h`, `2d` or `1w`. Raises RequestError."""
    found = _SPAN.fullmatch(written.casefold())
    if found is None:
        raise RequestError(f'"{written[:40]}" is no time; write 90m, 3h, 2d or 1w.')
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def quiet_hours(written: str) -> QuietHours:
    """`22:00-07:00@Europe/Kyiv`, UTC without a zone, or `none`. Raises RequestError."""
    if written.casefold() == "none":
        return _NO_QUIET
    found = _QUIET.fullmatch(written)
    if found is None:
        raise RequestError(f'"{written[:40]}" are no hours; write 22:00-07:00@Europe/Kyiv or none.')
    try:
        start, end = (time.fromisoformat(one.zfill(5)) for one in found.groups()[:2])
        return QuietHours(start, end, found[3] or "UTC")
    except ValueError as error:
        raise RequestError(f'"{written[:40]}" cannot be: {error}.') from None


def _list(rest: str, _now: datetime) -> Request:
    wanted, page = _page(rest)
    return ListClaims(_word(Standing, wanted) if wanted else None, page)


def _search(rest: str, _now: datetime) -> Request:
    text, page = _page(rest)
    if not text:
        raise _usage("search", "Search for what?")
    return Search(text[:SEARCH_MAX].strip(), page)


def _evidence(rest: str, _now: datetime) -> Request:
    claim, page = _page(rest)
    return Evidence(_claim("evidence", claim), page)


def _check(rest: str, _now: datetime) -> Request:
    if not rest:
        raise _usage("check", "Check what?")
    return Check(rest[:CHECK_MAX])


def _why(rest: str, _now: datetime) -> Request:
    if not rest:
        raise _usage("why", "Name a report by its address.")
    return Why(rest[:CHECK_MAX])


def _timeline(rest: str, _now: datetime) -> Request:
    claim, _, shade = rest.partition(" ")
    if shade.strip().casefold() not in ("", "dark", "light"):
        raise _usage("timeline", "A picture is light or dark.")
    return Timeline(_claim("timeline", claim), shade.strip().casefold() == "dark")


def _subscribe(rest: str, _now: datetime) -> Request:
    claims: list[str] = []
    wanted: dict[str, object] = {}
    for word in rest.split():
        key, equals, value = word.partition("=")
        key = key.casefold()
        if equals and key in _OPTIONS:
            name, read = _OPTIONS[key]
            wanted[name] = read(value)
        elif equals:
            raise _usage("subscribe", f'"{key[:20]}" is no option.')
        elif key == "all":
            wanted["claims"] = ()
        elif key in tuple(Cadence):
            wanted["cadence"] = Cadence(key)
        else:
            claims.append(word)
    if claims:
        wanted["claims"] = tuple(claims)
    return Subscribe(**wanted)  # type: ignore[arg-type]  # by the types of _OPTIONS


def _kinds(written: str) -> frozenset[Kind]:
    found = _words(Kind, written)
    return frozenset() if found == frozenset(Kind) else found


def _confidence(written: str) -> float:
    try:
        value = float(written)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise RequestError(f'"{written[:40]}" is no confidence; write one from 0 to 1, as 0.8.')
    return value


def _stances(written: str) -> frozenset[Stance]:
    found = _words(Stance, written)
    if not found:
        raise RequestError("A channel with no stance would receive nothing; write stance=all.")
    return found


_OPTIONS: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "kind": ("kinds", _kinds),
    "stance": ("stances", _stances),
    "min": ("min_confidence", _confidence),
    "quiet": ("quiet", quiet_hours),
}


def _mute(rest: str, _now: datetime) -> Request:
    claim, _, lasting = rest.partition(" ")
    wanted = span(lasting.strip() or "24h")
    if not MUTE_LEAST <= wanted <= MUTE_MOST:
        raise RequestError("A claim is muted for 5 minutes at least and 30 days at most.")
    return MuteClaim(_claim("mute", claim), wanted)


def _digest(rest: str, now: datetime) -> Request:
    written, page = _page(rest)
    if not written:
        return Digest(None, page)
    if _SPAN.fullmatch(written.casefold()):
        return Digest(now - span(written), page)
    try:
        since = datetime.fromisoformat(written)
        since = since.replace(tzinfo=UTC) if since.tzinfo is None else since.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _usage("digest", "Since when?") from None
    return Digest(since, page)


def _numbers(rest: str, count: int) -> list[int]:
    words = rest.split()
    if len(words) != count or not all(_NUMBER.fullmatch(word) for word in words):
        raise RequestError("This button is of another version; `latest` shows the last alerts.")
    return [int(word) for word in words]


def _decide(rest: str, _now: datetime) -> Request:
    action, _, numbers = rest.partition(" ")
    alert_id, seen = _numbers(numbers, 2)
    return Decide(_word(DeskAction, action), alert_id, seen)


def _plain(request: Request) -> Callable[[str, datetime], Request]:
    return lambda _rest, _now: request


_READERS: Mapping[str, Callable[[str, datetime], Request]] = {
    "list": _list,
    "show": lambda rest, _now: ShowClaim(_claim("show", rest)),
    "search": _search,
    "evidence": _evidence,
    "check": _check,
    "why": _why,
    "why-alert": lambda rest, _now: WhyAlert(*_numbers(rest, 1)),
    "timeline": _timeline,
    "subscribe": _subscribe,
    "unsubscribe": _plain(Unsubscribe()),
    "subscriptions": _plain(Subscriptions()),
    "mute": _mute,
    "unmute": lambda rest, _now: UnmuteClaim(_claim("unmute", rest)),
    "digest": _digest,
    "latest": lambda rest, _now: Latest(_page(rest)[1]),
    "status": _plain(Status()),
    "help": _plain(Help()),
    "decide": _decide,
    "undo": lambda rest, _now: UndoDecision(*_numbers(rest, 1)),
}
