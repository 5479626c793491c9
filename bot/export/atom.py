"""The alerts as an Atom feed (RFC 4287), for readers and programs that follow feeds.

An entry keeps its id through all revisions of its alert and takes the time of the last one as
``updated``. A withdrawn alert stays, marked in its title and by a category.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from datetime import datetime

from adapters.text import Card, card
from bot.export.records import AlertRecord, Snapshot
from bot.export.text import plain
from bot.model import Alert, Essay

_ATOM = "http://www.w3.org/2005/Atom"
# A name of our own for what Atom has no element for (RFC 4287, 6.4).
_OURS = "urn:uuid:0af238a8-a057-4cd3-b507-291a61b44271"
_OUTLETS_NAMED = 100


def to_atom(
    snapshot: Snapshot, essay: Essay, records: Sequence[AlertRecord], organisation: str
) -> str:
    """The feed, the alert revised last first."""
    feed = ET.Element("feed", {"xmlns": _ATOM, "xmlns:claimwire": _OURS})
    newest = sorted(records, key=lambda each: (each.revised_at, each.alert.id), reverse=True)
    _add(feed, "id", snapshot.urn(f"alerts {essay.id}"))
    _add(feed, "title", f"Alerts on {essay.title}")
    _add(feed, "updated", _time(newest[0].revised_at if newest else snapshot.taken_at))
    _add(ET.SubElement(feed, "author"), "name", organisation)
    _add(feed, "generator", "claimwire")
    ET.SubElement(feed, "claimwire:chain", {"links": str(snapshot.links), "head": snapshot.head})
    for record in newest:
        _entry(feed, snapshot, record)
    ET.indent(feed, " ")
    text = ET.tostring(feed, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _entry(feed: ET.Element, snapshot: Snapshot, record: AlertRecord) -> None:
    alert = record.alert
    shown = card(alert, outlets_named=_OUTLETS_NAMED)
    entry = ET.SubElement(feed, "entry")
    _add(entry, "id", snapshot.urn(f"alert {alert.id}"))
    withdrawn = "Withdrawn: " if alert.withdrawn else ""
    _add(entry, "title", f"{withdrawn}{shown.head}: {shown.sentence}")
    _add(entry, "updated", _time(record.revised_at))
    _add(entry, "published", _time(record.made_at))
    if shown.link:
        ET.SubElement(entry, "link", {"rel": "alternate", "href": shown.link})
    for scheme, term in _categories(alert):
        ET.SubElement(entry, "category", {"scheme": f"{_OURS}#{scheme}", "term": plain(term)})
    content = _add(entry, "content", "\n".join(_lines(shown)))
    content.set("type", "text")


def _categories(alert: Alert) -> Iterator[tuple[str, str]]:
    yield "claim", alert.claim.id
    yield "stance", alert.stance.value
    if alert.withdrawn:
        yield "state", "withdrawn"


def _lines(shown: Card) -> Iterator[str]:
    """What a card on a chat platform says, line by line."""
    if shown.withdrawn:
        yield f"Withdrawn: {shown.withdrawn}"
    yield f"The essay: {shown.statement}"
    yield shown.place
    yield f"The report: {shown.sentence}"
    yield f"Because: {shown.reason}" + (f" ({shown.side})" if shown.side else "")
    yield f"{shown.asserted}; {shown.confidence}"
    yield f"{shown.outlets}, {shown.at}"
    if shown.standing:
        yield f"Standing: {shown.standing}"
    if shown.turned:
        yield shown.turned
    yield from shown.changed
    if shown.decision:
        yield f"The desk: {shown.decision}"


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, name)
    element.text = plain(text)
    return element


def _time(at: datetime) -> str:
    """RFC 3339, as RFC 4287, 3.3 wants it."""
    return at.isoformat()
