"""feeds.robotstxt: which rule of a robots.txt holds, by RFC 9309."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.robotstxt import site_rules

AGENT = "claimwire"


def allowed(text: str, path: str) -> bool:
    return site_rules(text.encode(), AGENT).allow(path)


@pytest.mark.parametrize(
    ("rules", "path", "may"),
    [
        ("", "/a", True),
        ("Disallow:", "/a", True),
        ("Disallow: /", "/", False),
        ("Disallow: /a", "/abc", False),
        ("Disallow: /a/", "/a", True),
        ("Disallow: /*/premium/", "/news/premium/a", False),
        ("Disallow: /*/premium/", "/premium/a", True),
        ("Disallow: /*?", "/a?x=1", False),
        ("Disallow: /*?", "/a", True),
        ("Disallow: /*.pdf$", "/a.pdf", False),
        ("Disallow: /*.pdf$", "/a.pdf?x", True),
        ("Disallow: /a$", "/a", False),
        ("Disallow: /a$", "/ab", True),
        ("Disallow: /a*a$", "/a", True),
        ("Allow: /\nDisallow: /private", "/private/a", False),
        ("Disallow: /private\nAllow: /private/open", "/private/open/a", True),
        ("Disallow: /a\nAllow: /a", "/a", True),
        ("Allow: /a\nDisallow: /a", "/a", True),
        ("Crawl-delay: 10\n\nDisallow: /b", "/b", False),
        ("\n\nDisallow: /b # for no one", "/b", False),
        ("Disallow: /caf%c3%a9", "/caf%C3%A9", False),
        ("Disallow: /café", "/caf%C3%A9", False),
        ("Disallow: /%7Ejoe", "/~joe", False),
        ("Disallow: /a%2Fb", "/a/b", True),
    ],
)
def test_the_longest_rule_that_fits_decides(rules: str, path: str, may: bool) -> None:
    assert allowed(f"User-agent: *\n{rules}\n", path) is may


@pytest.mark.parametrize("name", ["claimwire", "ClaimWire", "claimwire/2.0"])
def test_groups_that_name_us_are_read_as_one_and_others_not(name: str) -> None:
    text = (
        f"User-agent: other\nUser-agent: {name}\nDisallow: /a\n\n"
        "User-agent: *\nDisallow: /c\n\n"
        f"User-agent: {name}\nDisallow: /b\n\nUser-agent: claimwire-news\nDisallow: /d\n"
    )
    assert [allowed(text, path) for path in ("/a", "/b", "/c", "/d")] == [False, False, True, True]


def test_groups_for_all_are_read_as_one() -> None:
    text = "User-agent: *\nDisallow: /a\n\nUser-agent: *\nDisallow: /b\n"
    assert not allowed(text, "/a")
    assert not allowed(text, "/b")


@given(st.binary(), st.text())
def test_nothing_makes_it_raise(body: bytes, path: str) -> None:
    site_rules(b"User-agent: *\nDisallow: " + body, AGENT).allow(path)


@given(st.text("ab*$", max_size=8), st.text("ab", max_size=8))
def test_a_rule_fits_as_its_pattern_would(rule: str, path: str) -> None:
    ends = "$" if rule.endswith("$") else ""
    pieces = (re.escape(piece) for piece in rule.removesuffix("$").split("*"))
    fits = re.match(f"/{'.*'.join(pieces)}{ends}", f"/{path}")
    assert allowed(f"User-agent: *\nDisallow: /{rule}", f"/{path}") is (fits is None)
