"""What travels between bot and workers comes back as it was, or is refused."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Article, Essay, Judgement
from bot.workers.codec import DecodeError, decode, encode
from bot.workers.messages import (
    JudgeMark,
    Refused,
    essay_mark,
    identity,
    read_reply,
    read_request,
    refusal,
    reply,
    request,
)
from tests.ledger.ledger_making import ESSAY
from tests.workers.making import MARK, WordJudge, articles

EXAMPLES = settings(max_examples=40)
ZONES = st.sampled_from((UTC, timezone(timedelta(hours=5, minutes=45))))
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(st.characters()),  # lone surrogates too: feeds have them
    float: st.floats(allow_nan=False),
    datetime: st.datetimes(timezones=ZONES),
}

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a type: of a dataclass every field, of a union every part."""
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return st.builds(hint, **{one.name: values(hints[one.name]) for one in fields(hint)})
    if parts := get_args(hint):
        if get_origin(hint) is tuple:
            return st.lists(values(parts[0]), max_size=3).map(tuple)
        return st.one_of(*(values(part) for part in parts))
    return PLAIN.get(hint, st.from_type(hint))


def travelled(value: object) -> object:
    return json.loads(json.dumps(value))


@EXAMPLES
@given(values(Article))
def test_an_article_comes_back_as_it_was(article: Article) -> None:
    assert decode(Article, travelled(encode(article))) == article


@EXAMPLES
@given(values(Judgement))
def test_a_judgement_comes_back_as_it_was(judgement: Judgement) -> None:
    assert decode(Judgement, travelled(encode(judgement))) == judgement


def test_every_field_of_an_essay_survives() -> None:
    assert decode(Essay, travelled(encode(ESSAY))) == ESSAY


@EXAMPLES
@given(values(Article), st.data())
def test_a_value_of_another_type_is_refused(article: Article, data: st.DataObject) -> None:
    body: Any = travelled(encode(article))
    place = body["entry"] if data.draw(st.booleans()) else body
    name = data.draw(st.sampled_from(sorted(place)))
    place[name] = data.draw(JSON)
    try:
        found = decode(Article, body)
    except DecodeError:
        return
    again: Any = travelled(encode(found))
    assert decode(Article, again) == found


@EXAMPLES
@given(JSON)
def test_nothing_but_a_request_is_read_as_one(message: object) -> None:
    with pytest.raises(Refused):
        read_request(message, MARK)


@EXAMPLES
@given(JSON)
def test_nothing_but_an_answer_is_read_as_one(message: object) -> None:
    with pytest.raises(Refused):
        read_reply(message, MARK, articles(1))


def test_a_field_of_a_later_version_is_refused() -> None:
    body: Any = encode(articles(1)[0])
    body["weight"] = 2
    with pytest.raises(DecodeError, match="weight"):
        decode(Article, body)


def test_a_missing_field_has_its_default_or_is_named() -> None:
    assert decode(Judgement, {}) == Judgement()
    with pytest.raises(DecodeError, match="entry is missing"):
        decode(Article, {"at": "2026-01-01T00:00:00+00:00", "fetched_at": "2026-01-01T00:00+00:00"})


@pytest.mark.parametrize("change", ["version", "judge", "essay"])
def test_a_worker_with_another_judge_refuses_and_says_what_differs(change: str) -> None:
    other = replace(MARK, **{change: "another"})
    with pytest.raises(Refused, match=f"{change} .* against another"):
        read_request(travelled(request(other, articles(1))), MARK)
    with pytest.raises(Refused, match="another"):
        read_reply(travelled(reply(other, [], [])), MARK, [])
    assert other.digest != MARK.digest


def test_an_essay_with_another_wording_has_another_mark() -> None:
    first, *others = ESSAY.claims
    reworded = replace(ESSAY, claims=(replace(first, statement="It holds."), *others))
    assert essay_mark(reworded) != essay_mark(ESSAY)


def test_a_repeated_or_foreign_judgement_is_dropped() -> None:
    asked, foreign = articles(2), articles(1, first=7)
    judge = WordJudge()
    everything = [*asked, *asked, *foreign]
    twice = travelled(reply(MARK, everything, judge.judge(everything)))
    found = read_reply(twice, MARK, asked)
    assert found == dict(zip(map(identity, asked), judge.judge(asked), strict=True))


def test_a_refusal_tells_its_reason() -> None:
    with pytest.raises(Refused, match="no time"):
        read_reply(travelled(refusal(MARK, "no time")), MARK, articles(1))


def test_what_is_the_same_has_no_difference() -> None:
    assert MARK.difference(JudgeMark(MARK.version, MARK.judge, MARK.essay)) == ""
