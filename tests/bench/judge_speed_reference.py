"""The other side of judge_speed.py, run by an interpreter that has sentence-transformers.

    python judge_speed_reference.py BASE THREADS MAX_TOKENS

Reads pairs as one line of JSON; for each further line it judges them all and prints the seconds.
Its CrossEncoder is a BertForSequenceClassification around the trunk in BASE: its two-layer head
costs what ours does, which is next to nothing.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time

import torch
from sentence_transformers import CrossEncoder
from transformers import AutoModelForSequenceClassification, AutoTokenizer

LABELS = 4


def main() -> None:
    base, threads, max_tokens = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    with tempfile.TemporaryDirectory() as folder:
        AutoModelForSequenceClassification.from_pretrained(base, num_labels=LABELS).save_pretrained(
            folder
        )
        AutoTokenizer.from_pretrained(base).save_pretrained(folder)
        model = CrossEncoder(folder, max_length=max_tokens, device="cpu")
    pairs = [tuple(pair) for pair in json.loads(sys.stdin.readline())]
    model.predict(pairs[:32], show_progress_bar=False)
    for _line in sys.stdin:
        began = time.perf_counter()
        model.predict(pairs, show_progress_bar=False)
        print(time.perf_counter() - began, flush=True)


if __name__ == "__main__":
    main()
