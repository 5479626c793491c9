"""Every file of a tar of feeds through parse(): counts, the slowest file, the total time.

    python tests/bench/parse_corpus.py CORPUS.tar.gz [--limit-s 10] [--list]

Ends with 1 if a file crashed the parser or took longer than the limit.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tarfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.errors import ParseError
from bot.model import Outlet
from feeds.parse import parse

OUTLET = Outlet("corpus")
FEED_URL = "https://feeds.example/corpus.xml"


class TooSlowError(BaseException):
    """A file took longer than the limit. No Exception, so that nothing in between catches it."""


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlowError


def outcome_of(body: bytes, now: datetime, limit_s: float) -> tuple[str, str]:
    """(outcome, reason or format) of one file."""
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        feed = parse(body, content_type="", feed_url=FEED_URL, outlet=OUTLET, now=now)
    except ParseError as error:
        return "refused", error.reason
    except TooSlowError:
        return "hung", ""
    except Exception as error:  # noqa: BLE001 - what is looked for
        return "crashed", repr(error)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return ("parsed" if feed.entries else "empty"), feed.format


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("corpus", type=Path)
    arguments.add_argument("--limit-s", type=float, default=10.0)
    arguments.add_argument("--list", action="store_true", help="print every file not parsed")
    options = arguments.parse_args()
    signal.signal(signal.SIGALRM, _too_slow)
    now, counts, slowest, total_s, entries = datetime.now(UTC), Counter[str](), (0.0, ""), 0.0, 0
    with tarfile.open(options.corpus) as tar:
        for member in tar:
            source = tar.extractfile(member) if member.isfile() else None
            if source is None:
                continue
            body = source.read()
            began = time.perf_counter()
            outcome, detail = outcome_of(body, now, options.limit_s)
            took_s = time.perf_counter() - began
            counts[outcome] += 1
            entries += 1
            total_s += took_s
            slowest = max(slowest, (took_s, member.name))
            if outcome in ("crashed", "hung") or (options.list and outcome != "parsed"):
                print(f"{outcome:8} {member.name}: {detail}")
    print(json.dumps({"files": entries, **counts}))
    print(f"slowest {slowest[0]:.2f} s {slowest[1]}; total {total_s:.1f} s")
    return 1 if counts["crashed"] or counts["hung"] else 0


if __name__ == "__main__":
    sys.exit(main())
