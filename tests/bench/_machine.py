"""What the benches say of the machine and of a process on it (Linux)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def load_note() -> str:
    """To be printed beside every figure: wall-clock times mean little on a busy machine."""
    return f"load average {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores"


def cpu_s(pid: int) -> float:
    """Processor seconds of a process so far, user and system, all threads.

    https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    """
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICKS_PER_S


def resident_mb(pid: int, field: str = "VmRSS") -> float:
    """Resident memory of a process; VmHWM is the most that it ever had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:")) / 1024


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share (0..1) of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
