"""The list of feeds as OPML (http://opml.org/spec2.opml), with outlet, tier and voice.

    <outline type="rss" text="BBC News: World" xmlUrl="https://..." tier="1" voice="independent"/>

``tier`` (1..4), ``voice`` (independent, state, party), ``interval_min`` and ``full_text`` are ours;
a prefix such as ``claimwire:tier`` is understood too. Lists from other readers lack them: tier 3,
independent.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from bot.errors import ConfigError, Problem
from bot.model import Outlet, Voice
from feeds.addresses import check_url
from feeds.text import fold

MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_NAME_CHARS = 200
TIERS = range(1, 5)
INTERVALS_MIN = range(1, 1441)
DEFAULT_TIER = 3

_Attributes = dict[str, str]
_SWITCH = {"": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class FeedSource:
    """A feed to be read. ``interval_min``: minutes between polls, 1..1440, None for the usual.

    ``full_text``: whether its teasers are completed from their pages; None for the usual.
    """

    url: str
    outlet: Outlet
    interval_min: int | None = None
    site_url: str = ""
    full_text: bool | None = None


def read(path: Path) -> tuple[FeedSource, ...]:
    """The feeds that the file lists. Raises ConfigError."""
    return _parsed(_bytes_of(path), str(path))


def reads(text: str, path: str) -> tuple[FeedSource, ...]:
    """The feeds in ``text``, in order, each address once. ``path`` is for messages.

    Raises ConfigError that names every bad outline with its line and how to mend it.
    """
    return _parsed(text, path)


def bundled() -> tuple[FeedSource, ...]:
    """The feeds that come with claimwire."""
    text = resources.files("feeds").joinpath("bundled.opml").read_text("utf-8")
    return reads(text, "feeds/bundled.opml")


def write(path: Path, sources: Iterable[FeedSource]) -> None:
    """Writes the list whole or not at all.

    Raises ConfigError, and leaves the file as it was, if the place cannot be written or if what
    would stand there could not be read again.
    """
    _replace(path, writes(sources))


def writes(sources: Iterable[FeedSource]) -> str:
    """The list as OPML: what ``reads`` gives back."""
    outlines = "".join(f"    {_outline(source)}\n" for source in sources)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<opml version="2.0">\n'
        "  <head><title>claimwire feeds</title></head>\n"
        f"  <body>\n{outlines}  </body>\n</opml>\n"
    )


def add(path: Path, source: FeedSource, start: Iterable[FeedSource] = ()) -> None:
    """Puts ``source`` at the end of the list; a list that is not there is made from ``start``.

    What else the file holds (groups, comments) stays. Raises ConfigError, and leaves the file as
    it was, if the file or ``source`` is faulty or the address is listed already.
    """
    there = path.exists()
    listed = read(path) if there else tuple(start)
    for other in listed:
        if other.url == source.url:
            raise ConfigError(f"{path}: {source.url} is listed already, as {other.outlet.name}")
    with contextlib.suppress(UnicodeDecodeError, ConfigError):
        head, end, tail = path.read_text("utf-8").rpartition("</body>") if there else ("", "", "")
        longer = f"{head.rstrip()}\n    {_outline(source)}\n  {end}{tail}"
        if end and reads(longer, str(path)) == (*listed, source):
            _replace(path, longer)
            return
    write(path, (*listed, source))


# --- reading -------------------------------------------------------------------------------------


class _Reader:
    """Collects feeds and problems from expat's events."""

    def __init__(self) -> None:
        self.sources: dict[str, FeedSource] = {}
        self.problems: list[Problem] = []
        self.root = ""
        self.expat = expat.ParserCreate()
        self.expat.StartElementHandler = self._start
        self.expat.EntityDeclHandler = self._refuse_entity

    def _start(self, tag: str, attributes: _Attributes) -> None:
        self.root = self.root or tag.lower()
        if tag.lower() != "outline":
            return
        # Attribute names are case-sensitive in XML, and written in every case all the same.
        named = {name.rpartition(":")[2].lower(): value for name, value in attributes.items()}
        url = named.get("xmlurl", "").strip()
        if url:
            self._feed(url, named)
        elif named.get("type", "").lower() in ("rss", "atom"):
            self._bad(
                "an outline of a feed has no xmlUrl", "add its address, or delete the outline"
            )

    def _feed(self, url: str, named: _Attributes) -> None:
        known = len(self.problems)
        host = ""
        try:
            # Whether private addresses are allowed is the fetcher's to know.
            host = check_url(url, allow_private=True).host or ""
        except ValueError as error:
            self._bad(f"xmlUrl {url[:200]!r}: {error}", "give an http:// or https:// address")
        name = fold(named.get("text", "") or named.get("title", ""))[:MAX_NAME_CHARS] or host
        outlet = Outlet(name, self._tier(named), self._voice(named))
        interval_min, full_text = self._interval(named), self._full_text(named)
        if len(self.problems) == known:
            site_url = named.get("htmlurl", "").strip()
            source = FeedSource(url, outlet, interval_min, site_url, full_text)
            self.sources.setdefault(url, source)

    def _tier(self, named: _Attributes) -> int:
        written = named.get("tier", str(DEFAULT_TIER)).strip()
        if written in {str(tier) for tier in TIERS}:
            return int(written)
        self._bad(f"tier {written[:40]!r} is not known", "use 1 (paper of record) to 4 (unvetted)")
        return DEFAULT_TIER

    def _voice(self, named: _Attributes) -> Voice:
        written = named.get("voice", Voice.INDEPENDENT).strip().lower()
        try:
            return Voice(written)
        except ValueError:
            self._bad(f"voice {written[:40]!r} is not known", "use independent, state or party")
            return Voice.INDEPENDENT

    def _interval(self, named: _Attributes) -> int | None:
        written = named.get("interval_min", "").strip()
        if not written:
            return None
        if written.isascii() and written.isdigit() and len(written) <= 4:  # noqa: PLR2004
            minutes = int(written)
            if minutes in INTERVALS_MIN:
                return minutes
        self._bad(f"interval_min {written[:40]!r} is not known", "use minutes from 1 to 1440")
        return None

    def _full_text(self, named: _Attributes) -> bool | None:
        written = named.get("full_text", "").strip().lower()
        if written not in _SWITCH:
            self._bad(f"full_text {written[:40]!r} is not known", "use true or false")
        return _SWITCH.get(written)

    def _bad(self, message: str, remedy: str) -> None:
        self.problems.append(Problem(self.expat.CurrentLineNumber, message, remedy))

    def _refuse_entity(self, name: str, *_rest: object) -> None:
        self._bad(f"the file declares the XML entity {name[:40]}", "delete its <!DOCTYPE ...>")
        raise _RefusedError


class _RefusedError(Exception):
    """The rest of the file is not looked at; the problem is noted."""


def _parsed(content: str | bytes, path: str) -> tuple[FeedSource, ...]:
    reader = _Reader()
    try:
        reader.expat.Parse(content, True)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        reader.problems.append(
            Problem(error.lineno, f"it is not well-formed XML: {what}", "mend that line")
        )
    except (ValueError, LookupError) as error:  # an encoding that Python does not have
        reader.problems.append(Problem(1, f"it cannot be decoded: {error}", "save it as UTF-8"))
    except _RefusedError:
        pass
    if not reader.problems and reader.root != "opml":
        reader.problems.append(
            Problem(1, f"its first element is <{reader.root}>, not <opml>", "give an OPML file")
        )
    if reader.problems:
        listed = "\n".join(f"  {problem}" for problem in reader.problems)
        raise ConfigError(f"{path}: the list of feeds cannot be read\n{listed}")
    return tuple(reader.sources.values())


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path}: the list of feeds cannot be read ({error.strerror})") from error
    if len(content) > MAX_FILE_BYTES:
        raise ConfigError(f"{path}: a list of feeds of more than 5 MiB is refused; split it")
    return content


# --- writing -------------------------------------------------------------------------------------


def _outline(source: FeedSource) -> str:
    outlet = source.outlet
    pairs = {
        "type": "rss",
        "text": outlet.name,
        "title": outlet.name,
        "xmlUrl": source.url,
        "htmlUrl": source.site_url,
        "tier": str(outlet.tier),
        "voice": str(outlet.voice),
        "interval_min": "" if source.interval_min is None else str(source.interval_min),
        "full_text": "" if source.full_text is None else str(source.full_text).lower(),
    }
    written = (f"{name}={quoteattr(fold(value))}" for name, value in pairs.items() if value)
    return f"<outline {' '.join(written)}/>"


def _check(path: Path, text: str) -> None:
    """A list that could not be read again must never land: every later command would fail."""
    if len(text.encode("utf-8", "replace")) > MAX_FILE_BYTES:
        raise ConfigError(f"{path}: not written: a list of more than 5 MiB is refused; split it")
    try:
        reads(text, str(path))
    except ConfigError as error:
        raise ConfigError(
            f"{path}: not written, for it could not be read again\n{error}"
        ) from error


def _replace(path: Path, text: str) -> None:
    """Writes beside ``path``, then renames over it: a crash leaves the old file or the new."""
    _check(path, text)
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise ConfigError(f"{path}: it cannot be written ({error.strerror})") from error
