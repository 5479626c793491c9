"""What no line of the product does, whatever it is given: seen from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = [path for room in ("bot", "feeds", "adapters") for path in (ROOT / room).rglob("*.py")]
TRAINING = list((ROOT / "training").glob("*.py"))

# They run what they read, or whatever else they are told.
NEVER_IMPORTED = {
    *("pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "yaml"),
    *("subprocess", "pty", "ctypes", "xmlrpc", "telnetlib", "ftplib", "requests"),
}
NEVER_CALLED = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "tempfile.mktemp"}
# Each parses only what was bounded and cleared of entities before, or writes.
XML_PARSERS = {"feeds/parse.py", "feeds/rss.py", "feeds/opml.py"}
XML_WRITERS = {"bot/export/atom.py"}


@cache
def tree_of(path: Path) -> ast.AST:
    return ast.parse(path.read_text(encoding="utf-8"))


def trees(paths: list[Path]) -> Iterator[tuple[str, ast.AST]]:
    assert paths
    for path in paths:
        yield path.relative_to(ROOT).as_posix(), tree_of(path)


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def calls(tree: ast.AST) -> Iterator[tuple[str, dict[str, str]]]:
    """Every call's name and keywords, as written."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            given = {one.arg: ast.unparse(one.value) for one in node.keywords if one.arg}
            yield ast.unparse(node.func), given


def test_nothing_is_imported_that_runs_what_it_reads() -> None:
    for name, tree in trees(PRODUCT):
        found = {one.partition(".")[0] for one in imported(tree)} & NEVER_IMPORTED
        assert not found, f"{name} imports {found}"
    for name, tree in trees(TRAINING):
        assert not {"pickle", "joblib", "dill"} & set(imported(tree)), name


def test_no_text_is_run_as_a_program() -> None:
    for name, tree in trees(PRODUCT):
        assert not {called for called, _ in calls(tree)} & NEVER_CALLED, name


def test_arrays_are_read_in_one_place_and_without_objects() -> None:
    reads = [(name, given) for name, tree in trees(PRODUCT) for called, given in calls(tree)
             if called in ("np.load", "numpy.load")]  # fmt: skip
    assert reads == [("bot/judge/arrays.py", {"allow_pickle": "False"})]


def test_training_reads_weights_alone() -> None:
    reads = [given for _, tree in trees(TRAINING) for called, given in calls(tree)
             if called == "torch.load"]  # fmt: skip
    assert reads
    assert all(given.get("weights_only") == "True" for given in reads)


def test_xml_is_parsed_in_three_places() -> None:
    parsers = {
        name
        for name, tree in trees(PRODUCT)
        if any(one.split(".")[0] in ("xml", "lxml", "feedparser") for one in imported(tree))
    }
    assert parsers == XML_PARSERS | XML_WRITERS


@pytest.mark.parametrize("name", sorted(XML_WRITERS))
def test_what_writes_xml_parses_none(name: str) -> None:
    called = {one for one, _ in calls(tree_of(ROOT / name))}
    assert not {one for one in called if one.endswith(("parse", "fromstring", "XML"))}


def test_certificates_are_checked_and_proxies_not_taken_from_the_environment() -> None:
    for name, tree in trees(PRODUCT):
        for called, given in calls(tree):
            assert given.get("ssl") != "False", f"{name}: {called}"
            assert given.get("verify") != "False", f"{name}: {called}"
            assert given.get("trust_env") != "True", f"{name}: {called}"


def test_sqlite_loads_no_extension_and_no_plugin() -> None:
    for name, tree in trees(PRODUCT):
        for called, given in calls(tree):
            assert not called.endswith(("enable_load_extension", "load_extension")), name
            if called == "Database":
                assert given.get("execute_plugins") == "False", name
