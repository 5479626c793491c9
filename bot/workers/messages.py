"""What travels between the bot and its workers, as JSON.

    request  {"format", "mark", "articles": [Article]}
    reply    {"format", "mark", "judged": [{"key", "content_hash", "judgement"}]}
             {"format", "mark", "refused": "why, for people"}

A judgement is named by the key and content hash of its article, so that an answer that comes twice,
or to another question, can be told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.essay.stored import to_json
from bot.model import Article, Essay, Judgement
from bot.workers.codec import DecodeError, decode, encode

FORMAT = 1
# The first of a mark's digest: enough for the name of a queue.
_DIGEST_CHARS = 16

Identity = tuple[str, str]  # an article's key and content hash


@dataclass(frozen=True, slots=True)
class JudgeMark:
    """Which judge it is: two with the same mark judge alike.

    ``judge`` is its name with a hash of its weights and settings, ``essay`` the essay's id with a
    hash of its text, ``version`` claimwire's.
    """

    version: str
    judge: str
    essay: str

    @property
    def digest(self) -> str:
        """The mark in short, of letters and digits."""
        whole = "\n".join((str(FORMAT), self.version, self.judge, self.essay))
        return hashlib.sha256(whole.encode()).hexdigest()[:_DIGEST_CHARS]

    def difference(self, other: JudgeMark) -> str:
        """What is not the same, for people; "" where nothing is."""
        pairs = (
            (name, theirs, getattr(other, name))
            for name, theirs in asdict(self).items()
            if theirs != getattr(other, name)
        )
        return "; ".join(f"{name} {mine} against {theirs}" for name, mine, theirs in pairs)


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """A worker answered, and would not or could not judge. The message is for people."""


def essay_mark(essay: Essay) -> str:
    """The essay's id with a hash of all that it says."""
    return f"{essay.id}:{hashlib.sha256(to_json(essay).encode()).hexdigest()[:_DIGEST_CHARS]}"


def identity(article: Article) -> Identity:
    """By what a judgement is told from others."""
    return article.entry.key, article.entry.content_hash


def request(mark: JudgeMark, articles: Sequence[Article]) -> dict[str, Any]:
    """A batch for a worker."""
    return {
        "format": FORMAT,
        "mark": encode(mark),
        "articles": [encode(article) for article in articles],
    }


def read_request(message: object, mark: JudgeMark) -> list[Article]:
    """The articles of a request. Raises Refused for one that is meant for another judge, or that
    cannot be read."""
    try:
        body = _body(message)
        _check_mark(body, mark, "this worker")
        return [decode(Article, one) for one in _list(body, "articles")]
    except DecodeError as error:
        raise Refused(f"the request cannot be read: {error}") from error


def reply(
    mark: JudgeMark, articles: Sequence[Article], judgements: Sequence[Judgement]
) -> dict[str, Any]:
    """The answer to a request."""
    judged = [
        {
            "key": article.entry.key,
            "content_hash": article.entry.content_hash,
            "judgement": encode(judgement),
        }
        for article, judgement in zip(articles, judgements, strict=True)
    ]
    return {"format": FORMAT, "mark": encode(mark), "judged": judged}


def refusal(mark: JudgeMark, reason: str) -> dict[str, Any]:
    """The answer of a worker that does not judge the request."""
    return {"format": FORMAT, "mark": encode(mark), "refused": reason}


def read_reply(
    message: object, mark: JudgeMark, asked: Sequence[Article]
) -> dict[Identity, Judgement]:
    """The judgements of the articles that were asked for; others, and repeated ones, are dropped.

    Raises Refused where the worker did, where it is another judge, and where its answer cannot be
    read.
    """
    wanted = {identity(article) for article in asked}
    found: dict[Identity, Judgement] = {}
    try:
        body = _body(message)
        if reason := body.get("refused"):
            raise Refused(str(reason)[:500])
        _check_mark(body, mark, "this bot")
        for one in _list(body, "judged"):
            row = _body(one)
            name = (row.get("key"), row.get("content_hash"))
            if name in wanted and name not in found:
                found[name] = decode(Judgement, row.get("judgement"))
    except DecodeError as error:
        raise Refused(f"the answer cannot be read: {error}") from error
    return found


def _check_mark(body: Mapping[str, Any], mark: JudgeMark, who: str) -> None:
    if body.get("format") != FORMAT:
        raise Refused(f"{who} reads messages of format {FORMAT}, this is another")
    theirs = decode(JudgeMark, body.get("mark"))
    if difference := mark.difference(theirs):
        raise Refused(
            f"not the same judge ({who} against the other): {difference}. Give bot and workers the"
            " same claimwire, essay, model and [judge] settings, and start them anew."
        )


def _body(message: object) -> Mapping[str, Any]:
    if not isinstance(message, dict):
        raise DecodeError("no object")
    return message


def _list(body: Mapping[str, Any], name: str) -> list[Any]:
    value = body.get(name)
    if not isinstance(value, list):
        raise DecodeError(f"{name}: no list")
    return value
