r"""Fits the small linear model of bot/judge/attribution.py: numpy only, deterministic, seconds.

    python training/train_attribution.py --data DATA --claims ESSAY.toml \
        --out bot/judge/weights/attribution.npz

Every label carries ``asserted_by`` and ``modality`` of the entry as it bears on one claim; the
sentence meant is taken to be the one that shares most words with the label's indicator. The dev
split, a fifth of the cases (by pair) and some essays are never trained on: the report is of those.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from log_linear import Array, Sparse, balanced, descend, error
from material import CASES, clean, fold_of, read_jsonl
from numpy.typing import NDArray

from bot.essay import loader
from bot.judge.attribution import (
    MAX_CHARS,
    MENTION_ROW,
    MODALITIES,
    NEWS,
    OFFICIAL,
    OPINION,
    PARTY_ROW,
    ROLES,
    WIDTH,
    Modality,
    hashed,
)
from bot.judge.attribution_cues import Cues, cues
from bot.judge.attribution_rules import NamedParty, is_opinion, is_question, rule_attribution
from bot.judge.sentences import sentences
from bot.judge.terms import term_pattern

HELD_OUT = 0.2
SOURCE_WEIGHTS = {NEWS: 1.0, "source contrast": 0.5, "source case": 0.5, "source essay": 0.5}
# Other essays to learn from; the rest are kept to see how it does on parties it never met.
ESSAYS = ("ai_rules", "enlargement", "fed", "iran", "kashmir", "korea")
RARE = 2  # a cue must occur so often to be learned
# A class n times rarer than the commonest counts n to this power times as much.
ROLE_BALANCE, MODALITY_BALANCE = 0.2, 0.7
_OTHER_NAMES = {"other_official": OFFICIAL}
_WORD = re.compile(r"\w+")
_STEM_CHARS = 6
_ABBREVIATION_CHARS = 3
_TITLE_FIRST = 0.02  # of equals the earlier sentence: headlines are what editors label

# An entry, its source (a cue), its part, and the parties of its essay.
Labelled = tuple[dict[str, Any], str, str, Sequence[NamedParty]]


@dataclass
class Example:
    """One sentence with one label; ``count`` of its labels agree."""

    parties: Sequence[NamedParty]
    text: str
    source: str
    part: str  # train; or dev, case, contrast, essay: never trained on
    speaker: str
    modality: Modality
    count: int = 1


def main() -> None:
    """Reads the arguments, fits, writes and reports."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--claims", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--compare", action="store_true", help="also fit without the rules' cues")
    args = parser.parse_args()
    examples = read_examples(args.data, args.claims)
    train = [e for e in examples if e.part == "train"]
    held = [e for e in examples if e.part != "train"]
    print(f"{len(train)} sentences to train on, {len(held)} held out")
    report("rules alone", held, by_rule)
    if args.compare:
        report("learned alone", held, Model(train, with_rules=False).attribute)
    model = Model(train, with_rules=True)
    report("both", held, model.attribute, classes=True)
    model.save(args.out)
    print(f"wrote {args.out}, {args.out.stat().st_size} bytes")


def read_examples(data: Path, claims: Path) -> list[Example]:
    """All labels as sentences, equal ones counted together."""
    ours = tuple((p.id, term_pattern((p.name, *p.terms))) for p in loader.load(claims).parties)
    found: dict[tuple[str, ...], Example] = {}
    for entry, source, part, parties in (*_news(data, ours), *_essays(data)):
        for label in entry["labels"]:
            text = _sentence_of(entry, label.get("indicator") or "")[:MAX_CHARS]
            speaker = _OTHER_NAMES.get(label["asserted_by"], label["asserted_by"])
            example = Example(parties, text, source, part, speaker, Modality(label["modality"]))
            key = (text, source, part, speaker, label["modality"])
            if key in found:
                found[key].count += 1
            else:
                found[key] = example
    return list(found.values())


def _news(data: Path, ours: Sequence[NamedParty]) -> Iterable[Labelled]:
    for entry in read_jsonl(data / "news" / "labelled.jsonl"):
        yield entry, NEWS, "dev" if entry["split"] == "dev" else "train", ours
    authored = [("contrast", data / "news" / "contrast_train.jsonl")]
    authored += [("case", path) for path in sorted(CASES.glob("*.jsonl"))]
    for name, path in authored:
        for entry in read_jsonl(path):
            held = fold_of(str(entry.get("pair") or entry["id"])) < HELD_OUT
            yield entry, f"source {name}", name if held else "train", ours


def _essays(data: Path) -> Iterable[Labelled]:
    for path in sorted((data / "essays").glob("*.json")):
        entries = json.loads(path.read_text(encoding="utf-8"))["entries"]
        speakers = {label["asserted_by"] for e in entries for label in e["labels"]} - {*ROLES}
        parties = tuple((speaker, _guessed(speaker)) for speaker in sorted(speakers))
        for entry in entries:
            yield entry, "source essay", "train" if path.stem in ESSAYS else "essay", parties


def _guessed(speaker: str) -> re.Pattern[str]:
    """These essays' parties have an id only: "south_korea" is found in "South Koreans"."""
    if speaker == "us":
        return term_pattern(("US", "U.S.", "Washington", "White House", "Trump", "American"))
    short = len(speaker) <= _ABBREVIATION_CHARS
    return re.compile(
        rf"\b{speaker.upper()}\b" if short else rf"\b{speaker.replace('_', ' ').title()}\w*"
    )


def _sentence_of(entry: dict[str, Any], indicator: str) -> str:
    text = "\n".join(filter(None, (clean(entry["title"]), clean(entry["summary"]))))
    wanted = _stems(indicator)

    def fit(numbered: tuple[int, str]) -> float:
        place, sentence = numbered
        shared = len(_stems(sentence) & wanted) / max(len(wanted), 1)
        return shared - _TITLE_FIRST * place

    return max(enumerate(s.text for s in sentences(text)), key=fit)[1]


def _stems(text: str) -> set[str]:
    return {word[:_STEM_CHARS] for word in _WORD.findall(text.lower()) if len(word) > 3}


class Model:
    """Fitted weights, and the inference of the product with them."""

    def __init__(self, train: Sequence[Example], *, with_rules: bool) -> None:
        self._with_rules = with_rules
        seen = [self._cues(e) for e in train]
        counts = Counter(c for s in seen for c in s.sentence)
        mention_counts = Counter(c for s in seen for of in s.parties.values() for c in of)
        rows = [
            hashed([e.source, *_often(s.sentence, counts)])
            for e, s in zip(train, seen, strict=True)
        ]
        weight = np.array([SOURCE_WEIGHTS[e.source] * e.count**0.5 for e in train])
        matrix = Sparse(rows)
        mentions = [
            (row, party, hashed(_often(of, mention_counts)))
            for row, s in enumerate(seen)
            for party, of in sorted(s.parties.items())
        ]
        speakers = [e.speaker for e in train]
        kinds = np.array([ROLES.index(s) if s in ROLES else PARTY_ROW for s in speakers])
        by_role = balanced(kinds, weight, ROLE_BALANCE)
        self.roles = _fit_roles(matrix, mentions, speakers, by_role)
        target = np.array([MODALITIES.index(e.modality) for e in train])
        by_modality = balanced(target, weight, MODALITY_BALANCE)
        self.modalities = _fit_modalities(matrix, target, by_modality)

    def _cues(self, example: Example) -> Cues:
        text, parties = example.text, example.parties
        return cues(text, parties, rule_attribution(text, parties) if self._with_rules else None)

    def attribute(self, example: Example) -> tuple[str, Modality]:
        """As Attributor.attribute, with these weights."""
        text, seen = example.text, self._cues(example)
        columns = hashed((NEWS, *seen.sentence))
        scores = self.roles[:MENTION_ROW, columns].sum(1)
        ranked = dict(zip(ROLES, scores[: len(ROLES)], strict=True))
        for party, of in seen.parties.items():
            ranked[party] = scores[PARTY_ROW] + self.roles[MENTION_ROW, hashed(of)].sum()
        speaker = OPINION if is_opinion(text) else max(ranked, key=ranked.__getitem__)
        if is_question(text):
            return speaker, Modality.ASKED
        return speaker, MODALITIES[int(self.modalities[:, columns].sum(1).argmax())]

    def save(self, path: Path) -> None:
        """Writes the weights as bot.judge.attribution reads them."""
        np.savez_compressed(
            path,
            roles=self.roles.astype(np.float16),
            modalities=self.modalities.astype(np.float16),
        )


def _often(found: Iterable[str], counts: Counter[str]) -> list[str]:
    return [c for c in found if counts[c] >= RARE]


def _fit_roles(
    matrix: Sparse,
    mentions: Sequence[tuple[int, str, NDArray[np.intp]]],
    speakers: Sequence[str],
    weight: Array,
) -> Array:
    """(MENTION_ROW + 1, WIDTH): a softmax over the roles and the parties that a sentence names."""
    rows, owner = len(speakers), np.array([m[0] for m in mentions])
    place = np.zeros(len(mentions), np.intp)
    target = np.array([ROLES.index(s) if s in ROLES else ROLES.index(OFFICIAL) for s in speakers])
    taken = Counter[int]()
    for number, (row, party, _columns) in enumerate(mentions):
        place[number] = len(ROLES) + taken[row]
        taken[row] += 1
        if party == speakers[row]:
            target[row] = place[number]
    of_mentions = Sparse([m[2] for m in mentions])

    def slope(weights: Array) -> Array:
        scores = np.full((rows, len(ROLES) + max(taken.values())), -np.inf)
        shared = matrix.times(weights[:, :MENTION_ROW])
        own = of_mentions.times(weights[:, MENTION_ROW:])[:, 0]
        scores[:, : len(ROLES)] = shared[:, : len(ROLES)]
        scores[owner, place] = shared[owner, PARTY_ROW] + own
        wrong = error(scores, target, weight)
        party_part = wrong[:, len(ROLES) :].sum(1, keepdims=True)
        sentence_part = np.hstack([wrong[:, : len(ROLES)], party_part])
        mention_part = wrong[owner, place][:, np.newaxis]
        return np.hstack([matrix.back(sentence_part, WIDTH), of_mentions.back(mention_part, WIDTH)])

    return descend(slope, WIDTH, MENTION_ROW + 1)


def _fit_modalities(matrix: Sparse, target: NDArray[np.intp], weight: Array) -> Array:
    """(modalities, WIDTH): a plain softmax."""

    def slope(weights: Array) -> Array:
        return matrix.back(error(matrix.times(weights), target, weight), WIDTH)

    return descend(slope, WIDTH, len(MODALITIES))


def by_rule(example: Example) -> tuple[str, Modality]:
    """What the rules alone say."""
    ruled = rule_attribution(example.text, example.parties)
    return ruled.asserted_by, ruled.modality


def report(
    title: str,
    examples: Sequence[Example],
    attribute: Callable[[Example], tuple[str, Modality]],
    *,
    classes: bool = False,
) -> None:
    """Prints the share of labels met, in each held-out part; with ``classes`` one by one."""
    print(f"\n{title}")
    for part in ("dev", "case", "contrast", "essay"):
        told = [(e, *attribute(e)) for e in examples if e.part == part]
        speakers = [(e.speaker, speaker, e.count) for e, speaker, _m in told]
        modes = [(e.modality.value, mode.value, e.count) for e, _s, mode in told]
        print(f"  {part}: asserted_by {_share(speakers)}, modality {_share(modes)}")
        if classes and part != "essay":
            for pairs in (speakers, modes):
                for name in sorted({wanted for wanted, _given, _count in pairs}):
                    met = _share([p for p in pairs if p[0] == name])
                    said = _share([p for p in pairs if p[1] == name])
                    print(f"    {name:16} found {met:>14}   right where said {said:>14}")


def _share(pairs: Sequence[tuple[str, str, int]]) -> str:
    total = sum(count for *_pair, count in pairs)
    right = sum(count for wanted, given, count in pairs if wanted == given)
    return f"{right}/{total} = {right / max(total, 1):.2f}"


if __name__ == "__main__":
    main()
