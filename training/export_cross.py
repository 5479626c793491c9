r"""Exports a checkpoint of train_cross.py to a directory in the usual layout of ONNX pair models.

    python training/export_cross.py --checkpoint checkpoints/cross/state.pt --base DIR \
        --claims bot/essay/bundled/putins_true_intentions.toml --out bot/judge/weights/cross

Writes model.onnx (int8, see export.py), tokenizer.json, which knows how a pair is cut, and
config.json with id2label, and prints how far int8 strays from fp32 on our own cases.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import material
import numpy as np
import onnxruntime as ort
import torch
from export import write_int8
from tokenizers import Tokenizer
from train import load_bundled
from train_cross import MAX_PAIR_TOKENS, CrossEncoder
from transformers import AutoConfig

CHECKED = 300  # pairs
THREADS = 2


def check_pairs(claims: Path, count: int) -> list[tuple[str, str]]:
    """Our own cases, evenly taken, each with a claim that is labelled on it, else with any."""
    essay = load_bundled(claims)
    cases = [
        e for path in sorted(material.CASES.glob("*.jsonl")) for e in material.read_jsonl(path)
    ]
    pairs = []
    for number, case in enumerate(cases[:: max(1, len(cases) // count)]):
        labelled = [essay.claim_ids.index(label["claim"]) for label in case["labels"]]
        place = labelled[0] if labelled else number % len(essay.statements)
        pairs.append((material.entry_text(case), essay.statements[place]))
    return pairs


def pair_inputs(tokenizer: Tokenizer, pair: tuple[str, str]) -> dict[str, torch.Tensor]:
    encoding = tokenizer.encode(*pair)
    values = {
        "input_ids": encoding.ids,
        "attention_mask": encoding.attention_mask,
        "token_type_ids": encoding.type_ids,
    }
    return {name: torch.tensor([row]) for name, row in values.items()}


def compare(model: CrossEncoder, out: Path, claims: Path) -> None:
    tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = ort.InferenceSession(str(out / "model.onnx"), options)
    full, small = [], []
    for pair in check_pairs(claims, CHECKED):
        inputs = pair_inputs(tokenizer, pair)
        with torch.no_grad():
            full.append(model(**inputs).softmax(-1)[0].numpy())
        logits = session.run(None, {name: value.numpy() for name, value in inputs.items()})[0]
        small.append(torch.tensor(logits).softmax(-1)[0].numpy())
    apart = np.abs(np.array(full) - np.array(small)).max(-1)
    same = np.array(full).argmax(-1) == np.array(small).argmax(-1)
    print(
        f"int8 against fp32 on {len(full)} pairs: the same stance in {same.mean():.3f},"
        f" probabilities apart by {apart.mean():.3f} on average, {np.quantile(apart, 0.95):.3f} at"
        f" the 95th percentile, {apart.max():.3f} at most"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--base", required=True)
    parser.add_argument("--claims", required=True, help="the bundled essay's TOML file")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(THREADS)
    model = CrossEncoder(args.base, attention="eager")
    model.load_state_dict(torch.load(args.checkpoint, weights_only=True)["model"])
    model.eval()
    tokenizer = Tokenizer.from_file(str(Path(args.base) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_PAIR_TOKENS, strategy="only_first")
    tokenizer.save(str(out / "tokenizer.json"))
    sample = pair_inputs(tokenizer, ("Kyiv accepts the plan.", "Kyiv accepts a ceasefire."))
    write_int8(model, sample, "logits", out / "model.onnx")
    labels = dict(enumerate(material.STANCES))
    base = AutoConfig.from_pretrained(args.base)
    config = {
        "model_type": base.model_type,
        "num_hidden_layers": base.num_hidden_layers,
        "hidden_size": base.hidden_size,
        "max_position_embeddings": base.max_position_embeddings,
        "id2label": {str(number): name for number, name in labels.items()},
        "label2id": {name: number for number, name in labels.items()},
    }
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    compare(model, out, Path(args.claims))


if __name__ == "__main__":
    main()
