"""Checkpoints of a training run: written whole or not at all, and taken up again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn


@dataclass(frozen=True)
class Checkpoint:
    """``folder``/state.pt: weights, optimizer, learning rate, and how far the run has come."""

    folder: Path
    model: nn.Module
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler

    def save(self, done: int) -> None:
        """``done``: how many epochs, or steps, lie behind."""
        state = {
            "done": done,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
        }
        part = self.folder / "state.tmp"
        torch.save(state, part)
        part.replace(self.folder / "state.pt")

    def resume(self, device: str) -> int:
        """How much lies behind: what was saved last, which it loads, or 0."""
        path = self.folder / "state.pt"
        if not path.exists():
            return 0
        state = torch.load(path, map_location=device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        done = int(state["done"])
        print(f"resuming after {done}", flush=True)
        return done
