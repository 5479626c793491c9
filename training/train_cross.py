r"""Trains the cross-encoder that reads an entry and a claim together and settles the direction.

    python training/train_cross.py --data DIR --base DIR_WITH_all-MiniLM-L6-v2 \
        --claims bot/essay/bundled/putins_true_intentions.toml \
        --start checkpoints/judge/state.pt --out checkpoints/cross

Its pairs are: general claim/evidence pairs first (``nli/train``; entailment counts as supports,
contradiction as contradicts, neutral as either of none and update), then every labelled entry with
its own claims, with the claims that the bi-encoder of ``--start`` wrongly finds nearest, with the
editor's wording of the indicator, and with the wording that belongs to the other member of its
minimal pair. It begins with the encoder of ``--start``.

The run saves every few hundred steps and resumes there.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import material
import torch
from checkpoint import Checkpoint
from torch import nn
from torch.nn import functional as F
from train import MAX_ENTRY_TOKENS, Corpus, Matcher, load_corpus
from transformers import AutoModel, AutoTokenizer

MAX_PAIR_TOKENS = 112
WIDTH = 256
DROPOUT = 0.1
SAVE_EVERY = 250
NONE, UPDATE, SUPPORTS, CONTRADICTS = range(4)
EITHER = 4  # "neutral" of the general sets: none or update
NLI_LABELS = {"entail": SUPPORTS, "contradict": CONTRADICTS, "neutral": EITHER}
# How many pairs of each general set are drawn; their licences allow weights to be given away.
NLI_SETS = {
    "vitaminc_real": 10_000,
    "vitaminc_synthetic": 3_000,
    "cad_nli": 3_000,
    "snli_devtest": 3_000,
    "taxinli_mnli": 3_000,
    "new_protocols": 2_000,
    "fm2": 1_000,
    "fever_symmetric": 800,
    "factcheckgpt": 600,
}
HARD_NEGATIVES = 3  # claims an entry
WEIGHTS = {NONE: 0.6, UPDATE: 1.0, SUPPORTS: 1.0, CONTRADICTS: 1.4, EITHER: 0.6}


@dataclass(frozen=True)
class Pair:
    """A text, a claim or proposition, and which way the one counts for the other."""

    text: str
    claim: str
    target: int


class CrossEncoder(nn.Module):
    """Logits of shape (pairs, 4) from the tokens of both texts read together."""

    def __init__(self, base: str, attention: str = "sdpa") -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(base, attn_implementation=attention)
        width = self.encoder.config.hidden_size
        self.hidden = nn.Linear(2 * width, WIDTH)
        self.dropout = nn.Dropout(DROPOUT)
        self.output = nn.Linear(WIDTH, len(material.STANCES))

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor,
    ) -> torch.Tensor:
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * mask).sum(1) / mask.sum(1).clamp(min=1)
        pooled = torch.cat([mean, states[:, 0]], dim=-1)
        return self.output(self.dropout(F.gelu(self.hidden(pooled), approximate="tanh")))


def tokens(tokenizer, pairs: list[Pair], device: str) -> dict[str, torch.Tensor]:
    """The entry first, and it alone is cut where the pair is too long."""
    batch = tokenizer(
        [p.text for p in pairs],
        [p.claim for p in pairs],
        padding=True,
        truncation="only_first",
        max_length=MAX_PAIR_TOKENS,
        return_tensors="pt",
    )
    return {k: v.to(device) for k, v in batch.items()}


def general_pairs(root: Path, seed: int) -> list[Pair]:
    """Shuffled; premises and hypotheses of more than some hundred words are left out."""
    rng, pairs = random.Random(seed), []
    for name, count in NLI_SETS.items():
        with gzip.open(root / "nli" / "train" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as rows:
            found = [json.loads(row) for row in rows]
        found = [r for r in found if len(r["premise"]) <= 500 and len(r["hypothesis"]) <= 200]
        pairs += [
            Pair(r["premise"], r["hypothesis"], NLI_LABELS[r["label"]])
            for r in rng.sample(found, min(count, len(found)))
        ]
    rng.shuffle(pairs)
    return pairs


class Miner:
    """Finds the claims that a bi-encoder takes for borne upon."""

    def __init__(self, base: str, start: str, tokenizer, device: str) -> None:
        self.tokenizer, self.device = tokenizer, device
        self.model = Matcher(base).to(device)
        state = torch.load(start, map_location=device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.model.eval()

    @torch.no_grad()
    def encode(self, texts: list[str]) -> torch.Tensor:
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        result = torch.empty(len(texts), self.model.encoder.config.hidden_size)
        for begin in range(0, len(texts), 64):
            rows = order[begin : begin + 64]
            batch = self.tokenizer(
                [texts[r] for r in rows], padding=True, truncation=True,
                max_length=MAX_ENTRY_TOKENS, return_tensors="pt",
            )  # fmt: skip
            batch = {k: v.to(self.device) for k, v in batch.items() if k != "token_type_ids"}
            result[rows] = self.model.encode(batch).cpu()
        return result.to(self.device)

    @torch.no_grad()
    def bears(self, texts: list[str], statements: tuple[str, ...]) -> torch.Tensor:
        """Probabilities of any stance, shape (texts, claims)."""
        v, u = self.encode(list(statements)), self.encode(texts)
        parts = [self.model.match(u[i : i + 64], v).softmax(-1) for i in range(0, len(u), 64)]
        return 1 - torch.cat(parts)[..., 0].cpu()


def domain_pairs(corpus: Corpus, miner: Miner, seed: int) -> list[Pair]:
    """Labelled entries with their own claims, hard negatives and indicators' wordings."""
    rng, pairs = random.Random(seed), []
    by_essay: dict[str, list[material.Item]] = defaultdict(list)
    for item in corpus.train:
        if item.source != "indicator":
            by_essay[item.essay].append(item)
    for name, items in by_essay.items():
        essay = corpus.essays[name]
        bears = miner.bears([i.text for i in items], essay.statements)
        for item, scores in zip(items, bears, strict=True):
            pairs += [
                Pair(item.text, essay.statements[n], target)
                for n, target in enumerate(item.targets)
                if target > 0
            ]
            wrong = [n for n in scores.argsort(descending=True).tolist() if item.targets[n] == 0]
            # Real entries mostly bear on nothing: one negative each keeps them from drowning the
            # authored ones.
            few = 1 if item.source == "real" and max(item.targets) <= 0 else HARD_NEGATIVES
            pairs += [Pair(item.text, essay.statements[n], NONE) for n in wrong[:few]]
        pairs += wording_pairs(essay, items)
    away = rng.sample(corpus.negatives, min(6000, len(corpus.negatives)))
    statements = corpus.essays["bundled"].statements
    bears = miner.bears([i.text for i in away], statements)
    for row in bears.max(-1).values.argsort(descending=True)[:800].tolist():
        pairs.append(Pair(away[row].text, statements[int(bears[row].argmax())], NONE))
    return pairs


def wording_pairs(essay: material.EssayText, items: list[material.Item]) -> list[Pair]:
    """An entry with the wording of what it reports, and with that of its pair's other member."""
    groups: dict[str, list[material.Item]] = defaultdict(list)
    for item in items:
        groups[item.group].append(item)
    pairs = []
    for item in items:
        for claim, wording in item.labels:
            if not wording:
                continue
            place = essay.claim_ids.index(claim)
            pairs.append(Pair(item.text, wording, SUPPORTS))
            for twin in groups[item.group]:
                if twin is item:
                    continue
                there = twin.targets[place]
                if {there, item.targets[place]} == {SUPPORTS, CONTRADICTS}:
                    pairs.append(Pair(twin.text, wording, CONTRADICTS))
                elif there == NONE:
                    pairs.append(Pair(twin.text, wording, EITHER))
    return pairs


def batches(pairs: list[Pair], size: int, rng: random.Random) -> list[list[Pair]]:
    """Shuffled; within stretches of 16 batches sorted by length, since padding costs."""
    order = pairs[:]
    rng.shuffle(order)
    result = []
    for begin in range(0, len(order), 16 * size):
        part = sorted(order[begin : begin + 16 * size], key=lambda p: len(p.text) + len(p.claim))
        result += [part[i : i + size] for i in range(0, len(part), size)]
    rng.shuffle(result)
    return result


def loss_of(logits: torch.Tensor, batch: list[Pair], smoothing: float) -> torch.Tensor:
    """Weighted cross-entropy; for EITHER the probability of none or update."""
    logs = F.log_softmax(logits, -1)
    either = torch.logsumexp(logs[:, [NONE, UPDATE]], -1, keepdim=True)
    logs = torch.cat([logs, either], -1)
    target = torch.tensor([p.target for p in batch], device=logits.device)
    weight = torch.tensor([WEIGHTS[p.target] for p in batch], device=logits.device)
    picked = logs.gather(1, target[:, None])[:, 0]
    spread = logs[:, :4].mean(-1)
    each = -((1 - smoothing) * picked + smoothing * spread)
    return (each * weight).sum() / weight.sum()


class Trainer:
    def __init__(self, args: argparse.Namespace, corpus: Corpus) -> None:
        self.args, self.corpus = args, corpus
        self.out = Path(args.out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.tokenizer = AutoTokenizer.from_pretrained(args.base)
        self.model = CrossEncoder(args.base).to(self.device)
        state = torch.load(args.start, map_location=self.device, weights_only=True)["model"]
        own = {k: v for k, v in state.items() if k.startswith("encoder.")}
        self.model.load_state_dict(own, strict=False)
        miner = Miner(args.base, args.start, self.tokenizer, self.device)
        domain = domain_pairs(corpus, miner, args.seed)
        general = general_pairs(Path(args.data), args.seed)
        rng = random.Random(args.seed)
        self.plan = batches(general[: args.general], args.batch, rng)
        self.first = len(self.plan)
        for epoch in range(args.epochs):
            # A little of the general pairs stays in, or they are forgotten.
            extra = general[epoch * 800 : (epoch + 1) * 800]
            self.plan += batches(domain + extra, args.batch, rng)
        self.checks = self.check_pairs(miner)
        print(
            f"{len(general)} general pairs, {len(domain)} of the domain, {len(self.plan)} steps,"
            f" {self.first} of them general; {self.device}",
            flush=True,
        )
        head = [p for n, p in self.model.named_parameters() if not n.startswith("encoder")]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": self.model.encoder.parameters(), "lr": args.lr},
                {"params": head, "lr": args.head_lr},
            ],
            weight_decay=0.01,
        )
        warm = max(1, len(self.plan) // 25)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer,
            lambda s: min(1.0, (s + 1) / warm) * max(0.02, 1 - s / len(self.plan)),
        )

    def check_pairs(self, miner: Miner) -> dict[str, list[Pair]]:
        """Of each held-out set the labelled pairs and each entry's nearest wrong claim."""
        checks = {}
        for name, items in self.corpus.sets.items():
            essay = self.corpus.essays[items[0].essay]
            bears = miner.bears([i.text for i in items], essay.statements)
            pairs = []
            for item, scores in zip(items, bears, strict=True):
                pairs += [
                    Pair(item.text, essay.statements[n], target)
                    for n, target in enumerate(item.targets)
                    if target > 0
                ]
                wrong = [n for n in scores.argsort(descending=True).tolist() if not item.targets[n]]
                if wrong and scores[wrong[0]] > 0.1:
                    pairs.append(Pair(item.text, essay.statements[wrong[0]], NONE))
            checks[name] = pairs
        return checks

    @torch.no_grad()
    def probabilities(self, pairs: list[Pair]) -> torch.Tensor:
        self.model.eval()
        order = sorted(range(len(pairs)), key=lambda i: len(pairs[i].text))
        result = torch.empty(len(pairs), 4)
        for begin in range(0, len(pairs), 64):
            rows = order[begin : begin + 64]
            batch = tokens(self.tokenizer, [pairs[r] for r in rows], self.device)
            result[rows] = self.model(**batch).softmax(-1).cpu()
        return result

    def evaluate(self) -> None:
        for name, pairs in self.checks.items():
            p = self.probabilities(pairs)
            goal = torch.tensor([x.target for x in pairs])
            directed = goal >= SUPPORTS
            side = torch.where(p[:, 2] >= p[:, 3], SUPPORTS, CONTRADICTS)
            told = p.argmax(-1)
            called, right = told >= SUPPORTS, (told == goal).float()
            sided = (side == goal)[directed].float().mean()
            print(
                f"  {name:16} pairs {len(pairs)} right {right.mean():.3f} | of"
                f" {int(directed.sum())} directed: side {sided:.3f}"
                f" | called {int(called.sum())}, right {right[called].mean():.3f}",
                flush=True,
            )

    def run(self) -> None:
        checkpoint = Checkpoint(self.out, self.model, self.optimizer, self.schedule)
        first = checkpoint.resume(self.device)
        total, began = 0.0, time.monotonic()
        for step in range(first, len(self.plan)):
            self.model.train()
            torch.manual_seed(self.args.seed * 100_000 + step)
            batch = self.plan[step]
            loss = loss_of(
                self.model(**tokens(self.tokenizer, batch, self.device)), batch, self.args.smoothing
            )
            self.optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.schedule.step()
            total += loss.item()
            done = step + 1
            if done % 50 == 0:
                pace = (time.monotonic() - began) / (done - first)
                print(
                    f"step {done}/{len(self.plan)} loss {total / 50:.4f} {pace:.2f} s", flush=True
                )
                total = 0.0
            if done % SAVE_EVERY == 0 or done == len(self.plan):
                checkpoint.save(done)
            if done == len(self.plan) or done == self.first or done % (2 * SAVE_EVERY) == 0:
                self.evaluate()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True, help="folder with news/, essays/ and nli/")
    parser.add_argument("--claims", required=True, help="the bundled essay's TOML file")
    parser.add_argument("--base", required=True, help="folder of the base model")
    parser.add_argument("--start", required=True, help="checkpoint of train.py to begin with")
    parser.add_argument("--out", required=True, help="folder for checkpoints")
    parser.add_argument("--general", type=int, default=24_000, help="general pairs before all else")
    parser.add_argument("--epochs", type=int, default=4, help="over the domain's pairs")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--lr", type=float, default=1e-4)
    parser.add_argument("--head-lr", type=float, default=5e-4)
    parser.add_argument("--smoothing", type=float, default=0.05)
    parser.add_argument("--leave-out", default="", help="essays kept unseen, comma separated")
    parser.add_argument("--leave-claims", default="", help="claims kept unseen, comma separated")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    Trainer(args, load_corpus(args)).run()


if __name__ == "__main__":
    main()
