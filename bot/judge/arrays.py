"""Reads .npz files, whoever made them: no pickled objects, and nothing that unpacks without end."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_BYTES = 100_000_000  # unpacked; the head of an essay of 2,700 claims takes 17 MB


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of the file by name.

    Raises ValueError for a file that is too large or holds objects, and whatever else zipfile and
    numpy raise for a bad one.
    """
    with zipfile.ZipFile(path) as packed:
        if sum(item.file_size for item in packed.infolist()) > MAX_BYTES:
            raise ValueError(f"it unpacks to more than {MAX_BYTES:,} bytes")
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}
