"""`make bench`: every measurement that needs nothing but the repository.

The judge's take some minutes, most of it to encode 2,700 claims with their indicators.

Two more take real material: `parse_corpus.py FILES.tar.gz` and `kill_replay.py ENTRIES.jsonl.gz`.
Two take minutes: `storm.py` (the chat platforms in bad weather) and `command_latency.py`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = ("line.py", "judge_speed.py", "candidate_recall.py")


def main() -> None:
    for script in SCRIPTS:
        print(f"== {script}", flush=True)
        subprocess.run([sys.executable, str(HERE / script)], check=True)


if __name__ == "__main__":
    main()
