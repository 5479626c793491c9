"""The judge's speed and memory, all in one run, on two threads, in alternating rounds.

    python tests/bench/judge_speed.py [--claims 2700] [--entries FILE.jsonl.gz] [--essays DIR]
        [--reference-python PYTHON --base DIR]

- Entries/s through judge() with the bundled essay's claims and with many.
- Pairs/s of the cross-encoder, against sentence-transformers' CrossEncoder on torch.
  --reference-python names an interpreter that has it, --base a folder with the trunk that the
  cross-encoder was trained from (the same layers, width, tokenizer and inputs).
- Resident memory of a process that only judges.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from judge_claims import many_claims
from judge_entries import articles

from bot.essay.loader import bundled
from bot.judge.pair_model import PairModel
from bot.judge.stance_model import BUNDLED
from bot.judge.text import entry_text
from bot.judges import load_embedded
from bot.model import Article

THREADS = 2
ROUNDS = 5
PAIRS = 192
MAX_TOKENS = 112
REFERENCE = Path(__file__).with_name("judge_speed_reference.py")


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def versus(name: str, one: list[float], other: list[float]) -> str:
    """Medians of each, and the median of the rounds' ratios."""
    ratios = [b / a for a, b in zip(one, other, strict=True)]
    return f"{name} {statistics.median(ratios):.2f} (rounds {min(ratios):.2f} to {max(ratios):.2f})"


def judging(options: argparse.Namespace) -> None:
    few = load_embedded(bundled(), options.model, threads=THREADS)
    began = time.perf_counter()
    many = load_embedded(
        many_claims(options.claims, options.essays), options.model, threads=THREADS
    )
    print(f"{options.claims} claims ready in {time.perf_counter() - began:.0f} s", flush=True)
    found = articles(few.essay, options.entries, options.count)
    times: dict[int, list[float]] = {0: [], 1: []}
    for _ in range(ROUNDS):
        for place, judge in enumerate((few, many)):
            times[place].append(seconds(lambda judge=judge: judge.judge(found)))  # type: ignore[misc]
    for place, judge in enumerate((few, many)):
        rate = len(found) / statistics.median(times[place])
        met = sum(len(judgement.findings) for judgement in judge.judge(found)) / len(found)
        print(
            f"  {len(judge.essay.claims):5} claims {rate:6.1f} entries/s, {met:.1f} findings each"
        )
    print(versus("  cost per entry, many to few:", times[0], times[1]))


def pairs_of(found: Sequence[Article]) -> list[tuple[str, str]]:
    """Each entry with some claims of the bundled essay."""
    statements = [claim.statement for claim in bundled().claims]
    texts = [entry_text(a.entry.title, a.entry.summary) for a in found]
    return [(texts[n % len(texts)], statements[n * 5 % len(statements)]) for n in range(PAIRS)]


def pairing(options: argparse.Namespace) -> None:
    pairs = pairs_of(articles(bundled(), options.entries, options.count))
    ours = PairModel(options.model / "cross", threads=THREADS)
    if not (options.reference_python and options.base):
        rate = PAIRS / statistics.median(seconds(lambda: ours.logits(pairs)) for _ in range(ROUNDS))
        print(f"  cross-encoder {rate:.1f} pairs/s")
        print("  sentence-transformers: skipped, needs --reference-python and --base")
        return
    command = [options.reference_python, str(REFERENCE), str(options.base), str(THREADS)]
    with subprocess.Popen(
        [*command, str(MAX_TOKENS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reference:
        assert reference.stdin
        assert reference.stdout
        reference.stdin.write(json.dumps(pairs) + "\n")
        mine, theirs = [], []
        for _ in range(ROUNDS):
            mine.append(seconds(lambda: ours.logits(pairs)))
            reference.stdin.write("again\n")
            reference.stdin.flush()
            theirs.append(float(reference.stdout.readline()))
        reference.stdin.close()
    for name, times in (("cross-encoder", mine), ("sentence-transformers", theirs)):
        print(f"  {name} {PAIRS / statistics.median(times):.1f} pairs/s")
    print(versus("  pairs/s, ours to theirs:", mine, theirs))


def memory(options: argparse.Namespace) -> None:
    """In a process of its own: prints what judging takes."""
    essay = bundled() if options.memory <= 0 else many_claims(options.memory, options.essays)
    judge = load_embedded(essay, options.model, threads=THREADS)
    judge.judge(articles(essay, options.entries, options.count))
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    now_kib = next(
        int(line.split()[1])
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        if line.startswith("VmRSS")
    )
    print(
        f"  {len(essay.claims):5} claims: {now_kib / 1024:.0f} MiB resident, {peak_mib:.0f} at most"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--claims", type=int, default=2700)
    parser.add_argument("--essays", type=Path)
    parser.add_argument("--entries", type=Path)
    parser.add_argument("--count", type=int, default=64, help="of entries")
    parser.add_argument("--model", type=Path, default=BUNDLED)
    parser.add_argument("--reference-python", default="")
    parser.add_argument("--base", type=Path)
    parser.add_argument("--memory", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory is not None:
        memory(options)
        return
    print("pairs", flush=True)
    pairing(options)
    print("memory", flush=True)
    for claims in (0, options.claims):
        arguments = [*sys.argv[1:], "--memory", str(claims)]
        subprocess.run([sys.executable, __file__, *arguments], check=True)
    print("entries", flush=True)
    judging(options)


if __name__ == "__main__":
    main()
