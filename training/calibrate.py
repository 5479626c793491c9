"""Fits what joins the readers, chooses thresholds, writes judge.json, prints every figure.

    python training/calibrate.py --data DIR --claims ESSAY.toml --model bot/judge/weights

Held out from training by the hash of their group: a tenth of the real entries of split train and
a fifth of the contrast cases and of our own. On these the temperature, the fusion and the
thresholds are fitted; the dev split is only measured. Everything is scored by the exported int8
models, through the product's own code. The table shows what each part adds.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent.parent))

import metrics
from material import EssayText, Item
from train import MAX_CLAIM_TOKENS, MAX_ENTRY_TOKENS, load_corpus

from bot.essay.loader import bundled
from bot.judge.claim_index import ClaimIndex
from bot.judge.embedded import worth_reading
from bot.judge.essay_head import EssayHead, shipped_head
from bot.judge.fusion import Fusion
from bot.judge.pair_model import PairModel
from bot.judge.stance_model import FORMAT_VERSION, StanceModel
from bot.model import Claim, Essay, Indicator, Kind, Stance
from bot.tuning import without_labels

TEMPERATURES = [round(0.6 + 0.05 * step, 2) for step in range(49)]
HELD = ("held_real", "held_contrast", "held_cases")
# Real news is what is judged; authored cases are made to be mistaken.
SET_WEIGHTS = {"held_real": 3.0, "held_contrast": 1.0, "held_cases": 1.0, "negatives": 1.0}
CANDIDATE = 0.04  # from here on the cross-encoder reads an entry and a claim
FINDING = 0.15
# Precision that is expected above a threshold.
ALERT_PRECISION = 0.85
REVIEW_PRECISION = 0.5
DIRECTION_PRECISION = 0.88
# Below this the indicators do not speak plainly for a side (see Thresholds.lean): a wrong
# contradiction costs most.
LEAN = 0.10
THRESHOLDS = ("finding", "review", "bears", "supports", "contradicts", "lean")
FUSED = ("bears", "direction")
UPDATE, SUPPORTS, CONTRADICTS = 1, 2, 3


def write(
    out: Path,
    name: str,
    temperature: float,
    thresholds: dict[str, float] | None = None,
    fusions: dict[str, Fusion] | None = None,
) -> None:
    """judge.json; what is not yet known stands there as a place holder."""
    chosen = thresholds or dict.fromkeys(THRESHOLDS, 0.5)
    joined = fusions or dict.fromkeys(("untaught", "taught"), Fusion((0, 1, 0), (1, 0, 0, 0, 0)))
    settings = {
        "format_version": FORMAT_VERSION,
        "name": name,
        "max_entry_tokens": MAX_ENTRY_TOKENS,
        "max_claim_tokens": MAX_CLAIM_TOKENS,
        "temperature": round(temperature, 3),
        "candidate": CANDIDATE,
        "thresholds": {k: round(float(v), 3) for k, v in chosen.items()},
        "fusion": {
            which: {part: [round(x, 4) for x in getattr(one, part)] for part in FUSED}
            for which, one in joined.items()
        },
    }
    (out / "judge.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def softmax(logits: np.ndarray) -> np.ndarray:
    """Over the last axis."""
    exponent = np.exp(logits - logits.max(-1, keepdims=True))
    return exponent / exponent.sum(-1, keepdims=True)


@dataclass
class Scored:
    """One set as both readers see it; all arrays (entries, claims, ...)."""

    goal: np.ndarray
    general: np.ndarray
    matched: np.ndarray
    leaning: np.ndarray
    rows: np.ndarray  # (candidates, 2): entry, claim
    read: np.ndarray  # (candidates, 4)

    def at(self, values: np.ndarray) -> np.ndarray:
        return values[self.rows[:, 0], self.rows[:, 1]]

    def fused(self, fusion: Fusion) -> np.ndarray:
        result = self.matched.copy()
        joined = fusion.join(self.at(self.matched), self.read, self.at(self.leaning))
        result[self.rows[:, 0], self.rows[:, 1]] = joined
        return result


def as_essay(text: EssayText) -> Essay:
    """The same claims and indicators as the product's own value."""
    if text.name == "bundled":
        return bundled()
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


def log_loss(probabilities: np.ndarray, targets: np.ndarray) -> float:
    """Mean negative log-likelihood of the targets that count."""
    picked = np.take_along_axis(probabilities, np.maximum(targets, 0)[..., None], -1)[..., 0]
    return float(-np.log(np.maximum(picked, 1e-9))[targets >= 0].mean())


def lowest_at(probabilities: np.ndarray, precision: float) -> float:
    """The lowest threshold at which that share of what lies above it is right, by the calibrated
    probabilities themselves: counts of some sixty entries would be far less steady."""
    ranked = np.sort(probabilities)[::-1]
    good = np.cumsum(ranked) / np.arange(1, len(ranked) + 1) >= precision
    return float(ranked[np.flatnonzero(good)[-1]]) if good.any() else 0.99


Names = tuple[str, ...]


def fit_fusion(sets: dict[str, Scored], names: Names) -> Fusion:
    """The weights of least log-loss over the candidates of these sets."""
    matched, read, leaning, goal, weight = [], [], [], [], []
    for name in names:
        s = sets[name]
        matched.append(s.at(s.matched))
        read.append(s.read)
        leaning.append(np.nan_to_num(s.at(s.leaning)))
        goal.append(s.at(s.goal))
        weight.append(np.full(len(s.rows), SET_WEIGHTS.get(name, 1.0)))
    p, q = (
        torch.tensor(np.concatenate(x), dtype=torch.float64).clamp(1e-6) for x in (matched, read)
    )
    lean = torch.tensor(np.concatenate(leaning), dtype=torch.float64)
    y, w = torch.tensor(np.concatenate(goal)), torch.tensor(np.concatenate(weight))
    odds = lambda x: torch.log((1 - x[:, 0]).clamp(1e-6) / x[:, 0].clamp(1e-6))  # noqa: E731
    shares = lambda x: torch.log(x[:, 1:] / x[:, 1:].sum(-1, keepdim=True))  # noqa: E731
    bears = torch.tensor([0.0, 0.7, 0.4], dtype=torch.float64, requires_grad=True)
    way = torch.tensor([0.6, 0.4, 2.0, 0.0, 0.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([bears, way], max_iter=400, line_search_fn="strong_wolfe")
    counted, hit = y >= 0, y > 0

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        told = bears[0] + bears[1] * odds(p) + bears[2] * odds(q)
        first = torch.nn.functional.binary_cross_entropy_with_logits(
            told[counted], hit[counted].double(), weight=w[counted], reduction="sum"
        )
        logits = way[0] * shares(p) + way[1] * shares(q)
        zero = torch.zeros_like(lean)
        logits = logits + torch.stack([zero, way[3] + way[2] * lean, way[4] - way[2] * lean], -1)
        each = torch.nn.functional.cross_entropy(logits[hit], y[hit] - 1, reduction="none")
        loss = (first + (each * w[hit]).sum()) / w.sum() + 1e-4 * (bears**2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return Fusion(tuple(bears.tolist()), tuple(way.tolist()))  # type: ignore[arg-type]


def stances(s: Scored, p: np.ndarray, t: dict[str, float]) -> np.ndarray:
    """The stance that the product would take, an index into material.STANCES; 0 below ``bears``."""
    bears = 1 - p[..., 0]
    side = np.where(p[..., SUPPORTS] >= p[..., CONTRADICTS], SUPPORTS, CONTRADICTS)
    share = np.maximum(p[..., SUPPORTS], p[..., CONTRADICTS])
    needed = np.where(side == SUPPORTS, t["supports"], t["contradicts"])
    other = np.zeros_like(side)
    other[s.rows[:, 0], s.rows[:, 1]] = np.where(
        s.read[:, SUPPORTS] >= s.read[:, CONTRADICTS], SUPPORTS, CONTRADICTS
    )
    unsure = (p[..., UPDATE] > share) | (share < needed)
    unsure |= (other != 0) & (other != side)
    unsure |= np.where(side == SUPPORTS, s.leaning, -s.leaning) < LEAN
    return np.where(bears >= t["bears"], np.where(unsure, UPDATE, side), 0)


def at_thresholds(s: Scored, p: np.ndarray, t: dict[str, float]) -> str:
    """What the product would do with these: precision and recall of alerts, direction, flips."""
    told, counted, true = stances(s, p, t), s.goal >= 0, s.goal > 0
    alerts, directed = (told > 0) & counted, (told >= SUPPORTS) & counted
    goal = counted & (s.goal >= SUPPORTS)
    flips = directed & (s.goal >= SUPPORTS) & (told != s.goal)
    against = directed & (told == CONTRADICTS)
    empty = (~true & counted).all(-1)

    def share(part: np.ndarray, whole: np.ndarray) -> str:
        return f"{part.sum() / whole.sum():.3f}" if whole.any() else "-"

    return (
        f"bears-on P {share(alerts & true, alerts)} R {share(alerts & true, true & counted)} | "
        f"direction P {share(directed & (told == s.goal), directed)} "
        f"R {share(directed & (told == s.goal), goal)} | flips {flips.sum()}/{goal.sum()} | "
        f"contradicts {(against & (s.goal == CONTRADICTS)).sum()} right of {against.sum()} called, "
        f"{(goal & (s.goal == CONTRADICTS)).sum()} there | entries without a label that alert "
        f"{alerts[empty].any(-1).mean():.4f}"
    )


def called(s: Scored, p: np.ndarray, side: int, bears: float) -> np.ndarray:
    """The probability of ``side``, of what is told and leans to it."""
    open_thresholds = {"bears": bears, "supports": 0.0, "contradicts": 0.0}
    return p[..., side][(stances(s, p, open_thresholds) == side) & (s.goal >= 0)]


def choose_thresholds(sets: dict[str, Scored], p: dict[str, np.ndarray]) -> dict[str, float]:
    # Real entries, with the stream's negatives at the rate at which feeds carry them.
    pool = ("held_real", "negatives")
    bears = np.concatenate([(1 - p[n][..., 0])[sets[n].goal >= 0] for n in pool])
    thresholds = {
        "finding": FINDING,
        "review": lowest_at(bears, REVIEW_PRECISION),
        "bears": lowest_at(bears, ALERT_PRECISION),
        "lean": LEAN,
    }
    # A direction is chosen on authored entries as well: they are made to be mistaken, and real
    # ones hold too few contradictions.
    for name, side in (("supports", SUPPORTS), ("contradicts", CONTRADICTS)):
        parts = [called(sets[n], p[n], side, thresholds["bears"]) for n in HELD]
        thresholds[name] = lowest_at(np.concatenate(parts), DIRECTION_PRECISION)
    return thresholds


class Scorer:
    """Scores sets by the exported models; keeps what does not change between two settings."""

    def __init__(self, directory: Path, texts: dict[str, EssayText]) -> None:
        self.model, self.cross = StanceModel(directory), PairModel(directory / "cross")
        self.essays = {name: as_essay(text) for name, text in texts.items()}
        self.indexes: dict[str, ClaimIndex] = {}
        self.raw: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}

    def encode(self, name: str, items: list[Item]) -> None:
        essay = items[0].essay
        if essay not in self.indexes:
            self.indexes[essay] = ClaimIndex(self.essays[essay], self.model)
        vectors = self.model.encode([i.text for i in items], max_tokens=MAX_ENTRY_TOKENS)
        self.raw[name] = (vectors, *self.indexes[essay].match(vectors))

    def score(
        self, name: str, items: list[Item], temperature: float, head: EssayHead | None
    ) -> Scored:
        vectors, scores, leaning = self.raw[name]
        general = tempered(scores, temperature).astype(np.float32)
        essay = self.essays[items[0].essay]
        matched = head.mix(general, vectors) if head and essay.id == bundled().id else general
        rows = np.argwhere(worth_reading(matched, self.model.settings))
        pairs = [(items[r].text, essay.claims[c].statement) for r, c in rows]
        read = softmax(self.cross.logits(pairs)) if pairs else np.zeros((0, 4), np.float32)
        return Scored(np.array([i.targets for i in items]), general, matched, leaning, rows, read)


def print_parts(sets: dict[str, Scored], fused: dict[str, np.ndarray], pool: Names) -> None:
    """What each part adds, per set, before thresholds."""
    mute = {n: replace(s, leaning=np.full_like(s.leaning, np.nan)) for n, s in sets.items()}
    without = fit_fusion(mute, pool)
    for name, s in sets.items():
        alone = s.general.copy()
        alone[..., 0], alone[..., 1:] = 1.0, 0.0
        alone[s.rows[:, 0], s.rows[:, 1]] = s.read
        parts = {
            "matcher": s.general,
            "matcher and head": s.matched,
            "cross-encoder": alone,
            "both, no indicators": mute[name].fused(without),
            "all": fused[name],
        }
        for part, p in parts.items():
            print(f"{name:15} {part:20}", metrics.line(metrics.summary(p, s.goal)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--claims", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--name", default="claimwire-judge-3")
    parser.add_argument("--leave-out", default="")
    parser.add_argument("--leave-claims", default="")
    args = parser.parse_args()
    out = Path(args.model)
    corpus = load_corpus(args)
    write(out, args.name, 1.0)
    scorer = Scorer(out, corpus.essays)
    items = {**corpus.sets, "negatives": corpus.negatives[::12]}
    for name, some in items.items():
        scorer.encode(name, some)
    goals = {n: np.array([i.targets for i in items[n]]) for n in HELD}
    temperature = min(
        TEMPERATURES,
        key=lambda t: sum(log_loss(tempered(scorer.raw[n][1], t), goals[n]) for n in HELD),
    )
    write(out, args.name, temperature)
    essay = bundled()
    head = shipped_head(essay, encoder=args.name, width=scorer.model.width)
    if head is None:
        raise SystemExit("no head fits this model: run fit_head.py first")
    pool = (*HELD, "negatives")
    # An essay without labels brings the head that its indicators make.
    plain = without_labels(essay, scorer.model, datetime.now(UTC))
    untaught = {n: scorer.score(n, items[n], temperature, plain) for n in pool}
    general = fit_fusion(untaught, pool)
    sets = {n: scorer.score(n, some, temperature, head) for n, some in items.items()}
    fusion = fit_fusion(sets, pool)
    fused = {n: s.fused(fusion) for n, s in sets.items()}
    thresholds = choose_thresholds(sets, fused)
    write(out, args.name, temperature, thresholds, {"untaught": general, "taught": fusion})
    print((out / "judge.json").read_text())
    print_parts(sets, fused, pool)
    for name, s in sets.items():
        if name != "negatives":
            print(f"{name:15}", at_thresholds(s, fused[name], thresholds))
    alerts = ((1 - fused["negatives"][..., 0]) >= thresholds["bears"]).any(-1)
    print(f"entries off the subject that alert: {alerts.mean():.4f} of {len(alerts)}")


if __name__ == "__main__":
    main()
