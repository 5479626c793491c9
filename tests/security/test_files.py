"""What is written, where, and for whom; and what is read from files that others made."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from bot.config import load_config
from bot.errors import ConfigError, EssayError, LedgerError
from bot.essay.loader import loads
from bot.judge.arrays import MAX_BYTES, read_arrays
from bot.judge.session import open_session
from bot.judge.stance_model import StanceModel
from bot.ledger.file.backup import copy_checked
from bot.ledger.store import Ledger
from bot.lock import sole_writer
from tests.ledger.ledger_making import StillClock, report, update

ROOT = Path(__file__).resolve().parents[2]
ESSAY = (ROOT / "tests/data/essays/example.toml").read_text(encoding="utf-8")


@pytest.fixture
def _usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# --- who may read ------------------------------------------------------------------------------


@pytest.mark.usefixtures("_usual_umask")
async def test_what_the_bot_keeps_is_for_its_own_user(tmp_path: Path) -> None:
    """Data folder, ledger, what SQLite lays beside it, and backups: decisions bear names."""
    ledger = tmp_path / "data" / "ledger.sqlite"
    with sole_writer(ledger):
        async with await Ledger.open(ledger, StillClock()) as opened:
            await opened.commit(update(report("one")))
            beside = sorted(ledger.parent.glob("ledger.sqlite-*"))
            assert beside
            assert {rights(path) for path in (ledger, *beside)} == {0o600}
        copy_checked(ledger, tmp_path / "copy.sqlite")
    assert rights(ledger.parent) == 0o700
    assert rights(tmp_path / "copy.sqlite") == 0o600


@pytest.mark.usefixtures("_usual_umask")
async def test_the_rights_of_a_ledger_that_is_there_are_left_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    async with await Ledger.open(path, StillClock()):
        pass
    path.chmod(0o640)
    async with await Ledger.open(path, StillClock()):
        pass
    assert rights(path) == 0o640


# --- where -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "a/b", "..", "a\\b", "a.b", "a\0b", ""])
def test_an_essays_id_is_no_path(name: str) -> None:
    """Files are named after it: the essay's head, and what was tuned."""
    written = name.replace("\\", "\\\\").replace("\0", "\\u0000")
    text = ESSAY.replace(ESSAY.partition('id = "')[2].partition('"')[0], written, 1)
    with pytest.raises(EssayError):
        loads(text, "essay.toml")


@pytest.mark.parametrize("name", ["../x", "a/b", "A", "", "x" * 41, "a.b"])
def test_a_channels_name_is_no_path(tmp_path: Path, name: str) -> None:
    config = tmp_path / "claimwire.toml"
    config.write_text(f"[channels.'{name}']\nadapter = 'console'\n")
    with pytest.raises(ConfigError, match="cannot be the name of a channel"):
        load_config(config, {})


def test_a_path_of_the_config_starts_at_its_folder(tmp_path: Path) -> None:
    """Whoever writes the config chooses any path, absolute ones and `..` too: it is the admin's."""
    config = tmp_path / "a" / "claimwire.toml"
    config.parent.mkdir()
    config.write_text('[claimwire]\ndata_dir = "../b"\n')
    assert load_config(config, {}).claimwire.data_dir.resolve() == tmp_path / "b"


# --- databases, models -------------------------------------------------------------------------


async def test_another_programs_database_is_not_touched(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "ledger.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (a)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="another program"):
        await Ledger.open(path, StillClock())
    assert path.read_bytes() == before


async def test_no_text_is_taken_for_sql(tmp_path: Path) -> None:
    """Hostile text in every field that reaches the ledger, and in what people ask for."""
    hostile = "x'); DROP TABLE articles; --\" ; ' OR 1=1 \\' %_"
    async with await Ledger.open(tmp_path / "ledger.sqlite", StillClock()) as ledger:
        await ledger.commit(update(report("one", text=hostile, outlet=hostile, title=hostile)))
        assert await ledger.trace(hostile) is None
        assert await ledger.search(("%",), hostile, 5) == ()
        (found,) = await ledger.search((hostile,), "pause", 5)
        assert found.article.entry.summary == hostile
        assert found.article.entry.outlet.name == hostile
        assert await ledger.evidence(hostile) == ()
        assert await ledger.subscription(hostile) is None
        assert (await ledger.verify()).fault == ""


def objects() -> bytes:
    out = io.BytesIO()
    np.savez(out, weights=np.array([{"a": 1}], dtype=object))
    return out.getvalue()


def said_to_hold(numbers: int, there: int) -> bytes:
    """A packed array of zeros that says how many it holds, and has so many bytes of them."""
    out = io.BytesIO()
    packed = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9)
    with packed, packed.open("weights.npy", "w") as file:
        shape = {"descr": "<f4", "fortran_order": False, "shape": (numbers,)}
        np.lib.format.write_array_header_1_0(file, shape)
        for _ in range(there // 1_000_000):
            file.write(bytes(1_000_000))
    return out.getvalue()


def bomb() -> bytes:
    """What unpacks to more than is allowed."""
    return said_to_hold(MAX_BYTES // 4, MAX_BYTES + 1_000_000)


def liar() -> bytes:
    """What says that it is a petabyte."""
    return said_to_hold(1 << 48, 0)


@pytest.mark.parametrize("made", [objects, bomb, liar])
def test_arrays_that_would_harm_are_refused(tmp_path: Path, made) -> None:
    path = tmp_path / "head.npz"
    path.write_bytes(made())
    assert path.stat().st_size < 1_000_000
    with pytest.raises((ValueError, MemoryError)):
        read_arrays(path)


@pytest.mark.parametrize("made", [objects, liar])
def test_a_model_with_such_arrays_is_a_mistake_of_the_config(tmp_path: Path, made) -> None:
    weights = ROOT / "bot/judge/weights"
    for name in ("judge.json", "tokenizer.json", "encoder.onnx"):
        (tmp_path / name).symlink_to(weights / name)
    (tmp_path / "head.npz").write_bytes(made())
    with pytest.raises(ConfigError, match=r"judge\.model_dir"):
        StanceModel(tmp_path)


@pytest.mark.parametrize("location", ["../secret", "{folder}/secret", "/proc/self/environ", "link"])
def test_a_graph_reads_no_file_outside_its_folder(tmp_path: Path, location: str) -> None:
    """ONNX keeps large weights in files beside the graph, which name them as they like."""
    (tmp_path / "secret").write_bytes(bytes(64))
    model = tmp_path / "model"
    model.mkdir()
    (model / "link").symlink_to(tmp_path / "secret")
    outside = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4])
    outside.data_location = TensorProto.EXTERNAL
    outside.external_data.add(key="location", value=location.format(folder=tmp_path))
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [4]) for name in ("x", "y")]
    add = helper.make_node("Add", ["x", "w"], ["y"])
    graph = helper.make_graph([add], "g", ends[:1], ends[1:], [outside])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save_model(made, str(model / "model.onnx"))
    with pytest.raises(Exception, match="External data path"):
        open_session(model / "model.onnx", threads=1)
