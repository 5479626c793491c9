r"""Exports a training checkpoint to the model directory that the product loads.

    python training/export.py --checkpoint checkpoints/judge/state.pt --base DIR \
        --out bot/judge/weights

Writes encoder.onnx (int8, dynamic, per channel, reduced range for CPUs without VNNI), head.npz and
tokenizer.json, and prints how far int8 strays from fp32. judge.json is written by calibrate.py.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import nn
from train import Matcher
from transformers import AutoTokenizer


class Encoder(nn.Module):
    """The half of the matcher that becomes a graph."""

    def __init__(self, matcher: Matcher) -> None:
        super().__init__()
        self.matcher = matcher

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.matcher.encode({"input_ids": input_ids, "attention_mask": attention_mask})


def feed_forward_outputs(graph: Path) -> list[str]:
    """The second matrix of each feed-forward block, which stays fp32 (10 MB in all).

    Its input is what GELU lets through: a few large values among many near zero, which one int8
    scale cannot hold. Keeping it halves the distance of int8 to fp32.
    """
    nodes = onnx.load(str(graph)).graph.node
    return [
        node.name
        for node in nodes
        if node.op_type == "MatMul" and re.search(r"layer\.\d+/output/dense", node.name)
    ]


def weights(checkpoint: str, blend: str, share: float) -> dict[str, torch.Tensor]:
    """The checkpoint's weights, averaged with an earlier one's of the same line of training.

    The average of two points on one path is often better on entries never seen than either.
    """
    last: dict[str, torch.Tensor] = torch.load(checkpoint, weights_only=True)["model"]
    if not blend:
        return last
    first = torch.load(blend, weights_only=True)["model"]
    return {
        name: share * value + (1 - share) * first[name] if value.is_floating_point() else value
        for name, value in last.items()
    }


def write_int8(module: nn.Module, sample: dict[str, torch.Tensor], output: str, path: Path) -> None:
    """The module as an int8 graph. ``sample`` names its inputs in order, shape (batch, tokens).

    Dynamic, per channel, with reduced range for CPUs without VNNI.
    """
    names, sizes = list(sample), {0: "batch", 1: "tokens"}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain, prepared = Path(folder) / "plain.onnx", Path(folder) / "prepared.onnx"
        torch.onnx.export(
            module,
            tuple(sample.values()),
            str(plain),
            dynamo=False,
            opset_version=17,
            input_names=names,
            output_names=[output],
            dynamic_axes={**dict.fromkeys(names, sizes), output: {0: "batch"}},
        )
        quant_pre_process(str(plain), str(prepared), skip_symbolic_shape=True)
        quantize_dynamic(
            str(prepared),
            str(path),
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=feed_forward_outputs(prepared),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--blend", default="", help="an earlier checkpoint to average with")
    parser.add_argument("--share", type=float, default=0.7, help="of --checkpoint in the average")
    parser.add_argument("--base", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    matcher = Matcher(args.base, attention="eager")
    matcher.load_state_dict(weights(args.checkpoint, args.blend, args.share))
    matcher.eval()
    tokenizer = AutoTokenizer.from_pretrained(args.base)
    sample = tokenizer(
        ["Kyiv accepts the plan.", "Talks end without agreement, mediators say."],
        padding=True,
        return_tensors="pt",
    )
    inputs = {name: sample[name] for name in ("input_ids", "attention_mask")}
    encoder = Encoder(matcher)
    write_int8(encoder, inputs, "embedding", out / "encoder.onnx")
    with torch.no_grad():
        full = encoder(**inputs).numpy()
    session = ort.InferenceSession(str(out / "encoder.onnx"))
    small = session.run(None, {name: value.numpy() for name, value in inputs.items()})[0]
    print("cosine of int8 to fp32:", (full * small).sum(-1))
    np.savez(
        out / "head.npz",
        hidden_weight=matcher.hidden.weight.detach().numpy(),
        hidden_bias=matcher.hidden.bias.detach().numpy(),
        output_weight=matcher.output.weight.detach().numpy(),
        output_bias=matcher.output.bias.detach().numpy(),
    )
    shutil.copy(Path(args.base) / "tokenizer.json", out / "tokenizer.json")


if __name__ == "__main__":
    main()
