"""No text makes a pattern of ours take time beyond its length: each is tried with its worst cases.

The worst cases of a pattern are made from the pattern itself: what it repeats, repeated, with what
stands before it, and with an end that it does not accept.
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Iterator

# The standard library's own parser of patterns; it has no public name.
from re import _constants as op
from re import _parser

import pytest

from bot import log
from bot.essay.loader import bundled
from bot.judge.terms import term_pattern

CHARS = 20_000
# Linear time over so many characters is some milliseconds, quadratic time half a second and more.
LIMIT_S = 0.15
ROOMS = ("bot", "feeds", "adapters")

# Those whose time does grow with the square. They are given no more characters than this, and
# their white space is folded.
BOUNDED = {
    "bot.judge.attribution_rules._LEADING": 600,  # attribution.MAX_CHARS
    "bot.judge.attribution_rules._TRAILING": 600,
    "bot.judge.attribution_rules._QUESTION": 600,
    "bot.judge.sentences._LAST_WORD": 41,  # what stands before a full stop
    "bot.ledger.stories.origins._SECTION": 200,  # an outlet's name
}
# Only ever matched at one place in a text, each place once.
IN_PLACE = re.compile(r"bot\.essay\.(?:lines\._\w+|dates\._OVER)")
# Reads files of our own alone.
OWN_FILES = frozenset({"bot.demo._ITEM"})

_CATEGORIES = {
    op.CATEGORY_DIGIT: "1",
    op.CATEGORY_SPACE: " ",
    op.CATEGORY_WORD: "a",
    op.CATEGORY_NOT_SPACE: "a",
    op.CATEGORY_NOT_WORD: "-",
    op.CATEGORY_NOT_DIGIT: "a",
}
_OFTEN = 10  # what may be repeated more often than this may be repeated much
_ALWAYS = (" ", "a", "A ", "1", "\n", "é", "<", "<a ", "&a", '"', "**a ", "[a](b ", "?", '."', "# ")


def patterns() -> dict[str, re.Pattern[str]]:
    """All compiled patterns of the product by the name that they have in their module."""
    found: dict[str, re.Pattern[str]] = {}
    for room in ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            if not module.name.endswith("__main__"):
                values = vars(importlib.import_module(module.name))
                for name, value in values.items():
                    for number, pattern in enumerate(_within(value, 4)):
                        suffix = f"[{number}]" if number else ""
                        found.setdefault(f"{module.name}.{name}{suffix}", pattern)
    # One that was imported into another module is tried once.
    unique = {(pattern.pattern, pattern.flags): name for name, pattern in reversed(found.items())}
    return {name: found[name] for name in sorted(unique.values())}


def _within(value: object, depth: int) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        for one in value.values():
            yield from _within(one, depth - 1)
    elif depth and isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _within(one, depth - 1)
    elif depth and dataclasses.is_dataclass(value) and not isinstance(value, type):
        for one in dataclasses.fields(value):
            yield from _within(getattr(value, one.name), depth - 1)


def worst_cases(pattern: re.Pattern[str]) -> set[tuple[str, str]]:
    """(what stands first, what is repeated behind it)."""
    source = pattern.pattern
    text = source if isinstance(source, str) else source.decode("latin-1")
    repeats: list[tuple[str, str]] = []
    whole = _example(_parser.parse(text, pattern.flags), repeats, {})
    cases = {("", one) for one in _ALWAYS} | {("", whole)}
    for before, body in repeats:
        cases |= {(before, body), (before, " "), ("", before), ("", before + body)}
    for cut in (whole[:-1], whole[:-2], whole[:-3]):
        cases |= {("", cut), ("", f"{cut} "), (cut, " "), (cut, "a")}
    return {(before, body) for before, body in cases if body}


def _example(  # noqa: C901 - one branch for each kind of part that a pattern has
    items: object, repeats: list[tuple[str, str]], groups: dict[int, str]
) -> str:
    """A text that the parsed pattern fits, more or less; notes what in it may be repeated."""
    text = ""
    for code, given in items:  # type: ignore[attr-defined]
        if code is op.LITERAL:
            text += chr(given)
        elif code in (op.ANY, op.NOT_LITERAL):
            text += "a"
        elif code is op.IN:
            text += _member(given)
        elif code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            least, most, inner = given
            body = _example(inner, repeats, groups)
            if most > _OFTEN:
                repeats.append((text, body))
            text += body * max(1, least)
        elif code is op.SUBPATTERN:
            groups[given[0]] = _example(given[3], repeats, groups)
            text += groups[given[0]]
        elif code is op.ATOMIC_GROUP:
            text += _example(given, repeats, groups)
        elif code is op.BRANCH:
            text += _example(given[1][0], repeats, groups)
        elif code is op.GROUPREF:
            text += groups.get(given, "")
    return text


def _member(items: list[tuple[object, object]]) -> str:
    """A character of a set."""
    if items[0][0] is op.NEGATE:
        pattern = re.compile(f"[{''.join(map(_written, items[1:]))}]")
        return next((char for char in 'a 1-"<é\n' if not pattern.match(char)), "\x01")
    code, given = items[0]
    if code is op.LITERAL:
        return chr(given)  # type: ignore[arg-type]
    return chr(given[0]) if code is op.RANGE else _CATEGORIES[given]  # type: ignore[index]


def _written(item: tuple[object, object]) -> str:
    code, given = item
    if code is op.LITERAL:
        return re.escape(chr(given))  # type: ignore[arg-type]
    if code is op.RANGE:
        return f"{re.escape(chr(given[0]))}-{re.escape(chr(given[1]))}"  # type: ignore[index]
    short = {op.CATEGORY_DIGIT: r"\d", op.CATEGORY_SPACE: r"\s", op.CATEGORY_WORD: r"\w"}
    return short.get(given, "")


def slowest(pattern: re.Pattern[str], chars: int = CHARS) -> tuple[float, str]:
    """(seconds of processor time, the case)."""
    worst = (0.0, "")
    for before, body in sorted(worst_cases(pattern)):
        text: str | bytes = (before + body * (chars // len(body)))[:chars] + "\x01"
        if chars < CHARS:
            text = " ".join(text.split())
        if isinstance(pattern.pattern, bytes):
            text = text.encode()
        spent_s = _time(pattern, text)
        if spent_s > LIMIT_S:  # once more: a busy machine has pauses of its own
            spent_s = min(spent_s, _time(pattern, text))
        worst = max(worst, (spent_s, f"{before[:40]!r}, then {body[:40]!r} again and again"))
        if worst[0] > LIMIT_S:
            break
    return worst


class TooSlowError(Exception):
    """The pattern was broken off."""


def _break_off(_signal: int, _frame: object) -> None:
    raise TooSlowError


def _time(pattern: re.Pattern[str], text: str | bytes) -> float:
    began = time.thread_time()
    before = signal.signal(signal.SIGVTALRM, _break_off)
    signal.setitimer(signal.ITIMER_VIRTUAL, 2 * LIMIT_S)  # a search looks for signals
    try:
        for _ in pattern.finditer(text):  # type: ignore[arg-type]
            pass
    except TooSlowError:
        pass
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return time.thread_time() - began


ALL = patterns()
TRIED = [name for name in ALL if not IN_PLACE.fullmatch(name) and name not in OWN_FILES]


@pytest.mark.parametrize("name", TRIED)
def test_no_text_makes_a_pattern_slow(name: str) -> None:
    spent_s, case = slowest(ALL[name], BOUNDED.get(name, CHARS))
    assert spent_s < LIMIT_S, f"{ALL[name].pattern!r} on {case}"


def test_the_pattern_that_is_made_of_secrets_is_fast() -> None:
    spent_s, case = slowest(log._pattern(["xoxb-1-2", 'a "secret"']))
    assert spent_s < LIMIT_S, case


def test_the_patterns_that_are_made_of_an_essays_terms_are_fast() -> None:
    essay = bundled()
    for terms in (essay.topics, *(party.terms for party in essay.parties)):
        spent_s, case = slowest(term_pattern(terms))
        assert spent_s < LIMIT_S, case


def test_a_pattern_that_is_slow_would_be_found() -> None:
    """The search for worst cases finds the usual ones."""
    for slow in (r"\s+x", r"(?:a+)+b", r"<!--.*?-->", r"^#\s+(.*?)\s*#*$"):
        assert slowest(re.compile(slow, re.DOTALL))[0] > LIMIT_S


def test_every_exception_is_still_there() -> None:
    assert BOUNDED.keys() | OWN_FILES <= ALL.keys()
    assert any(IN_PLACE.fullmatch(name) for name in ALL)
