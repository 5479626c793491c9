"""A request as one line of text, and back: what people type, and what buttons and pages carry.

    list contradicted          search prisoner exchange        mute C16 3d
    subscribe C16 C17 stance=contradicts min=0.8 quiet=22:00-07:00@Europe/Kyiv realtime
    resolve C21 no signed in Geneva      resolve C21 agree 17      predictions due
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

from bot.alerts.subscriptions import Cadence, DigestTime, QuietHours
from bot.commands.requests import (
    CHECK_MAX,
    MUTE_LEAST,
    MUTE_MOST,
    NOTE_MAX,
    SEARCH_MAX,
    SPLIT_MAX,
    Board,
    Calibration,
    Check,
    Decide,
    DecideReview,
    Digest,
    Evidence,
    Help,
    Latest,
    ListClaims,
    MergeStories,
    MuteClaim,
    Precision,
    Predictions,
    Request,
    RequestError,
    Resolve,
    Review,
    Search,
    ShowClaim,
    ShowStory,
    SplitStory,
    Status,
    Subscribe,
    Subscriptions,
    Timeline,
    UndoDecision,
    UndoMove,
    UndoReview,
    UnmuteClaim,
    Unsubscribe,
    Why,
    WhyAlert,
)
from bot.ledger.records import ReviewAction
from bot.model import DeskAction, Kind, Stance, Standing
from bot.predictions import Act, State

E = TypeVar("E", bound=StrEnum)

PAGES_MAX = 10_000
NO_NOTE = "-"
ID_DIGITS_MAX = 18  # what surely fits SQLite's 64-bit integers
_PAGE = re.compile(r"(?:^|\s)page=(\d{1,5})$")
_NUMBER = re.compile(rf"[0-9]{{1,{ID_DIGITS_MAX}}}")
_SPAN = re.compile(r"(\d{1,5})([mhdw])")  # 30 days are 43,200 minutes
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
        "evidence": Usage(
            "evidence CLAIM [contradicts|supports|update] [30d|2026-06-01]",
            "the reports that bear on a claim",
        ),
        "check": Usage("check ADDRESS or TEXT", "judges it now; nothing is kept"),
        "why": Usage("why ADDRESS", "why a report alerted, or where it stopped"),
        "timeline": Usage("timeline CLAIM [dark]", "a picture of the evidence over time"),
        "board": Usage("board [standing] [dark]", "a picture of all claims"),
        "calibration": Usage("calibration [dark]", "how the predictions came out, as a picture"),
        "predictions": Usage("predictions [due|open|resolved]", "what was foretold, and by when"),
        "resolve": Usage(
            "resolve CLAIM yes|no|ambiguous|void NOTE, or agree|undo|quiet|remind",
            "says how a prediction ended",
        ),
        "review": Usage("review [CLAIM]", "what waits for an editor's look"),
        "precision": Usage("precision", "how often the alerts were right"),
        "story": Usage("story NUMBER", "the reports of one event, with their numbers"),
        "merge": Usage("merge STORY STORY", "two stories are one event: the second goes"),
        "split": Usage("split STORY REPORT…", "these reports are an event of their own"),
        "subscribe": Usage(
            "subscribe [CLAIM…] [all] [kind=K,…] [stance=S,…] [min=0.8]"
            " [realtime|hourly|daily|weekly] [at=08:00@ZONE] [quiet=22:00-07:00@ZONE|none]",
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
        case Evidence(claim, stance, since, page):
            parts = (claim, stance or "", f"{since:%Y-%m-%dT%H:%M}" if since else "")
            return _paged(" ".join(("evidence", *(part for part in parts if part))), page)
        case Why(report):
            return f"why {report}"
        case WhyAlert(alert_id):
            return f"why-alert {alert_id}"
        case Timeline(claim, dark):
            return f"timeline {claim}{' dark' if dark else ''}"
        case Board(by_standing, dark, page):
            text = f"board{' standing' if by_standing else ''}{' dark' if dark else ''}"
            return _paged(text, page)
        case Calibration(dark):
            return f"calibration{' dark' if dark else ''}"
        case Predictions(state, page):
            return _paged(f"predictions {state.value}" if state else "predictions", page)
        case Resolve(claim, act, note, seen):
            said = "" if note is None else f" {note or NO_NOTE}"
            return f"resolve {claim} {act.value}{said}{f' {seen}' if seen else ''}"
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
        case ShowStory(story_id, page):
            return _paged(f"story {story_id}", page)
        case MergeStories(keep, other):
            return f"merge {keep} {other}"
        case SplitStory(story_id, reports):
            return f"split {story_id} {' '.join(map(str, reports))}"
        case UndoMove(move_id):
            return f"undo-move {move_id}"
        case UndoDecision(alert_id):
            return f"undo {alert_id}"
        case Review(claim, page):
            return _paged(f"review {claim}" if claim else "review", page)
        case DecideReview(action, item):
            return f"decide-review {action.value} {item}"
        case UndoReview(item):
            return f"undo-review {item}"
        case Precision(page):
            return _paged("precision", page)
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


def digest_time(written: str) -> DigestTime:
    """`08:00@Europe/Kyiv`, UTC without a zone. Raises RequestError."""
    at, _, zone = written.partition("@")
    try:
        return DigestTime(time.fromisoformat(at.zfill(5)), zone or "UTC")
    except ValueError as error:
        raise RequestError(
            f'"{written[:40]}" is no time of day: {error}. Write 08:00@Europe/Kyiv.'
        ) from None


def _list(rest: str, _now: datetime) -> Request:
    wanted, page = _page(rest)
    return ListClaims(_word(Standing, wanted) if wanted else None, page)


def _search(rest: str, _now: datetime) -> Request:
    text, page = _page(rest)
    if not text:
        raise _usage("search", "Search for what?")
    return Search(text[:SEARCH_MAX].strip(), page)


def _evidence(rest: str, now: datetime) -> Request:
    written, page = _page(rest)
    claim, *filters = written.split() or [""]
    stance = since = None
    for word in filters:
        if word.casefold() in tuple(Stance):
            stance = Stance(word.casefold())
        else:
            since = _since("evidence", word, now)
    return Evidence(_claim("evidence", claim), stance, since, page)


def _check(rest: str, _now: datetime) -> Request:
    if not rest:
        raise _usage("check", "Check what?")
    return Check(rest[:CHECK_MAX].strip())


def _why(rest: str, _now: datetime) -> Request:
    if not rest:
        raise _usage("why", "Name a report by its address.")
    return Why(rest[:CHECK_MAX].strip())


def _timeline(rest: str, _now: datetime) -> Request:
    claim, _, shade = rest.partition(" ")
    return Timeline(_claim("timeline", claim), _dark("timeline", shade))


def _board(rest: str, _now: datetime) -> Request:
    wanted, page = _page(rest)
    first, _, shade = wanted.partition(" ")
    by_standing = first.casefold() == "standing"
    return Board(by_standing, _dark("board", shade if by_standing else wanted), page)


def _calibration(rest: str, _now: datetime) -> Request:
    return Calibration(_dark("calibration", rest))


def _predictions(rest: str, _now: datetime) -> Request:
    wanted, page = _page(rest)
    return Predictions(_word(State, wanted) if wanted else None, page)


def _resolve(rest: str, _now: datetime) -> Request:
    claim, _, said = rest.partition(" ")
    word, _, tail = said.strip().partition(" ")
    claim, tail = _claim("resolve", claim), tail.strip()
    if not word:
        raise _usage("resolve", "How did it end?")
    act = _word(Act, word)
    if act.ending is not None:
        note = "" if tail == NO_NOTE else tail[:NOTE_MAX].strip()
        return Resolve(claim, act, note if tail else None)
    if act in (Act.AGREE, Act.UNDO):
        return Resolve(claim, act, seen=_numbers(tail, 1)[0] if tail else 0)
    if tail:
        raise _usage("resolve", f'"{tail[:40]}" is too much.')
    return Resolve(claim, act)


def _dark(command: str, shade: str) -> bool:
    if shade.strip().casefold() not in ("", "dark", "light"):
        raise _usage(command, "A picture is light or dark.")
    return shade.strip().casefold() == "dark"


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
        elif key == "digest":
            wanted["cadence"] = Cadence.DAILY
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
    "at": ("digest_time", digest_time),
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
    return Digest(_since("digest", written, now), page)


def _since(command: str, written: str, now: datetime) -> datetime:
    """A span back from now, or a date."""
    if _SPAN.fullmatch(written.casefold()):
        return now - span(written)
    try:
        since = datetime.fromisoformat(written)
        return since.replace(tzinfo=UTC) if since.tzinfo is None else since.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _usage(command, "Since when?") from None


def _numbers(rest: str, count: int) -> list[int]:
    words = rest.split()
    if len(words) != count or not all(_NUMBER.fullmatch(word) for word in words):
        raise RequestError("This button is of another version; `latest` shows the last alerts.")
    return [int(word) for word in words]


def _decide(rest: str, _now: datetime) -> Request:
    action, _, numbers = rest.partition(" ")
    alert_id, seen = _numbers(numbers, 2)
    return Decide(_word(DeskAction, action), alert_id, seen)


def _review(rest: str, _now: datetime) -> Request:
    claim, page = _page(rest)
    return Review(_claim("review", claim) if claim else None, page)


def _decide_review(rest: str, _now: datetime) -> Request:
    action, _, item = rest.partition(" ")
    return DecideReview(_word(ReviewAction, action), *_numbers(item, 1))


def _story_numbers(command: str, rest: str, least: int, most: int | None = None) -> list[int]:
    words = rest.split()
    if not least <= len(words) <= (most or least) or not all(map(_NUMBER.fullmatch, words)):
        raise _usage(command, "Name stories and reports by their numbers; `why` gives them.")
    return [int(word) for word in words]


def _story(rest: str, _now: datetime) -> Request:
    wanted, page = _page(rest)
    return ShowStory(_story_numbers("story", wanted, 1)[0], page)


def _split(rest: str, _now: datetime) -> Request:
    story_id, *reports = _story_numbers("split", rest, 2, 1 + SPLIT_MAX)
    return SplitStory(story_id, tuple(reports))


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
    "board": _board,
    "calibration": _calibration,
    "predictions": _predictions,
    "resolve": _resolve,
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
    "story": _story,
    "merge": lambda rest, _now: MergeStories(*_story_numbers("merge", rest, 2)),
    "split": _split,
    "undo-move": lambda rest, _now: UndoMove(*_numbers(rest, 1)),
    "review": _review,
    "decide-review": _decide_review,
    "undo-review": lambda rest, _now: UndoReview(*_numbers(rest, 1)),
    "precision": lambda rest, _now: Precision(_page(rest)[1]),
}
