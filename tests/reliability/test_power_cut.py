"""What a power cut leaves: the disk alone, without all that the kernel still held in memory.

The ledger lies on a file system in a file. A copy of that file is what a disk would hold if the
power failed then; what was not flushed is not in it. Mounting needs root; else it is skipped.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.ledger.committing_forever import REPORTS
from tests.reliability.making import contents, killed_at_commits, mounted

COMMITS = 12
# The kernel must not flush by itself while the test runs.
IDLE = "loop,data=ordered,commit=900"


def test_what_was_committed_survives_a_power_cut(tmp_path: Path) -> None:
    if not shutil.which("mkfs.ext4"):
        pytest.skip("there is no mkfs.ext4 here")
    disk, after = tmp_path / "disk", tmp_path / "after"
    with disk.open("wb") as file:
        file.truncate(32 * 1024 * 1024)
    subprocess.run(["mkfs.ext4", "-q", str(disk)], check=True)
    with mounted(tmp_path / "at", "-o", IDLE, str(disk)) as folder:
        with killed_at_commits(folder / "ledger.sqlite", COMMITS - 1) as another:
            through = 1 + another()
        shutil.copyfile(disk, after)
    with mounted(tmp_path / "at", "-o", IDLE, str(after)) as folder:
        found = contents(folder / "ledger.sqlite")
    assert found["feeds"] >= through
    assert found["articles"] == REPORTS * found["feeds"]
