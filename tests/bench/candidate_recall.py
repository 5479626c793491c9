"""What a large essay's candidates lose: the judge against one that matches every claim.

    python tests/bench/candidate_recall.py [--claims 2700] [--entries FILE.jsonl.gz] [--essays DIR]

Of the pairs of an entry and a claim that matching every claim finds, the share that is left when
each entry is matched against its candidates only; and the same for other ways to choose them.
Without --entries the bundled chronicle's entries are taken.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
from judge_claims import many_claims
from judge_entries import articles
from numpy.typing import NDArray

from bot.judge.claim_index import CANDIDATES, ClaimIndex
from bot.judge.stance_model import BUNDLED, StanceModel, Vectors
from bot.judge.text import entry_text

COUNTS = (64, 128, CANDIDATES, 512)
BATCH = 16


def best(scores: Vectors, count: int) -> NDArray[np.bool_]:
    """Where a score is among the ``count`` highest of its row."""
    chosen = np.zeros(scores.shape, bool)
    np.put_along_axis(chosen, np.argsort(-scores, axis=1, kind="stable")[:, :count], True, 1)
    return chosen


def screened(index: ClaimIndex, vectors: Vectors, count: int) -> NDArray[np.bool_]:
    chosen = np.zeros((len(vectors), len(index._statements)), bool)
    if index._screen is not None:
        np.put_along_axis(chosen, index._screen.nearest(vectors, count), True, 1)
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--claims", type=int, default=2700)
    parser.add_argument("--essays", type=Path)
    parser.add_argument("--entries", type=Path)
    parser.add_argument("--count", type=int, default=200, help="of entries")
    parser.add_argument("--model", type=Path, default=BUNDLED)
    options = parser.parse_args()
    model = StanceModel(options.model)
    essay = many_claims(options.claims, options.essays)
    found = articles(essay, options.entries, options.count)
    index = ClaimIndex(essay, model)
    texts = [entry_text(a.entry.title, a.entry.summary) for a in found]
    vectors = model.encode(texts, max_tokens=model.settings.max_entry_tokens)
    batches = np.split(vectors, range(BATCH, len(vectors), BATCH))
    bears = np.concatenate([1 - model.match(b, index._statements)[..., 0] for b in batches])
    kept = 1 - index.match(vectors)[0][..., 0] > 0
    thresholds = model.settings.thresholds
    levels = {
        "candidate": model.settings.candidate,
        "finding": thresholds.finding,
        "bears": thresholds.bears,
    }
    whole = bears[:, index._statement_of]
    print(f"{len(vectors)} entries, {len(essay.claims)} claims, {CANDIDATES} candidates an entry")
    for name, level in levels.items():
        hits = whole >= level
        print(
            f"  {name:9} {level:.2f}: {hits.sum(1).mean():6.1f} claims an entry,"
            f" {kept[hits].mean():.4f} of them survive"
        )
    print(f"shares of what is found at {thresholds.finding:.2f}, by number of candidates")
    cosine = vectors @ index._statements.T
    hits = bears >= thresholds.finding
    for count in filter(len(index._statements).__gt__, COUNTS):
        ways = {
            "screen": screened(index, vectors, count),
            "cosine": best(cosine, count),
            "at best": best(bears, count),
        }
        shares = ", ".join(f"{name} {chosen[hits].mean():.3f}" for name, chosen in ways.items())
        print(f"  {count:4}: {shares}")


if __name__ == "__main__":
    main()
