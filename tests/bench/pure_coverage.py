"""How much of the pure core the unit tests run, by line.

    python tests/bench/pure_coverage.py [PYTEST ARGUMENTS]

The pure core is what tests/unit/test_pure_core.py lists. Without arguments all of tests/unit and
tests/ledger runs, some minutes. Prints the modules below the aim with their lines, and the whole.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from coverage import Coverage

from tests.unit.test_pure_core import PURE

ROOT = Path(__file__).parents[2]
AIM = 95.0
TESTS = ("tests/unit", "tests/ledger")


def source(module: str) -> Path:
    """The file of a module."""
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def share(run: int, lines: int) -> float:
    return 100 * run / lines if lines else 100.0


def main() -> None:
    files = [str(source(module)) for module in PURE]
    with tempfile.TemporaryDirectory() as folder:
        data = f"{folder}/coverage"
        command = [
            sys.executable, "-m", "coverage", "run", f"--data-file={data}",
            f"--include={','.join(files)}", "-m", "pytest", "-q", "-p", "no:cacheprovider",
            *(sys.argv[1:] or TESTS),
        ]  # fmt: skip
        failed = subprocess.run(command, cwd=ROOT, check=False).returncode
        coverage = Coverage(data_file=data)
        coverage.load()
        total = run = 0
        for module, file in zip(PURE, files, strict=True):
            _name, lines, _excluded, missing, missing_text = coverage.analysis2(file)
            total, run = total + len(lines), run + len(lines) - len(missing)
            here = share(len(lines) - len(missing), len(lines))
            if here < AIM:
                print(f"{module}: {here:.1f} %, not run: {missing_text}")
    print(
        f"the pure core: {run} of {total} lines in {len(PURE)} modules, {share(run, total):.1f} %"
    )
    if failed:
        print("some tests failed, so it is less than it could be")


if __name__ == "__main__":
    main()
