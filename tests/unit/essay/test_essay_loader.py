"""Essay files: every mistake at once, with its line and remedy."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ConfigError, EssayError, Problem
from bot.essay import loader
from bot.essay.review import warnings
from bot.model import Kind, Stance, Strength

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "tests/data/essays/example.toml"

HEAD = """\
[essay]
id = "e"
title = "T"
author = "A"
date = 2026-01-01
topics = ["Norrhavn"]
"""  # claims begin on line 7
CLAIM = """\
[[claim]]
id = "C1"
slug = "one"
kind = "fact"
paragraphs = [0]
statement = "S."
supported_by = [{ text = "I." }]
"""  # of the first claim: the header on line 7, its indicators on line 13


def problems(text: str) -> list[Problem]:
    with pytest.raises(EssayError) as caught:
        loader.loads(text, "e.toml")
    return caught.value.problems


def only(text: str) -> tuple[int, str, str]:
    (problem,) = problems(text)
    return problem.line, problem.message, problem.remedy


# --- what loads ----------------------------------------------------------------------------------


def test_the_smallest_essay_loads() -> None:
    essay = loader.loads(HEAD + CLAIM, "e.toml")
    assert (essay.id, essay.source, essay.parties) == ("e", "", ())
    assert essay.claim("one").supported_by[0].strength is Strength.MODERATE


def test_the_example_file_loads_without_a_warning() -> None:
    essay, index = loader.load_with_lines(EXAMPLE)
    assert warnings(essay, index) == []
    prediction = essay.claim("no-opening-in-2026")
    assert prediction.kind is Kind.PREDICTION
    assert prediction.depends_on == ("T01",)
    assert prediction.probability == 0.9
    assert {each.side for each in prediction.contradicted_by} == {Stance.CONTRADICTS}


def test_the_documented_example_is_the_tested_one() -> None:
    example = EXAMPLE.read_text(encoding="utf-8").split("\n\n", 1)[1].rstrip()
    documented = (ROOT / "docs/essay-format.md").read_text(encoding="utf-8")
    assert f"```toml\n{example}\n```" in documented


def test_white_space_within_a_text_becomes_single_spaces() -> None:
    text = CLAIM.replace('"S."', '"""\n  One\n  sentence.\n"""')
    assert loader.loads(HEAD + text, "e").claims[0].statement == "One sentence."


def test_indicators_may_be_written_as_tables_of_their_own() -> None:
    text = CLAIM + '[[claim.contradicted_by]]\ntext = "J."\nstrength = "weak"\n'
    (indicator,) = loader.loads(HEAD + text, "e").claims[0].contradicted_by
    assert (indicator.text, indicator.strength) == ("J.", Strength.WEAK)


# --- one mistake, its line and remedy ------------------------------------------------------------

OK = 'supported_by = [{ text = "I." }]'
NEW_ID = CLAIM.replace('"C1"', '"C2"').replace('"one"', '"two"')  # begins on line 14
PREDICTION = CLAIM.replace('"fact"', '"prediction"')
RULED = PREDICTION + 'horizon = 2027-01-01\nresolution = "R."\n'

ONE_MISTAKE = [
    # the head
    (HEAD.replace('title = "T"\n', "") + CLAIM, 1, "title is missing", "add title ="),
    (HEAD.replace("title", "titel") + 'title = "T"\n' + CLAIM, 3, '"titel"', "did you mean title?"),
    (HEAD.replace("2026-01-01", '"2026"') + CLAIM, 5, 'date is "2026"', "without quotes"),
    (HEAD.replace("2026-01-01", "2026-01-01T00:00:00") + CLAIM, 5, "date is 2026", "write a day"),
    (HEAD.replace('["Norrhavn"]', "[]") + CLAIM, 6, "topics is empty", "write topics ="),
    (HEAD.replace('["Norrhavn"]', '["a",\n"A"]') + CLAIM, 7, '"A" twice', "remove one"),
    (HEAD.replace('"Norrhavn"', '"a",\n5') + CLAIM, 7, "topics is 5", "text in quotes"),
    (HEAD.replace('"e"', '"e e"') + CLAIM, 2, 'id is "e e"', "letters, digits"),
    (HEAD + 'source = "ftp://a"\n' + CLAIM, 7, 'source is "ftp://a"', "web link"),
    (HEAD.replace('"A"', '"A\\u0000"') + CLAIM, 4, "control character", "retype"),
    (HEAD.replace('"A"', '"A\\u202e"') + CLAIM, 4, "control character", "retype"),
    (CLAIM, 0, "no [essay] table", "add [essay]"),
    (HEAD, 0, "there is no claim", "[[claim]]"),
    ("claim = []\n" + HEAD, 1, "claim is empty", "[[claim]]"),
    (HEAD + "[claim]\nid = 1\n", 7, "claim is one table", "double brackets"),
    (HEAD.replace("[essay]", "[[essay]]") + CLAIM, 1, "no single table", "[essay], once"),
    (HEAD + CLAIM.replace("[[claim]]", "[[claims]]") + CLAIM, 7, '"claims"', "did you mean claim?"),
    # parties
    (HEAD + '[[party]]\nid = "p"\nname = "P"\n' + CLAIM, 7, "party p: terms is miss", "add terms"),
    (
        HEAD + '[[party]]\nid = "event"\nname = "P"\nterms = ["P"]\n' + CLAIM,
        *(8, "meaning of its own", "choose another"),
    ),
    (
        HEAD + '[[party]]\nid = "p"\nname = "P"\nterms = ["P"]\n' * 2 + CLAIM,
        *(12, '"p" is taken, see line 8', "choose another"),
    ),
    # claims
    (HEAD + CLAIM.replace("kind", "knd") + 'kind = "fact"\n', 10, '"knd"', "did you mean kind?"),
    (HEAD + CLAIM.replace('"fact"', '"facts"'), 10, 'kind is "facts"', "did you mean fact?"),
    (HEAD + CLAIM.replace('"fact"', "true"), 10, "kind is True", "write one of fact, pattern"),
    (HEAD + CLAIM.replace('statement = "S."\n', ""), 7, "C1: statement is miss", "add statement"),
    (HEAD + CLAIM.replace('"S."', '" "'), 12, "statement is empty", "write a text"),
    (HEAD + CLAIM.replace("S.", "S" * 501), 12, "statement has 501", "500 characters"),
    (HEAD + CLAIM.replace("I.", "I" * 301), 13, "text has 301", "300 characters"),
    (HEAD + CLAIM.replace("[0]", "[0, -1]"), 11, "holds -1", "from 0 (the first)"),
    (HEAD + CLAIM.replace("[0]", "[true]"), 11, "holds True", "write paragraphs = [0]"),
    (HEAD + CLAIM.replace("[0]", "0"), 11, "paragraphs is 0", "write a list"),
    (HEAD + CLAIM.replace("[0]", "[]"), 11, "paragraphs is empty", "write paragraphs = [0]"),
    (HEAD + CLAIM.replace("[0]", f"[0x{'f' * 9999}]"), 11, "very long number", "from 0"),
    (HEAD + CLAIM.replace(OK, ""), 7, "it has no indicators", "add supported_by"),
    (HEAD + CLAIM.replace(OK, "supported_by = []"), 7, "it has no indicators", "add supported_by"),
    (HEAD + CLAIM.replace("{ text", "\n'I', { text"), 14, 'holds "I"', "text ="),
    (HEAD + CLAIM.replace("}", ", txt = 1 }"), 13, "supported_by 1: unknown", "did you mean text?"),
    (
        HEAD + CLAIM.replace("}", ', strength = "srong" }'),
        *(13, 'strength is "srong"', "did you mean strong?"),
    ),
    (HEAD + CLAIM + 'contradicted_by = [\n{ text = "i" }]\n', 15, "both sides, see line 13", "one"),
    (HEAD + CLAIM.replace("}]", '},\n{ text = "I" }]'), 14, "twice on this side", "remove one"),
    (HEAD + CLAIM + CLAIM.replace('"one"', '"two"'), 15, '"C1" is taken, see line 8', "another"),
    (HEAD + CLAIM + CLAIM.replace('"C1"', '"C2"'), 16, '"one" is taken, see line 9', "another"),
    (HEAD + CLAIM + NEW_ID.replace('"two"', '"c1"'), 16, '"c1" is taken, see line 8', "another"),
    (HEAD + CLAIM.replace('"one"', '"c1"'), 9, "the claim's id too", "another"),
    # premises
    (HEAD + CLAIM + 'depends_on = ["C01"]\n', 14, '"C01", which is no claim', "did you mean C1?"),
    (HEAD + CLAIM + 'depends_on = ["C1"]\n', 14, "rests on itself: C1 -> C1", "remove one"),
    (
        HEAD + CLAIM + 'depends_on = [\n"C2"]\n' + NEW_ID + 'depends_on = ["C1"]\n',
        *(15, "rests on itself: C1 -> C2 -> C1", "remove one"),
    ),
    # predictions
    (HEAD + RULED.replace("horizon = 2027-01-01\n", ""), 7, "horizon is missing", "add horizon ="),
    (HEAD + RULED.replace('resolution = "R."\n', ""), 7, "resolution is missing", "add resolution"),
    (HEAD + RULED.replace("2027", "2025"), 14, "not after the essay's date", "a later day"),
    (HEAD + CLAIM + "horizon = 2027-01-01\n", 14, "predictions only", 'kind = "prediction"'),
    (HEAD + CLAIM + 'resolution = "R."\n', 14, "predictions only", 'kind = "prediction"'),
    (HEAD + CLAIM + "probability = 0.5\n", 14, "predictions only", 'kind = "prediction"'),
    *(
        (HEAD + RULED + f"probability = {value}\n", 16, "probability is", "from 0 to 1")
        for value in ("1.01", "-0.1", "nan", "inf", "true", '"half"', f"0x{'f' * 9999}")
    ),
]


@pytest.mark.parametrize(("text", "line", "message", "remedy"), ONE_MISTAKE)
def test_a_mistake_is_told_with_its_line_and_remedy(
    text: str, line: int, message: str, remedy: str
) -> None:
    told = only(text)
    assert told[0] == line
    assert message in told[1]
    assert remedy in told[2]


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = (
        HEAD.replace("topics", "topic")
        + CLAIM.replace('"fact"', '"guess"').replace("[0]", "[-1]")
        + NEW_ID
        + 'depends_on = ["C7"]\n'
    )
    found = problems(text)
    assert [p.line for p in found] == [1, 6, 10, 11, 21]
    assert all(p.remedy for p in found)


def test_two_circles_of_premises_are_both_told() -> None:
    text = HEAD + CLAIM + 'depends_on = ["C1"]\n' + NEW_ID + 'depends_on = ["C2"]\n'
    assert [p.line for p in problems(text)] == [14, 22]


def test_an_error_names_the_file_and_is_the_admins_to_mend() -> None:
    with pytest.raises(ConfigError, match=r"e\.toml: 1 mistake\n  line 12: claim C1: ") as caught:
        loader.loads(HEAD + CLAIM.replace('"S."', '""'), "e.toml")
    assert caught.value.exit_code == 2


def test_a_hostile_name_is_shown_short_and_without_control_characters() -> None:
    (problem,) = problems(HEAD + CLAIM + f'"\\u001b[31m{"x" * 500}" = 1\n')
    assert "\x1b" not in str(problem)
    assert len(str(problem)) < 400


# --- what is no essay file -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "message", "remedy"),
    [
        ("[essay]\nid = \n", 2, "is not TOML: invalid value", "at column 6"),
        ("[essay]\ntitle = 'x\n", 2, "is not TOML", "still open"),
        ('[essay]\ntitle = """x\n\n', 2, "is not TOML", "still open"),
        ("[essay]\n[essay]\n", 2, "is not TOML: cannot declare", "column"),
        ("\ufeff[essay]\n", 1, "byte order mark", "without a BOM"),
        ("[essay]\nid = '\ud800'", 2, "not UTF-8", "save the file as UTF-8"),
        ("a = " + "[" * 5000 + "]" * 5000, 0, "nested too deeply", "without nesting"),
        (f"a = {'9' * 5000}", 0, "is not TOML", "correct the TOML"),
        ("#" * (loader.MAX_FILE_BYTES + 1), 0, "larger than 2 MB", "under 2 MB"),
    ],
)
def test_what_is_no_toml_has_one_mistake(text: str, line: int, message: str, remedy: str) -> None:
    told = only(text)
    assert told[0] == line
    assert message in told[1]
    assert remedy in told[2]


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"[essay]\nid = '\xe9'\n", 2, "is not UTF-8 here"),
        ("[essay]".encode("utf-16"), 0, "is UTF-16"),
        (b"\xef\xbb\xbf[essay]\n", 1, "byte order mark"),
        (b"#" * (loader.MAX_FILE_BYTES + 1), 0, "larger than 2 MB"),
        (b"", 0, "no [essay] table"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_clearly(
    tmp_path: Path, data: bytes, line: int, message: str
) -> None:
    file = tmp_path / "e.toml"
    file.write_bytes(data)
    with pytest.raises(EssayError) as caught:
        loader.load(file)
    assert caught.value.path == str(file)
    assert caught.value.problems[0].line == line
    assert message in caught.value.problems[0].message


@pytest.mark.parametrize(
    ("name", "message"), [("none.toml", "no such file"), ("", "folder"), ("a\0b", "cannot be read")]
)
def test_a_path_without_a_file_is_refused_clearly(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(EssayError, match=message):
        loader.load(tmp_path / name)


# --- what is weak --------------------------------------------------------------------------------


def test_a_weak_essay_loads_and_its_weak_points_are_told_with_lines(tmp_path: Path) -> None:
    file = tmp_path / "e.toml"
    text = HEAD + CLAIM.replace('"I."', '"Norrhavn will wait."')
    file.write_text(text.replace("date =", "draft = true\ndate ="), encoding="utf-8")
    essay, index = loader.load_with_lines(file)
    weak = warnings(essay, index)
    assert [(p.line, p.message) for p in weak] == [
        (0, "no party is named, so nobody's word about themselves is set apart"),
        (5, "this is a draft"),
        (8, "claim C1: supported_by has 1 indicator"),
        (8, "claim C1: contradicted_by has no indicators"),
        (8, "claim C1: it has no topics"),
        (14, 'claim C1: "Norrhavn will wait." tells what is possible or to come ("will")'),
    ]
    assert sorted(p.message for p in warnings(essay)) == sorted(p.message for p in weak)


def test_a_draft_says_so_and_nothing_else_is_taken_for_the_mark() -> None:
    assert loader.loads(HEAD + "draft = true\n" + CLAIM, "e").draft
    assert not loader.loads(HEAD + CLAIM, "e").draft
    assert only(HEAD + 'draft = "yes"\n' + CLAIM)[0] == 7


# --- any text ------------------------------------------------------------------------------------


def loads_or_refuses(text: str) -> None:
    try:
        loader.loads(text, "any.toml")
    except EssayError as error:
        lines = [problem.line for problem in error.problems]
        assert lines == sorted(lines)
        assert 0 <= lines[0] <= lines[-1] <= text.count("\n") + 1
        str(error).encode("utf-8")


@given(st.text())
def test_any_text_loads_or_is_refused_with_an_essay_error(text: str) -> None:
    loads_or_refuses(text)


BUNDLED = (ROOT / "bot/essay/bundled" / loader.BUNDLED).read_text(encoding="utf-8").splitlines()
SLIPS = ["", "[[claim]]", "[claim]", "[essay]", "[[party]]", "]", "id = 5", 'kind = "fact"', '"""']
SLIPS += ["date = nan", "depends_on = ['C10']", "supported_by = [1, {}]", "claim = 3", "paragraphs"]
SLIPS += ["x = {", "essay.title = []", "[claim.supported_by]", "[[claim.contradicted_by]]", "a=1"]


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 6))
def test_a_damaged_copy_of_the_bundled_essay_loads_or_is_refused(
    rng: random.Random, count: int
) -> None:
    lines = list(BUNDLED)
    for _ in range(count):
        at = rng.randrange(len(lines))
        match rng.randrange(5):
            case 0:
                del lines[at]
            case 1:
                lines[at] = rng.choice(SLIPS)
            case 2:
                lines.insert(at, rng.choice(SLIPS))
            case 3:
                other = rng.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            case _:
                cut = rng.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:cut] + chr(rng.randrange(0x3000)) + lines[at][cut + 1 :]
    loads_or_refuses("\n".join(lines))


VALUES = st.sampled_from(
    [
        "1",
        "-1",
        "nan",
        "true",
        '""',
        '"x"',
        "[]",
        "[[]]",
        "[1]",
        '["C1"]',
        "{}",
        "[{}]",
        "1979-05-27",
    ]
)
KEYS = ["id", "slug", "kind", "paragraphs", "statement", "topics", "depends_on", "horizon"]
KEYS += ["resolution", "probability", "supported_by", "contradicted_by", "title", "date", "terms"]


@given(st.lists(st.tuples(st.sampled_from(KEYS), VALUES), unique_by=lambda pair: pair[0]))
def test_any_type_of_any_value_loads_or_is_refused(pairs: list[tuple[str, str]]) -> None:
    body = "\n".join(f"{key} = {value}" for key, value in pairs)
    loads_or_refuses(f"[essay]\n{body}\n[[party]]\n{body}\n[[claim]]\n{body}\n")
