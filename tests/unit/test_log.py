"""The log: one record is one line, whatever a feed puts into it."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import log
from bot.log import Level, LogFormat

_PAIR = re.compile(r'([A-Za-z0-9_.-]+)=("(?:[^"\\]|\\.)*"|[^ "\n]*)')


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)


def read(line: str) -> dict[str, str]:
    """What a reader of logfmt makes of a line."""
    return {
        key: json.loads(re.sub(r"\\U([0-9a-f]{8})", _pair, value)) if value[:1] == '"' else value
        for key, value in _PAIR.findall(line)
    }


def _pair(match: re.Match[str]) -> str:
    return json.dumps(chr(int(match[1], 16)))[1:-1]


def started(form: LogFormat = LogFormat.LOGFMT, **more: object) -> io.StringIO:
    logging.getLogger().handlers.clear()  # pytest's own, which is not as patient as ours
    stream = io.StringIO()
    log.setup(Level.INFO, form, stream=stream, **more)  # type: ignore[arg-type]
    return stream


def fail(message: str) -> None:
    raise ValueError(message)


def test_a_line_has_time_level_logger_event_and_values() -> None:
    stream = started()
    log.logger("feeds").info("feed polled", feed="https://example.org/a?b=c", entries=3, new=None)
    line = stream.getvalue()
    assert re.match(r"ts=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=info logger=feeds ", line)
    assert line.endswith(
        'event="feed polled" feed="https://example.org/a?b=c" entries=3 new=null\n'
    )


def test_json_keeps_numbers_and_booleans() -> None:
    stream = started(LogFormat.JSON)
    log.logger("feeds").warning("x", entries=3, share=0.5, ok=True, none=None, bad=float("nan"))
    line = json.loads(stream.getvalue())
    assert line["level"] == "warning"
    values = {key: line[key] for key in ("entries", "share", "ok", "none", "bad")}
    assert values == {"entries": 3, "share": 0.5, "ok": True, "none": None, "bad": "nan"}


@pytest.mark.parametrize("form", list(LogFormat))
@given(text=st.text(max_size=40))
def test_no_text_breaks_out_of_its_line_and_all_of_it_can_be_read_back(
    form: LogFormat, text: str
) -> None:
    stream = started(form)
    log.logger("feeds").info("polled", title=text, after="end")
    line = stream.getvalue()
    assert line.endswith("\n")
    assert line[:-1].isprintable()
    assert len(line.splitlines()) == 1
    back = json.loads(line) if form is LogFormat.JSON else read(line)
    assert back["title"] == text
    assert back["after"] == "end"
    assert list(back) == ["ts", "level", "logger", "event", "title", "after"]


def test_a_forged_line_stays_a_value() -> None:
    stream = started()
    log.logger("feeds").info("polled", title='x"\nts=2026 level=error event="all is lost"')
    (line,) = stream.getvalue().splitlines()
    assert read(line)["level"] == "info"
    assert read(line)["event"] == "polled"


def test_a_message_of_a_library_is_one_line_too() -> None:
    stream = started()
    logging.getLogger("library").warning("bad %s\n%s", "a\x1b[2J", "b")
    (line,) = stream.getvalue().splitlines()
    assert read(line)["event"] == "bad a\x1b[2J\nb"
    assert "\x1b" not in line


def test_a_librarys_wrong_arguments_do_not_cost_the_line() -> None:
    stream = started()
    logging.getLogger("library").warning("bad %d", "a")
    assert read(stream.getvalue())["event"] == "bad %d"


def test_a_value_that_cannot_be_shown_does_not_cost_the_line() -> None:
    class Broken:
        def __str__(self) -> str:
            raise RuntimeError

    stream = started()
    log.logger("feeds").info("polled", entry=Broken())
    assert read(stream.getvalue())["entry"] == "<Broken: RuntimeError>"


def test_a_value_cannot_take_the_place_of_the_level_or_event() -> None:
    stream = started()
    log.logger("feeds").info("polled", **{"level": "x", "event": "y", "a b=c\n": 1})
    line = read(stream.getvalue())
    assert line["level"] == "info"
    assert line["level_"] == "x"
    assert line["event_"] == "y"
    assert line["a_b_c_"] == "1"


def test_a_percent_sign_in_an_event_is_one() -> None:
    stream = started()
    log.logger("feeds").info("100 % done %s")
    assert read(stream.getvalue())["event"] == "100 % done %s"


def test_long_values_are_cut() -> None:
    stream = started()
    log.logger("feeds").info("polled", title="x" * 10_000)
    assert read(stream.getvalue())["title"] == "x" * log.MAX_VALUE_CHARS + "…"


def test_a_traceback_is_a_value_of_the_same_line() -> None:
    stream = started()
    try:
        fail("a\nb")
    except ValueError:
        log.logger("feeds").exception("failed", feed="f")
    (line,) = stream.getvalue().splitlines()
    assert read(line)["level"] == "error"
    assert read(line)["trace"].endswith("ValueError: a\nb")


@pytest.mark.parametrize("form", list(LogFormat))
@given(secret=st.text(min_size=6, max_size=20).filter(lambda text: text == text.strip()))
def test_a_secret_appears_nowhere(form: LogFormat, secret: str) -> None:
    stream = started(form, secrets=[secret])
    try:
        fail(f"sent {secret}")
    except ValueError:
        log.logger("feeds").exception(f"to {secret}", nested=[secret], plain=secret)
    logging.getLogger("library").warning("with %s", secret)
    first, second = stream.getvalue().splitlines()
    reader = json.loads if form is LogFormat.JSON else read
    for line in (reader(first), reader(second)):
        for key in ("event", "nested", "plain", "trace"):
            assert secret not in line.get(key, "").replace("[secret]", "\n")


def test_a_secret_is_struck_out_in_an_address_and_as_a_number() -> None:
    stream = started(LogFormat.JSON, secrets=["a/b+c d", "12345678", ""])
    log.logger("x").info("sent", url="https://example.org/?t=a%2Fb%2Bc%20d", number=12345678)
    line = json.loads(stream.getvalue())
    assert line["url"] == "https://example.org/?t=[secret]"
    assert line["number"] == "[secret]"


def test_ids_are_bound_to_a_logger_and_to_a_block() -> None:
    stream = started()
    poll = log.logger("feeds", run=1).bind(feed="a")
    with log.bound(job="poll"):
        with log.bound(article=7):
            poll.info("inner")
        logging.getLogger("library").warning("between")
    poll.info("outer")
    inner, between, outer = map(read, stream.getvalue().splitlines())
    assert (inner["run"], inner["feed"], inner["job"], inner["article"]) == ("1", "a", "poll", "7")
    assert between["job"] == "poll"
    assert "article" not in between
    assert "job" not in outer


async def test_ids_of_one_task_do_not_reach_another_but_do_reach_its_threads() -> None:
    stream = started()
    both_in = asyncio.Barrier(2)

    async def work(name: str) -> None:
        with log.bound(task=name):
            await both_in.wait()
            await asyncio.to_thread(log.logger("x").info, name)

    await asyncio.gather(work("a"), work("b"))
    lines = [read(line) for line in stream.getvalue().splitlines()]
    assert sorted((line["event"], line["task"]) for line in lines) == [("a", "a"), ("b", "b")]


def test_setting_up_again_replaces_and_does_not_double() -> None:
    first, second = started(), started()
    log.logger("x").info("once")
    assert first.getvalue() == ""
    assert len(second.getvalue().splitlines()) == 1


def test_lines_below_the_level_are_left_out_and_chatty_libraries_are_quiet() -> None:
    stream = started()
    log.logger("x").debug("fine")
    logging.getLogger("apscheduler.executors").info("Running job")
    assert stream.getvalue() == ""
    log.setup("debug", "json", stream=stream)
    log.logger("x").debug("fine")
    logging.getLogger("apscheduler.executors").info("Running job")
    assert len(stream.getvalue().splitlines()) == 2


def test_a_closed_stream_does_not_stop_the_bot(capsys: pytest.CaptureFixture[str]) -> None:
    stream = started()
    stream.close()
    log.logger("x").info("lost", title="a\nb")
    assert capsys.readouterr().err == ""
