"""Fits the head that ships for the bundled essay, and prints what it changes.

    python training/fit_head.py --data DIR --claims ESSAY.toml --model bot/judge/weights

Fitted on the entries that trained the encoder, the essay's own indicators, and stream entries on
other subjects; penalty and share are chosen on the entries held out from both (``held_*`` of
train.load_corpus), weighing each set alike. The dev split is only measured, once, at the end.
Thresholds must be chosen anew by calibrate.py afterwards, with the head in place.
"""

from __future__ import annotations

import argparse
import random
import sys
import tomllib
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

import material
import metrics

from bot.essay.loader import load
from bot.judge.essay_head import EssayHead, Taught, pool, save_head, wording_of
from bot.judge.learning import SHARES, Lessons, background_lessons, indicator_lessons, log_loss
from bot.judge.regression import LEFT_OUT, Floats, fit, log_softmax, logits
from bot.judge.stance_model import StanceModel

PENALTIES = (30.0, 50.0, 100.0, 200.0)
NEGATIVES = 3000
HELD_REAL, HELD_AUTHORED = 0.1, 0.2  # as in train.load_corpus


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--claims", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, help="default: MODEL/heads/ESSAY_ID.npz")
    args = parser.parse_args()
    essay, model = load(args.claims), StanceModel(args.model)
    claims = tomllib.loads(args.claims.read_text(encoding="utf-8"))["claim"]
    text = material.EssayText(
        "bundled", tuple(c["id"] for c in claims), tuple(c["statement"] for c in claims)
    )

    def lessons(items: list[material.Item]) -> Lessons:
        vectors = model.encode([i.text for i in items], max_tokens=model.settings.max_entry_tokens)
        targets = np.array([i.targets for i in items], np.int64)
        return Lessons(vectors, np.where(targets == material.IGNORE, LEFT_OUT, targets))

    news, dev = material.load_news(text, args.data)
    held = [i for i in news if i.fold < (HELD_REAL if i.source == "real" else HELD_AUTHORED)]
    known = {i.text for i in (*news, *dev)}
    # Every twelfth is calibrate.py's, to count false alarms on.
    stream = [i for n, i in enumerate(material.load_negatives(text, args.data, known)) if n % 12]
    negatives = random.Random(1).sample(stream, min(NEGATIVES, len(stream)))
    kept = lessons([i for i in news if i not in set(held)])
    indicators = indicator_lessons(
        essay, lambda t: model.encode(t, max_tokens=model.settings.max_claim_tokens)
    )
    background = background_lessons(essay, lessons(negatives).vectors)
    sets = {
        f"held_{source}": lessons([i for i in held if i.source == source])
        for source in ("real", "contrast", "case")
    }
    statements = model.encode(
        [c.statement for c in essay.claims], max_tokens=model.settings.max_claim_tokens
    )
    general = {name: model.match(one.vectors, statements) for name, one in sets.items()}
    fitted = {p: fit(*parts(kept + indicators + background), penalty=p) for p in PENALTIES}

    def loss(penalty: float, share: float) -> float:
        return sum(
            float(log_loss(pool(general[n], own(one, fitted[penalty]), share), one.targets).mean())
            for n, one in sets.items()
        )

    penalty, share = min(((p, s) for p in PENALTIES for s in SHARES), key=lambda o: loss(*o))
    print(f"penalty {penalty:g}, share {share:g}: held-out log-loss {loss(penalty, share):.3f},")
    print(f"of the general judge alone {loss(penalty, 0.0):.3f}")
    head = EssayHead(
        model.settings.name,
        tuple(c.id for c in essay.claims),
        tuple(wording_of(c.statement) for c in essay.claims),
        *fitted[penalty],
        np.ones(len(essay.claims), bool),
        share,
        Taught(len(kept), int((kept.targets > 0).sum()), len(indicators), len(background)),
    )
    save_head(head, args.out or args.model / "heads" / f"{essay.id}.npz")
    for name, one in (*sets.items(), ("dev", lessons(dev))):
        raw = model.match(one.vectors, statements)
        goal = np.where(one.targets < 0, material.IGNORE, one.targets)
        for label, scores in (("general", raw), ("with head", head.mix(raw, one.vectors))):
            print(f"{name:14}{label:10}", metrics.line(metrics.summary(scores, goal.tolist())))


def parts(one: Lessons) -> tuple[Floats, np.ndarray]:
    return one.vectors, one.targets


def own(one: Lessons, fitted: tuple[Floats, Floats]) -> Floats:
    return log_softmax(logits(one.vectors, *fitted))


if __name__ == "__main__":
    main()
