"""What the fuzzers share: mutated inputs in great number, and what they did to the code.

Guided by coverage where atheris is installed (`pip install atheris`, in an environment of its
own), else blind mutations of the seeds. A finding is an exception that a target must not raise, or
an input that takes longer than its limit; the first input of each is kept.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

INSTRUMENTED = ["feeds", "bot", "adapters", "feedparser"]
GUIDED = importlib.util.find_spec("atheris") is not None
MAX_BYTES = 20_000
SLOW_S = 2.0  # processor time of one input
HANG_S = 60.0
TOLD_EVERY_S = 300.0


@dataclass(frozen=True, slots=True)
class Target:
    """``run`` takes any bytes; what it raises is a finding. ``words``: worth putting in."""

    name: str
    run: Callable[[bytes], None]
    seeds: Sequence[bytes]
    words: Sequence[bytes] = ()


class HangError(BaseException):
    """An input took HANG_S. No Exception, so that nothing in between catches it."""


def instrumented() -> contextlib.AbstractContextManager[object]:
    """Within it the code that is to be fuzzed is imported."""
    if not GUIDED:
        return contextlib.nullcontext()
    import atheris

    return atheris.instrument_imports(include=INSTRUMENTED)


def main(targets: Sequence[Target], about: str | None) -> int:
    """The command of a fuzzer. Returns 1 where anything was found."""
    arguments = argparse.ArgumentParser(description=about)
    arguments.add_argument("target", nargs="?", choices=[one.name for one in targets])
    arguments.add_argument(
        "--seconds", type=float, default=60.0, help="of processor time, a target"
    )
    arguments.add_argument("--seeds", type=Path, help="a folder of more seeds")
    arguments.add_argument("--found", type=Path, help="folder for inputs that found something")
    arguments.add_argument("--random-seed", type=int, default=1)
    options = arguments.parse_args()
    if options.target is None:  # a process each: one that dies is the finding of one
        ended = [
            subprocess.run([sys.executable, sys.argv[0], one.name, *sys.argv[1:]], check=False)
            for one in targets
        ]
        return int(any(one.returncode for one in ended))
    target = next(one for one in targets if one.name == options.target)
    more = sorted(options.seeds.rglob("*")) if options.seeds else []
    seeds = [*target.seeds, *(path.read_bytes()[:MAX_BYTES] for path in more if path.is_file())]
    session = _Session(target, options.seconds, options.found)
    drive = _guided if GUIDED else _blind
    drive(session, seeds, options.random_seed)
    return session.ended()


class _Session:
    """Runs inputs until the time is up, and keeps count."""

    def __init__(self, target: Target, seconds: float, found: Path | None) -> None:
        self.target = target
        self._found = found
        self._began = self._told = time.process_time()
        self._until = self._began + seconds
        self._inputs = 0
        self._findings: dict[str, int] = {}
        self._slowest_s = 0.0
        signal.signal(signal.SIGALRM, _hang)

    @property
    def over(self) -> bool:
        return time.process_time() >= self._until

    def run(self, data: bytes) -> None:
        """One input, and what it does."""
        self._inputs += 1
        before = time.thread_time()
        signal.setitimer(signal.ITIMER_REAL, HANG_S)
        try:
            self.target.run(data)
        except (Exception, HangError) as error:  # noqa: BLE001 - what is looked for
            self._note(_place(error), data, error)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        spent_s = time.thread_time() - before
        self._slowest_s = max(self._slowest_s, spent_s)
        if spent_s > SLOW_S:
            self._note("slow", data, None)
        if time.process_time() - self._told > TOLD_EVERY_S:
            self._told = time.process_time()
            self._tell()

    def ended(self) -> int:
        """Says what came of it; 1 where anything was found."""
        self._tell()
        return int(bool(self._findings))

    def _note(self, place: str, data: bytes, error: BaseException | None) -> None:
        first = place not in self._findings
        self._findings[place] = self._findings.get(place, 0) + 1
        if not first:
            return
        print(f"{self.target.name}: FOUND {place}: {data[:300]!r}", flush=True)
        if error is not None:
            traceback.print_exception(error, limit=-6)
        if self._found is not None:
            self._found.mkdir(parents=True, exist_ok=True)
            name = f"{self.target.name}-{hashlib.sha256(data).hexdigest()[:12]}"
            (self._found / name).write_bytes(data)

    def _tell(self) -> None:
        spent_s = time.process_time() - self._began
        print(
            f"{self.target.name}: {self._inputs} inputs in {spent_s:.0f} s of processor time,"
            f" slowest {self._slowest_s:.2f} s,"
            f" findings: {self._findings or 'none'}",
            flush=True,
        )


def _guided(session: _Session, seeds: Iterable[bytes], random_seed: int) -> None:
    import atheris

    with tempfile.TemporaryDirectory() as scratch:
        corpus = Path(scratch, "corpus")
        corpus.mkdir()
        for number, seed in enumerate(seeds):
            (corpus / f"seed-{number}").write_bytes(seed)
        words = Path(scratch, "words")
        # libFuzzer takes no empty dictionary.
        told = session.target.words or (b"<",)
        words.write_text("".join(f'"{_escaped(word)}"\n' for word in told))

        def one_input(data: bytes) -> None:
            if session.over:  # libFuzzer itself ends without a word of Python
                code = session.ended()
                sys.stdout.flush()
                os._exit(code)
            session.run(data)

        options = [f"-max_len={MAX_BYTES}", f"-dict={words}", f"-seed={random_seed}"]
        quiet = ["-timeout=0", "-rss_limit_mb=2500", "-verbosity=0"]
        atheris.Setup([sys.argv[0], *options, *quiet, str(corpus)], one_input)
        atheris.Fuzz()


def _blind(session: _Session, seeds: Sequence[bytes], random_seed: int) -> None:
    chance = random.Random(random_seed)
    for seed in seeds:
        session.run(seed)
    while not session.over:
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 12)):
            _mutate(data, seeds, session.target.words, chance)
        session.run(bytes(data[:MAX_BYTES]))


def _mutate(
    data: bytearray, seeds: Sequence[bytes], words: Sequence[bytes], chance: random.Random
) -> None:
    """One change somewhere: bytes, a cut, a copy, a word, a piece of another seed."""
    start = chance.randint(0, len(data))
    end = min(len(data), start + chance.choice((1, 2, 8, 60, 400)))
    match chance.randrange(6):
        case 0:
            data[start:end] = chance.randbytes(end - start)
        case 1:
            del data[start:end]
        case 2:
            data[start:start] = bytes(data[start:end]) * chance.choice((1, 2, 50))
        case 3 if words:
            data[start:end] = chance.choice(words)
        case 4:
            other = chance.choice(seeds)
            at = chance.randint(0, len(other))
            data[start:end] = other[at : at + chance.choice((8, 60, 400))]
        case _:
            data[start:start] = chance.choice((b"<", b"&", b'"', b"\0", b"\xff", b"[", b"\n"))


def _hang(_signal: int, _frame: object) -> None:
    raise HangError


def _place(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def _escaped(word: bytes) -> str:
    """As libFuzzer's dictionaries write bytes."""
    return "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}" for byte in word
    )
