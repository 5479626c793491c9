"""Where the claims stand as ClaimReview (https://schema.org/ClaimReview) in JSON-LD.

One DataFeed of one ClaimReview for every claim that is not quiet. docs/export.md has the mapping.
What the ledger does not know is left out: there is no page of the review, so no ``url``, and a
standing is no number, so no ``ratingValue``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from adapters.clean import web_link
from bot.export.records import ReviewRecord, Snapshot
from bot.export.text import plain
from bot.model import Article, Essay, Stance

MAX_CITATIONS = 100
_MAX_LINK = 2000
# Inside <script> in a page none of these may end the script or begin a comment.
# https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def to_claimreview(
    snapshot: Snapshot, essay: Essay, records: Sequence[ReviewRecord], organisation: str
) -> str:
    """JSON-LD that may be put into a page's <script type="application/ld+json"> as it is."""
    feed = {
        "@context": "https://schema.org",
        "@type": "DataFeed",
        "@id": snapshot.urn(f"reviews {essay.id}"),
        "name": plain(essay.title),
        "dateModified": snapshot.taken_at.isoformat(),
        "identifier": {
            "@type": "PropertyValue",
            "propertyID": "claimwire chain head",
            "value": snapshot.head,
        },
        "dataFeedElement": [_review(snapshot, essay, record, organisation) for record in records],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).translate(_ESCAPES) + "\n"


def _review(
    snapshot: Snapshot, essay: Essay, record: ReviewRecord, organisation: str
) -> dict[str, Any]:
    account = record.account
    review = {
        "@type": "ClaimReview",
        "@id": snapshot.urn(f"review {essay.id} {account.claim.id}"),
        "claimReviewed": plain(account.claim.statement),
        "datePublished": record.first_at.isoformat(),
        "dateModified": record.moved_at.isoformat(),
        "author": {"@type": "Organization", "name": plain(organisation)},
        "itemReviewed": _claim(essay),
        "reviewRating": {
            "@type": "Rating",
            "alternateName": account.standing.value,
            "ratingExplanation": "\n".join(map(plain, account.reasons)),
        },
    }
    directed = [item for item in record.evidence if item.verdict.stance is not Stance.UPDATE]
    citations = [_citation(item.article) for item in directed[:MAX_CITATIONS]]
    return {**review, "citation": citations} if citations else review


def _citation(article: Article) -> dict[str, Any]:
    entry = article.entry
    report: dict[str, Any] = {
        "@type": "NewsArticle",
        "headline": plain(entry.title or entry.summary),
        "publisher": {"@type": "Organization", "name": plain(entry.outlet.name)},
    }
    if entry.published:
        report["datePublished"] = entry.published.isoformat()
    if link := web_link(entry.url, _MAX_LINK):
        report["url"] = link
    return report


def _claim(essay: Essay) -> dict[str, Any]:
    author = {"@type": "Person", "name": plain(essay.author)}
    work: dict[str, Any] = {
        "@type": "CreativeWork",
        "headline": plain(essay.title),
        "author": author,
        "datePublished": essay.date.isoformat(),
    }
    if link := web_link(essay.source, _MAX_LINK):
        work["url"] = link
    return {
        "@type": "Claim",
        "author": author,
        "datePublished": essay.date.isoformat(),
        "appearance": work,
    }
