"""Trains the matching bi-encoder that says how an entry bears on a claim.

    python training/train.py --data DIR --claims bot/essay/bundled/putins_true_intentions.toml \
        --base DIR_WITH_all-MiniLM-L6-v2 --out checkpoints/judge

Entry and claim are encoded apart by one encoder; a small MLP over [u, v, u*v, |u-v|] says none /
update / supports / contradicts. Every batch is judged against all claims of its essay, so easy
negatives come free. A contrastive term pulls an entry towards the editors' wording of the
indicator that it met: at run time the nearest indicator is the reason that a verdict gives.

The run can be stopped at any time and resumes from ``--out`` at the last finished epoch.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

import material
import metrics
import torch
from checkpoint import Checkpoint
from torch import nn
from torch.nn import functional as F
from transformers import AutoModel, AutoTokenizer

MAX_ENTRY_TOKENS = 80
MAX_CLAIM_TOKENS = 48
HEAD_WIDTH = 256
HEAD_DROPOUT = 0.2
# Share of an entry's word pieces that are masked in training: there are few entries, and the model
# learns them by heart otherwise.
TOKEN_DROPOUT = 0.08
CONTRASTIVE_WEIGHT = 0.3
CONTRASTIVE_TEMPERATURE = 0.06


class Matcher(nn.Module):
    """Encoder and matching head. ``forward`` gives logits of shape (entries, claims, 4)."""

    def __init__(self, base: str, attention: str = "sdpa") -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(base, attn_implementation=attention)
        width = self.encoder.config.hidden_size
        self.hidden = nn.Linear(4 * width, HEAD_WIDTH)
        self.dropout = nn.Dropout(HEAD_DROPOUT)
        self.output = nn.Linear(HEAD_WIDTH, len(material.STANCES))

    def encode(self, tokens: dict[str, torch.Tensor]) -> torch.Tensor:
        """Mean-pooled, length-normalised embeddings, shape (texts, width)."""
        states = self.encoder(**tokens).last_hidden_state
        mask = tokens["attention_mask"].unsqueeze(-1).to(states.dtype)
        pooled = (states * mask).sum(1) / mask.sum(1).clamp(min=1)
        return F.normalize(pooled, dim=-1)

    def match(self, u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        # Scaled so that a unit vector's components are of order one for the head.
        scale = math.sqrt(u.shape[-1])
        left = (u * scale).unsqueeze(1).expand(-1, v.shape[0], -1)
        right = (v * scale).unsqueeze(0).expand(u.shape[0], -1, -1)
        features = torch.cat([left, right, left * right, (left - right).abs()], dim=-1)
        return self.output(self.dropout(F.gelu(self.hidden(features), approximate="tanh")))


@dataclass
class Corpus:
    essays: dict[str, material.EssayText]
    train: list[material.Item]
    negatives: list[material.Item]
    foreign: list[material.Item]
    sets: dict[str, list[material.Item]]


def load_bundled(path: Path) -> material.EssayText:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    claims = raw["claim"]
    return material.EssayText(
        "bundled",
        tuple(c["id"] for c in claims),
        tuple(" ".join(c["statement"].split()) for c in claims),
        tuple(
            (c["id"], stance, i["text"])
            for c in claims
            for side, stance in (("supported_by", "supports"), ("contradicted_by", "contradicts"))
            for i in c.get(side, ())
        ),
    )


def load_corpus(args: argparse.Namespace) -> Corpus:
    root = Path(args.data)
    bundled = load_bundled(Path(args.claims))
    essays, others = {"bundled": bundled}, {}
    for path in sorted((root / "essays").glob("*.json")):
        essay, items = material.load_other_essay(path)
        essays[essay.name], others[essay.name] = essay, items
    news_train, dev = material.load_news(bundled, root)
    left_out = set(args.leave_out.split(",")) if args.leave_out else set()
    # A tenth of the real and a fifth of the contrast cases calibrate and test, never train.
    held = lambda i: i.fold < (0.1 if i.source == "real" else 0.2)  # noqa: E731
    seen_essays = {n: items for n, items in others.items() if n not in left_out}
    kept = [i for i in news_train if not held(i)]
    train = list(kept)
    train += material.proposition_items(bundled, kept)
    for name, items in seen_essays.items():
        train += items + material.proposition_items(essays[name], items)
    known = {i.text for i in dev} | {i.text for i in news_train}
    unseen = set(args.leave_claims.split(",")) if args.leave_claims else set()
    places = [place for place, claim in enumerate(bundled.claim_ids) if claim in unseen]
    sets = {
        "dev": dev,
        "held_real": [i for i in news_train if i.source == "real" and held(i)],
        "held_contrast": [i for i in news_train if i.source == "contrast" and held(i)],
        "held_cases": [i for i in news_train if i.source == "case" and held(i)],
    }
    sets |= {f"unseen_{name}": others[name] for name in sorted(left_out)}
    if places:
        test = [
            i for name in ("dev", "held_real", "held_contrast", "held_cases") for i in sets[name]
        ]
        sets["unseen_claims"] = [material.only_claims(i, places) for i in test]
    unjudged = lambda items: [material.without_claims(i, places) for i in items]  # noqa: E731
    return Corpus(
        essays,
        unjudged(train),
        unjudged(material.load_negatives(bundled, root, known)),
        unjudged(material.foreign_items(bundled, seen_essays)),
        sets,
    )


class Trainer:
    def __init__(self, args: argparse.Namespace, corpus: Corpus) -> None:
        self.args, self.corpus = args, corpus
        self.out = Path(args.out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.tokenizer = AutoTokenizer.from_pretrained(args.base)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model = Matcher(args.base).to(self.device)
        if args.start:
            start = torch.load(args.start, map_location=self.device, weights_only=True)
            self.model.load_state_dict(start["model"])
        head = [p for n, p in self.model.named_parameters() if not n.startswith("encoder")]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": self.model.encoder.parameters(), "lr": args.lr},
                {"params": head, "lr": args.head_lr},
            ],
            weight_decay=0.01,
        )
        self.steps = sum(1 for _ in self.epoch_batches(0)) * args.epochs
        warm_up = max(1, self.steps // 20)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer,
            lambda step: min(1.0, (step + 1) / warm_up) * max(0.02, 1 - step / self.steps),
        )

    def epoch_batches(self, epoch: int) -> list[list[material.Item]]:
        rng = random.Random(f"{self.args.seed}:{epoch}")
        count = min(self.args.negatives, len(self.corpus.negatives))
        items = self.corpus.train + self.corpus.foreign
        items = items + rng.sample(self.corpus.negatives, count)
        return list(material.batches(items, self.args.batch, rng))

    def tokens(self, texts: list[str], limit: int) -> dict[str, torch.Tensor]:
        batch = self.tokenizer(
            texts, padding=True, truncation=True, max_length=limit, return_tensors="pt"
        )
        return {k: v.to(self.device) for k, v in batch.items() if k != "token_type_ids"}

    def masked(self, tokens: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The same with some word pieces masked; never the first, which marks the start."""
        ids = tokens["input_ids"]
        hidden = torch.rand(ids.shape, device=ids.device) < TOKEN_DROPOUT
        hidden[:, 0] = False
        return {**tokens, "input_ids": ids.masked_fill(hidden, self.tokenizer.mask_token_id)}

    def loss(self, batch: list[material.Item]) -> torch.Tensor:
        essay = self.corpus.essays[batch[0].essay]
        u = self.model.encode(self.masked(self.tokens([i.text for i in batch], MAX_ENTRY_TOKENS)))
        v = self.model.encode(self.tokens(list(essay.statements), MAX_CLAIM_TOKENS))
        logits = self.model.match(u, v)
        targets = torch.tensor([i.targets for i in batch], device=self.device)
        # Summed over claims, averaged over entries: one hit among 27 claims must not be
        # drowned by 26 easy negatives.
        loss = F.cross_entropy(
            logits.flatten(0, 1), targets.flatten(), ignore_index=material.IGNORE, reduction="sum"
        ) / len(batch)
        met = [n for n, i in enumerate(batch) if i.indicator and i.source != "indicator"]
        if len(met) > 1:
            words = [batch[n].indicator for n in met]
            w = self.model.encode(self.tokens(words, MAX_CLAIM_TOKENS))
            near = u[met] @ w.T / CONTRASTIVE_TEMPERATURE
            same = torch.tensor([words.index(x) for x in words], device=self.device)
            loss = loss + CONTRASTIVE_WEIGHT * F.cross_entropy(near, same)
        return loss

    def train_epoch(self, epoch: int) -> float:
        self.model.train()
        torch.manual_seed(self.args.seed * 1000 + epoch)
        batches, total, began = self.epoch_batches(epoch), 0.0, time.monotonic()
        for step, batch in enumerate(batches, 1):
            loss = self.loss(batch)
            self.optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.schedule.step()
            total += loss.item()
            if step % 50 == 0:
                pace = (time.monotonic() - began) / step
                print(
                    f"  epoch {epoch} step {step}/{len(batches)} loss {total / step:.4f} "
                    f"{pace:.2f} s/step",
                    flush=True,
                )
        return total / len(batches)

    @torch.no_grad()
    def score(self, items: list[material.Item]) -> torch.Tensor:
        """Probabilities of shape (items, claims, 4)."""
        self.model.eval()
        essay = self.corpus.essays[items[0].essay]
        v = self.model.encode(self.tokens(list(essay.statements), MAX_CLAIM_TOKENS))
        parts = []
        for start in range(0, len(items), 64):
            texts = [i.text for i in items[start : start + 64]]
            u = self.model.encode(self.tokens(texts, MAX_ENTRY_TOKENS))
            parts.append(self.model.match(u, v).softmax(-1))
        return torch.cat(parts)

    def evaluate(self) -> dict[str, dict[str, float]]:
        report = {}
        for name, items in self.corpus.sets.items():
            report[name] = metrics.summary(
                self.score(items).cpu().numpy(), [i.targets for i in items]
            )
            print(f"  {name:16}", metrics.line(report[name]), flush=True)
        return report

    def run(self) -> None:
        checkpoint = Checkpoint(self.out, self.model, self.optimizer, self.schedule)
        for epoch in range(checkpoint.resume(self.device), self.args.epochs):
            began = time.monotonic()
            loss = self.train_epoch(epoch)
            print(f"epoch {epoch} loss {loss:.4f} {time.monotonic() - began:.0f} s", flush=True)
            checkpoint.save(epoch + 1)
            report = self.evaluate()
            with (self.out / "log.jsonl").open("a") as log:
                log.write(json.dumps({"epoch": epoch, "report": report}) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True, help="folder with news/ and essays/")
    parser.add_argument("--claims", required=True, help="the bundled essay's TOML file")
    parser.add_argument("--base", required=True, help="folder of the base model")
    parser.add_argument("--out", required=True, help="folder for checkpoints")
    parser.add_argument("--start", default="", help="checkpoint whose weights to begin with")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--lr", type=float, default=8e-5)
    parser.add_argument("--head-lr", type=float, default=1e-3)
    parser.add_argument("--negatives", type=int, default=900, help="stream negatives per epoch")
    parser.add_argument("--leave-out", default="", help="essays kept unseen, comma separated")
    parser.add_argument("--leave-claims", default="", help="claims kept unseen, comma separated")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    corpus = load_corpus(args)
    trainer = Trainer(args, corpus)
    print(
        f"{len(corpus.train)} items, {len(corpus.foreign)} foreign, {trainer.steps} steps, "
        f"{trainer.device}",
        flush=True,
    )
    trainer.run()


if __name__ == "__main__":
    main()
