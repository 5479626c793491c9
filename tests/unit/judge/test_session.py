"""The model's runtime works for us alone: it reports nothing and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_runtime_reports_to_nobody(tmp_path: Path) -> None:
    """Left to itself it writes an id into the temporary folder and a queue into the cache."""
    script = "import bot.judge.session"
    environ = {**os.environ, "TMPDIR": str(tmp_path), "HOME": str(tmp_path)}
    environ |= {"PYTHONPATH": str(ROOT), "ORT_DISABLE_TELEMETRY": "0"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_small_matrices_are_not_shared_out_among_threads_unless_an_admin_says_so() -> None:
    script = "import bot.judge.stance_model, os; print(os.environ['OPENBLAS_NUM_THREADS'])"
    given = {name: os.environ[name] for name in os.environ if name != "OPENBLAS_NUM_THREADS"}
    for more, threads in (({}, "1"), ({"OPENBLAS_NUM_THREADS": "3"}, "3")):
        done = subprocess.run(
            [sys.executable, "-c", script], env={**given, "PYTHONPATH": str(ROOT), **more},
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        assert done.stdout.strip() == threads
