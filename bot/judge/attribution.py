"""Who asserts what a sentence says, and in which mode: rules, weighed by a small linear model.

The rules (attribution_rules) name speakers and modes by pattern. A log-linear model over cues
(attribution_cues), what the rules say among them, decides between the roles: event, official,
analyst, opinion, or one of the essay's parties that the sentence names. It knows no party by name,
so it serves any essay. training/train_attribution.py fits its weights.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.judge.arrays import read_arrays
from bot.judge.attribution_cues import Cues, cues
from bot.judge.attribution_rules import (
    ANALYST,
    EVENT,
    OFFICIAL,
    OPINION,
    Attribution,
    Modality,
    is_opinion,
    is_question,
    rule_attribution,
)
from bot.judge.terms import term_pattern
from bot.model import Party

__all__ = ["ANALYST", "EVENT", "OFFICIAL", "OPINION", "Attribution", "Attributor", "Modality"]

# No honest sentence is longer. The patterns' cost grows with the square of it, and with runs of
# white space, which are folded.
MAX_CHARS = 600
WEIGHTS = Path(__file__).parent / "weights" / "attribution.npz"
WIDTH = 1 << 14  # cues are hashed into so many columns
ROLES = (EVENT, OFFICIAL, ANALYST, OPINION)
PARTY_ROW, MENTION_ROW = len(ROLES), len(ROLES) + 1
MODALITIES = tuple(Modality)
# Sources label differently; the product reads news, and this cue says so.
NEWS = "source news"

Weights = NDArray[np.float32]


class Attributor:
    """Attribution for one essay's parties."""

    def __init__(self, parties: tuple[Party, ...]) -> None:
        self._parties = tuple((p.id, term_pattern((p.name, *p.terms))) for p in parties)
        self._roles, self._modalities = _weights(WEIGHTS)

    def attribute(self, sentence: str) -> Attribution:
        """Who asserts ``sentence`` and in which modality; only its first MAX_CHARS are read."""
        sentence = " ".join(sentence[:MAX_CHARS].split())
        ruled = rule_attribution(sentence, self._parties)
        seen = cues(sentence, self._parties, ruled)
        columns = hashed((NEWS, *seen.sentence))
        speaker = OPINION if is_opinion(sentence) else self._speaker(columns, seen)
        if is_question(sentence):
            return Attribution(speaker, Modality.ASKED)
        scores = self._modalities[:, columns].sum(axis=1)
        best = int(scores.argmax())
        sure = 1.0 / float(np.exp(scores - scores[best]).sum())
        return Attribution(speaker, MODALITIES[best], sure)

    def _speaker(self, columns: NDArray[np.intp], seen: Cues) -> str:
        scores = self._roles[:MENTION_ROW, columns].sum(axis=1)
        best = max(range(len(ROLES)), key=lambda role: float(scores[role]))
        speaker, score = ROLES[best], float(scores[best])
        for party, of_party in seen.parties.items():
            mention = float(self._roles[MENTION_ROW, hashed(of_party)].sum())
            if scores[PARTY_ROW] + mention > score:
                speaker, score = party, float(scores[PARTY_ROW]) + mention
        return speaker


def hashed(names: Iterable[str]) -> NDArray[np.intp]:
    """The columns of cues, sorted, so that sums do not depend on the order of a set."""
    return np.array(sorted(zlib.crc32(name.encode()) % WIDTH for name in names), np.intp)


@cache
def _weights(path: Path) -> tuple[Weights, Weights]:
    """(roles, parties' sentence and mention rows; WIDTH) and (modalities, WIDTH)."""
    file = read_arrays(path)
    return file["roles"].astype(np.float32), file["modalities"].astype(np.float32)
