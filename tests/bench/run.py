"""`make bench`: every measurement that needs nothing but the repository, about an hour.

    python tests/bench/run.py [--quick] [NAME ...]

--quick: those of a few minutes. NAME: of those below, only these. What they measured here, and the
ones that need more (real material, Redis, another program to compare with): docs/performance.md.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench._machine import load_note

HERE = Path(__file__).parent
QUICK = ("line.py", "start.py", "end_to_end.py --minutes 0", "cold_pass.py --feeds 200")
LONG = (
    "end_to_end.py",
    "cold_pass.py --judge",
    "poll_day.py",
    "soak.py --minutes 10",
    "judge_speed.py",  # most of it to encode 2,700 claims with their indicators, as the next one's
    "candidate_recall.py",
    "storm.py",
    "command_latency.py",
    "pure_coverage.py",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME")
    args = parser.parse_args()
    chosen = QUICK if args.quick else (*QUICK[:2], *LONG)
    failed = []
    for command in chosen:
        script, *arguments = command.split()
        if args.names and script.removesuffix(".py") not in args.names:
            continue
        print(f"== {command} ({load_note()})", flush=True)
        called = [sys.executable, str(HERE / script), *arguments]
        if subprocess.run(called, check=False).returncode:
            failed.append(command)
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
