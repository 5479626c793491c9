"""What a robots.txt says (RFC 9309): which of its rules hold for a page. Pure, and never raises.

A rule is matched piece by piece and not as a pattern of `re`: a file of many "*" costs no more
than its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

_PRODUCT = re.compile(r"[A-Za-z_-]+|\*")  # RFC 9309, 2.2.1; a version may follow
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_ASCII = "".join(map(chr, range(0x21, 0x7F)))


@dataclass(frozen=True, slots=True)
class SiteRules:
    """The rules of a site for one agent: pairs of (path as written, allowed), longest first."""

    rules: tuple[tuple[str, bool], ...] = ()

    def allow(self, path: str) -> bool:
        """Whether a path, with its query, may be fetched: the longest rule that fits says so, and
        "allow" where two are as long (RFC 9309, 2.2.2)."""
        spelt = _spelt(path)
        return next((allowed for rule, allowed in self.rules if _fits(rule, spelt)), True)


def site_rules(body: bytes, agent: str) -> SiteRules:
    """The rules for ``agent``, in lower case: of all groups that name it, else of those for *."""
    found: dict[str, set[tuple[str, bool]]] = {}
    agents: set[str] = set()  # of the group, those that matter here
    in_rules = False
    for key, value in _lines(body):
        if key == "user-agent":
            if in_rules:
                agents, in_rules = set(), False
            name = _PRODUCT.match(value)
            if name and name[0].lower() in (agent, "*"):
                agents.add(name[0].lower())
                found.setdefault(name[0].lower(), set())
        else:
            in_rules = True
            # An empty rule says nothing.
            rules = {(_spelt(value), key == "allow")} if value else set()
            for one in agents:
                found[one] |= rules
    ours = found.get(agent, found.get("*", set()))
    return SiteRules(tuple(sorted(ours, key=lambda rule: (-len(rule[0]), not rule[1]))))


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    """(key, value) of the lines that count; others, empty ones too, end no group."""
    for line in body.decode("utf-8-sig", "replace").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key = key.strip().lower()
        if colon and key in ("user-agent", "allow", "disallow"):
            yield key, value.strip()


def _spelt(path: str) -> str:
    """One spelling for paths that are the same: what must not be escaped is not, the rest is."""

    def one(found: re.Match[str]) -> str:
        character = chr(int(found[1], 16))
        return character if _UNRESERVED.fullmatch(character) else found[0].upper()

    return _ESCAPE.sub(one, quote(path, safe=_ASCII, errors="replace"))


def _fits(rule: str, path: str) -> bool:
    first, *rest = rule.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    place, last = len(first), rest.pop() if rest else None
    for piece in rest:
        place = path.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    if not rule.endswith("$"):
        return last is None or path.find(last, place) >= 0
    if last is None:
        return place == len(path)
    return path.endswith(last) and len(path) - len(last) >= place
