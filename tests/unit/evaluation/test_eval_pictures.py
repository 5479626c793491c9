"""The pictures: written where they can be, and one clear line where they cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import InputError
from bot.evaluation import pictures
from bot.evaluation.figures import reliability, threshold_curve

SCORED = [(0.02, False), (0.3, False), (0.62, True), (0.7, False), (0.95, True)]
PNG = b"\x89PNG\r\n\x1a\n"


def test_both_pictures_are_drawn(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there" / "yet"
    drawn = pictures.draw(folder, reliability(SCORED), threshold_curve(SCORED), 0.6)
    assert [path.name for path in drawn] == ["reliability.png", "thresholds.png"]
    assert all(path.read_bytes().startswith(PNG) for path in drawn)


def test_what_has_no_figures_is_not_drawn(tmp_path: Path) -> None:
    assert pictures.draw(tmp_path, reliability([]), (), None) == []
    nothing_bears = [(0.2, False)]
    drawn = pictures.draw(tmp_path, reliability(nothing_bears), threshold_curve(nothing_bears), 0.5)
    assert [path.name for path in drawn] == ["reliability.png"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be made"):
        pictures.require(tmp_path / "file" / "below")
