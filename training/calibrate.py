"""Chooses temperature and thresholds on held-out entries, writes judge.json, prints all figures.

    python training/calibrate.py --data DIR --claims ESSAY.toml --model bot/judge/weights

Held out from training by the hash of their group: a tenth of the real entries of split train and
a fifth of the contrast cases. The dev split is only measured. Everything is scored by the exported
int8 model, through the product's own code.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

import metrics
from material import EssayText
from train import MAX_CLAIM_TOKENS, MAX_ENTRY_TOKENS, load_corpus

from bot.judge.claim_index import ClaimIndex, lean_on
from bot.judge.stance_model import FORMAT_VERSION, StanceModel
from bot.model import Claim, Essay, Indicator, Kind, Stance

TEMPERATURES = [round(0.6 + 0.05 * step, 2) for step in range(49)]
WEIGHTS = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0]
SIDES = ("supports", "contradicts")
FINDING = 0.2
# Precision that a threshold must reach on held-out real entries, stream negatives mixed in at the
# rate at which a newsroom's feeds carry them.
ALERT_PRECISION = 0.85
DIRECTION_PRECISION = 0.87
# Below this the indicators do not speak plainly for a side (see Thresholds.lean). On held-out
# entries it takes out half of the wrong directions and a tenth to a third of the right ones.
LEAN = 0.10


def write(
    out: Path, name: str, temperature: float, weight: float, thresholds: dict[str, float]
) -> None:
    settings = {
        "format_version": FORMAT_VERSION,
        "name": name,
        "max_entry_tokens": MAX_ENTRY_TOKENS,
        "max_claim_tokens": MAX_CLAIM_TOKENS,
        "temperature": round(temperature, 3),
        "indicator_weight": round(weight, 3),
        "thresholds": {k: round(float(v), 3) for k, v in thresholds.items()},
    }
    (out / "judge.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def as_essay(text: EssayText) -> Essay:
    """The same claims and indicators as the product's own value."""
    claims = []
    for claim_id, statement in zip(text.claim_ids, text.statements, strict=True):
        sides: dict[str, tuple[Indicator, ...]] = {
            side: tuple(
                Indicator(words, Stance(side))
                for owner, stance, words in text.indicators
                if (owner, stance) == (claim_id, side)
            )
            for side in ("supports", "contradicts")
        }
        claims.append(
            Claim(
                claim_id, claim_id, Kind.ASSESSMENT, (0,), statement,
                supported_by=sides["supports"], contradicted_by=sides["contradicts"],
            )
        )  # fmt: skip
    return Essay(text.name, text.name, "", date.min, "", (), (), tuple(claims))


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """The softmax at another temperature than 1."""
    powers = np.maximum(probabilities, 1e-12) ** (1 / temperature)
    return powers / powers.sum(-1, keepdims=True)


def log_loss(probabilities: np.ndarray, targets: np.ndarray, counted: np.ndarray) -> float:
    """Mean negative log-likelihood of the targets where ``counted``."""
    picked = np.take_along_axis(probabilities, np.maximum(targets, 0)[..., None], -1)[..., 0]
    return float(-np.log(np.maximum(picked, 1e-9))[counted].mean())


def lowest_at(scores: np.ndarray, right: np.ndarray, precision: float) -> float:
    """The lowest threshold above which that share is right; 0.99 where there is none."""
    order = np.argsort(-scores, kind="stable")
    good = np.cumsum(right[order]) / np.arange(1, len(order) + 1) >= precision
    return float(scores[order][np.flatnonzero(good)[-1]]) if good.any() else 0.99


def stances(p: np.ndarray, leaning: np.ndarray, t: dict[str, float]) -> np.ndarray:
    """The stance that the product would take, an index into material.STANCES; 0 below ``bears``."""
    bears = 1 - p[..., 0]
    side = np.where(p[..., 2] >= p[..., 3], 2, 3)
    share = np.maximum(p[..., 2], p[..., 3])
    needed = np.where(side == 2, t["supports"], t["contradicts"])
    signed = np.where(side == 2, leaning, -leaning)
    unsure = (p[..., 1] > share) | (share < needed * bears) | (signed < t["lean"])
    stance = np.where(unsure, 1, side)
    return np.where(bears >= t["bears"], stance, 0)


def at_thresholds(
    p: np.ndarray, leaning: np.ndarray, targets: np.ndarray, t: dict[str, float]
) -> str:
    """What the product would do with these: precision and recall of alerts, direction, flips."""
    told, counted, true = stances(p, leaning, t), targets >= 0, targets > 0
    alerts, directed = (told > 0) & counted, (told >= 2) & counted
    goal = counted & (targets >= 2)
    flips = directed & (targets >= 2) & (told != targets)
    against = directed & (told == 3)
    empty = (~true & counted).all(-1)

    def share(part: np.ndarray, whole: np.ndarray) -> str:
        return f"{part.sum() / whole.sum():.3f}" if whole.any() else "-"

    return (
        f"bears-on P {share(alerts & true, alerts)} R {share(alerts & true, true & counted)} | "
        f"direction P {share(directed & (told == targets), directed)} "
        f"R {share(directed & (told == targets), goal)} | flips {flips.sum()}/{goal.sum()} | "
        f"contradicts {(against & (targets == 3)).sum()} right of {against.sum()} called, "
        f"{(goal & (targets == 3)).sum()} there | entries without a label that alert "
        f"{alerts[empty].any(-1).mean():.4f}"
    )


def shares(
    p: np.ndarray, leaning: np.ndarray, targets: np.ndarray, side: int, bears: float
) -> tuple[np.ndarray, np.ndarray]:
    """Of what bears and leans to ``side``: the side's share, and whether that stance is right."""
    other = 5 - side
    called = (
        (1 - p[..., 0] >= bears)
        & (targets >= 0)
        & (p[..., side] > p[..., other])
        & (p[..., side] >= p[..., 1])
        & ((leaning if side == 2 else -leaning) >= LEAN)
    )
    return (p[..., side] / (1 - p[..., 0] + 1e-9))[called], (targets == side)[called]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--claims", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--name", default="claimwire-judge-1")
    parser.add_argument("--leave-out", default="")
    args = parser.parse_args()
    out = Path(args.model)
    corpus = load_corpus(args)
    write(out, args.name, 1.0, 0.0, dict.fromkeys(("finding", "bears", "lean", *SIDES), 0.5))
    model = StanceModel(out)
    sets = dict(corpus.sets)
    sets["negatives"] = corpus.negatives[::12]
    raw, leaning = {}, {}
    for name, items in sets.items():
        index = ClaimIndex(as_essay(corpus.essays[items[0].essay]), model)
        vectors = model.encode([i.text for i in items], max_tokens=MAX_ENTRY_TOKENS)
        raw[name], leaning[name] = index.match(vectors)
    goal = {n: np.array([i.targets for i in items]) for n, items in sets.items()}
    held = ("held_real", "held_contrast", "held_cases")

    def loss(temperature: float, weight: float, *, directed: bool) -> float:
        total = 0.0
        for n in held:
            p = lean_on(tempered(raw[n], temperature), leaning[n], weight)
            total += log_loss(p, goal[n], goal[n] >= (2 if directed else 0))
        return total

    temperature = min(TEMPERATURES, key=lambda t: loss(t, 0.0, directed=False))
    weight = min(WEIGHTS, key=lambda w: loss(temperature, w, directed=True))
    p = {n: lean_on(tempered(raw[n], temperature), leaning[n], weight) for n in sets}

    # bears: real held-out entries with the stream's negatives.
    pool = ("held_real", "negatives")
    bears = np.concatenate([(1 - p[n][..., 0])[goal[n] >= 0] for n in pool])
    hits = np.concatenate([(goal[n] > 0)[goal[n] >= 0] for n in pool])
    thresholds = {"finding": FINDING, "bears": lowest_at(bears, hits, ALERT_PRECISION)}
    thresholds["lean"] = LEAN
    # A direction is chosen on authored entries as well: they are made to be mistaken, and real
    # ones hold too few contradictions.
    for name, side in (("supports", 2), ("contradicts", 3)):
        parts = [shares(p[n], leaning[n], goal[n], side, thresholds["bears"]) for n in held]
        thresholds[name] = lowest_at(
            np.concatenate([share for share, _right in parts]),
            np.concatenate([right for _share, right in parts]),
            DIRECTION_PRECISION,
        )
    write(out, args.name, temperature, weight, thresholds)
    print(f"temperature {temperature:.2f}, indicator weight {weight:g}, thresholds", end="")
    print("".join(f" {name} {value:.3f}" for name, value in thresholds.items()))
    for n in sets:
        print(f"{n:15}", metrics.line(metrics.summary(p[n], goal[n])))
        if n != "negatives":
            print(" " * 15, at_thresholds(p[n], leaning[n], goal[n], thresholds))
        else:
            alerts = ((1 - p[n][..., 0]) >= thresholds["bears"]).any(-1)
            print(
                " " * 15,
                f"stream entries off the subject that alert: {alerts.mean():.4f} of {len(alerts)}",
            )


if __name__ == "__main__":
    main()
