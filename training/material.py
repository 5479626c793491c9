"""Reads the training material and turns it into batches of (entry, all claims of one essay).

Our own cases lie in ``cases/``. All else is not part of the repository: ``--data`` names a folder
of the layout

    news/labelled.jsonl         real entries labelled by editors; ``split`` is train or dev
    news/contrast_train.jsonl   authored contrast cases with minimal pairs (``pair``)
    news/stream_*.jsonl.gz      unlabelled real entries with a ``topic`` guess (on / near / off)
    essays/*.json               other essays: claims, indicators, labelled entries

Every labelled entry has ``title``, ``summary``, ``labels`` (claim, stance, indicator) and
``borderline`` (claim ids on which editors differ: counted neither way).
"""

from __future__ import annotations

import gzip
import hashlib
import html
import json
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "cases"
STANCES = ("none", "update", "supports", "contradicts")
IGNORE = -100  # torch's cross_entropy leaves these targets out
_TAG = re.compile(r"<[^>]{0,2000}>")
_SPACE = re.compile(r"\s+")

# Entries of these essays share no subject with the bundled one, so all its claims are "none" for
# them: another war's truce is the most precious of negatives.
FOREIGN_ESSAYS = ("gaza", "sudan", "korea", "lebanon", "kashmir", "iran", "fed", "ai_rules")


@dataclass(frozen=True)
class EssayText:
    """The texts of one essay that the model sees."""

    name: str
    claim_ids: tuple[str, ...]
    statements: tuple[str, ...]
    # (claim id, "supports" | "contradicts", proposition)
    indicators: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Item:
    """One text with its stance towards each claim of one essay (index into STANCES or IGNORE)."""

    essay: str
    text: str
    targets: tuple[int, ...]
    source: str
    group: str
    indicator: str = ""
    fold: float = 0.0  # 0..1, a stable hash of the group, to hold parts out
    labels: tuple[tuple[str, str], ...] = field(default=())


def clean(text: str) -> str:
    """The same folding as the product's own: entities, tags and white space."""
    return _SPACE.sub(" ", _TAG.sub(" ", html.unescape(html.unescape(text or "")))).strip()


def entry_text(entry: dict[str, Any]) -> str:
    """Title and summary as one text; a summary that repeats its title is dropped."""
    title, summary = clean(entry.get("title", "")), clean(entry.get("summary", ""))
    if not summary or summary.lower() == title.lower():
        return title
    if title and summary.lower().startswith(title.lower()):
        return summary
    return f"{title.rstrip('.')}. {summary}" if title else summary


def fold_of(group: str) -> float:
    """A number in 0..1 that depends on the group's name only."""
    return int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def make_item(essay: EssayText, entry: dict[str, Any], source: str, group: str) -> Item:
    stance_of = {label["claim"]: label["stance"] for label in entry["labels"]}
    unsure = set(entry.get("borderline") or ())
    targets = tuple(
        STANCES.index(stance_of[claim]) if claim in stance_of else IGNORE if claim in unsure else 0
        for claim in essay.claim_ids
    )
    indicator = next((lab.get("indicator") or "" for lab in entry["labels"]), "")
    return Item(
        essay.name,
        entry_text(entry),
        targets,
        source,
        group,
        indicator,
        fold_of(group),
        tuple((lab["claim"], lab.get("indicator") or "") for lab in entry["labels"]),
    )


def proposition_items(essay: EssayText, labelled: Iterable[Item]) -> list[Item]:
    """Indicators as texts of their own: each says which way it counts for its one claim.

    What it says of the other claims is unknown, so those targets are ignored.
    """
    seen: dict[tuple[str, str], int] = {}
    groups: dict[tuple[str, str], str] = {}
    for claim, stance, text in essay.indicators:
        seen[(text, claim)] = STANCES.index(stance)
        groups[(text, claim)] = f"{essay.name}:{claim}"
    for item in labelled:
        for claim, text in item.labels:
            if text:
                seen[(text, claim)] = item.targets[essay.claim_ids.index(claim)]
                groups[(text, claim)] = item.group
    items = []
    for (text, claim), target in seen.items():
        targets = tuple(target if c == claim else IGNORE for c in essay.claim_ids)
        group = groups[(text, claim)]
        items.append(Item(essay.name, text, targets, "indicator", group, text, fold_of(group)))
    return items


def load_other_essay(path: Path) -> tuple[EssayText, list[Item]]:
    raw = json.loads(path.read_text(encoding="utf-8"))
    claims = raw["claims"]
    essay = EssayText(
        path.stem,
        tuple(c["id"] for c in claims),
        tuple(c["statement"] for c in claims),
        tuple(
            (c["id"], stance, text)
            for c in claims
            for side, stance in (("supported_by", "supports"), ("contradicted_by", "contradicts"))
            for text in c["indicators"][side]
        ),
    )
    items = [
        make_item(essay, e, "essay", f"{path.stem}:{e.get('pair') or e['id']}")
        for e in raw["entries"]
    ]
    return essay, items


def load_news(essay: EssayText, root: Path) -> tuple[list[Item], list[Item]]:
    """The bundled essay's (train, dev) items; contrast cases and our own are all in train."""
    train, dev = [], []
    for entry in read_jsonl(root / "news" / "labelled.jsonl"):
        item = make_item(essay, entry, "real", entry["id"])
        (dev if entry["split"] == "dev" else train).append(item)
    train.extend(
        make_item(essay, entry, "contrast", str(entry.get("pair") or entry["id"]))
        for entry in read_jsonl(root / "news" / "contrast_train.jsonl")
    )
    train.extend(
        make_item(essay, entry, "case", str(entry.get("pair") or entry["id"]))
        for path in sorted(CASES.glob("*.jsonl"))
        for entry in read_jsonl(path)
    )
    return train, dev


def without_claims(item: Item, places: Iterable[int]) -> Item:
    """The same as if nobody had judged it against the claims at ``places``."""
    left = set(places)
    if item.essay != "bundled" or not left:
        return item
    targets = tuple(IGNORE if n in left else t for n, t in enumerate(item.targets))
    told = any(t > 0 and n in left for n, t in enumerate(item.targets))
    return replace(item, targets=targets, indicator="" if told else item.indicator, labels=())


def only_claims(item: Item, places: Iterable[int]) -> Item:
    """The same as if it had been judged against the claims at ``places`` alone."""
    kept = set(places)
    return replace(
        item, targets=tuple(t if n in kept else IGNORE for n, t in enumerate(item.targets))
    )


def load_negatives(essay: EssayText, root: Path, known: set[str]) -> list[Item]:
    """Stream entries that a regular expression takes for other news: "none" for every claim."""
    none = (0,) * len(essay.claim_ids)
    items = []
    for path in sorted((root / "news").glob("stream_*.jsonl.gz")):
        for entry in read_jsonl(path):
            if entry["topic"] == "on":
                continue
            text = entry_text(entry)
            if text and text not in known:
                items.append(Item(essay.name, text, none, entry["topic"], entry["id"]))
    return items


def foreign_items(essay: EssayText, others: dict[str, list[Item]]) -> list[Item]:
    """Other essays' entries as negatives of this one."""
    none = (0,) * len(essay.claim_ids)
    return [
        Item(essay.name, item.text, none, "foreign", item.group, "", item.fold)
        for name in FOREIGN_ESSAYS
        for item in others.get(name, ())
    ]


def batches(items: list[Item], size: int, rng: random.Random) -> Iterator[list[Item]]:
    """Batches of one essay each; members of a minimal pair stay side by side.

    Within a stretch of sixteen batches groups are sorted by length: padding is most of the cost
    on a CPU.
    """
    by_essay: dict[str, dict[str, list[Item]]] = {}
    for item in items:
        by_essay.setdefault(item.essay, {}).setdefault(item.group, []).append(item)
    result = []
    for groups in by_essay.values():
        order = list(groups.values())
        rng.shuffle(order)
        stretch = 16 * size
        order = [
            group
            for start in range(0, len(order), stretch)
            for group in sorted(order[start : start + stretch], key=lambda g: len(g[0].text))
        ]
        flat = [item for group in order for item in group]
        result += [flat[i : i + size] for i in range(0, len(flat), size)]
    rng.shuffle(result)
    yield from result
