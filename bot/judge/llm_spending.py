"""What the language model has cost, per calendar month (UTC), in a small JSON file.

{"2026-01": {"calls": 12, "input_tokens": 8400, "output_tokens": 960, "usd": 0.0018}}
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.ports import Clock

_PER_MILLION = 1e-6


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars per million tokens. The default is what a small model of a large house costs;
    set both to 0 for a model on a machine of yours."""

    input_usd: float = 0.40
    output_usd: float = 1.60

    def usd(self, input_tokens: int, output_tokens: int) -> float:
        """What so many tokens cost."""
        return (input_tokens * self.input_usd + output_tokens * self.output_usd) * _PER_MILLION


@dataclass(frozen=True, slots=True)
class Month:
    """The account of one month."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0


class Spending:
    """The accounts in one file; a month that is not in it has cost nothing."""

    def __init__(self, path: Path, clock: Clock, prices: Prices) -> None:
        self._path = path
        self._clock = clock
        self._prices = prices

    def this_month(self) -> Month:
        """Raises OSError or ValueError where the file cannot be read."""
        return self._months().get(self._now(), Month())

    def add(self, input_tokens: int, output_tokens: int) -> None:
        """Enters one call; the file is replaced at once or not at all. Raises as this_month()."""
        months = self._months()
        old = months.get(self._now(), Month())
        months[self._now()] = Month(
            old.calls + 1,
            old.input_tokens + input_tokens,
            old.output_tokens + output_tokens,
            old.usd + self._prices.usd(input_tokens, output_tokens),
        )
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = self._path.with_name(f"{self._path.name}.new")
        with beside.open("w", encoding="utf-8") as file:
            json.dump({name: asdict(month) for name, month in months.items()}, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)

    def _now(self) -> str:
        return f"{self._clock.now():%Y-%m}"

    def _months(self) -> dict[str, Month]:
        try:
            raw = json.loads(self._path.read_text(encoding="utf-8"))
            return {name: _month(**values) for name, values in raw.items()}
        except FileNotFoundError:
            return {}
        except (TypeError, AttributeError) as error:
            raise ValueError("not the form that claimwire writes") from error


def _month(calls: int, input_tokens: int, output_tokens: int, usd: float) -> Month:
    return Month(int(calls), int(input_tokens), int(output_tokens), float(usd))
