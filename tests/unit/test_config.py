"""The settings: what is read, from where, and what every mistake is answered with."""

from __future__ import annotations

import dataclasses
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import SETTINGS, Channel, Config, example_toml, load_config, settings_help
from bot.config.table import SECTIONS, Form
from bot.config.text import EXAMPLE_FILE, MARKDOWN_FILE, settings_markdown, with_settings
from bot.errors import ConfigError
from bot.essay.lines import LineIndex
from bot.log import Level, LogFormat
from bot.model import Stance

ROOT = Path(__file__).parents[2]
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a config file and says where it is."""

    def _write(text: str) -> Path:
        path = tmp_path / "claimwire.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return _write


def refused(path: Path | None, environ: dict[str, str] | None = None) -> str:
    """The message that a config is refused with."""
    with pytest.raises(ConfigError) as caught:
        load_config(path, environ or {})
    assert caught.value.exit_code == 2
    return str(caught.value)


# --- where settings come from --------------------------------------------------------------------


def test_without_file_and_environment_every_setting_has_its_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = load_config(None, {})
    assert config == Config()
    assert config.source is None
    assert config.channels == (Channel("console", "console"),)
    assert config.ledger_path == Path("data/ledger.sqlite")


def test_a_claimwire_toml_in_the_working_folder_is_found(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("[judge]\nthreads = 3\n")
    monkeypatch.chdir(tmp_path)
    assert load_config(None, {}).judge.threads == 3


def test_the_command_line_wins_over_the_variable_and_the_variable_over_the_working_folder(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("[judge]\nthreads = 3\n")
    monkeypatch.chdir(tmp_path)
    named, given = tmp_path / "named.toml", tmp_path / "given.toml"
    named.write_text("[judge]\nthreads = 4\n")
    given.write_text("[judge]\nthreads = 5\n")
    environ = {"CLAIMWIRE_CONFIG": str(named)}
    assert load_config(None, environ).judge.threads == 4
    assert load_config(given, environ).judge.threads == 5


def test_the_environment_wins_over_the_file(write: Write) -> None:
    path = write('[feeds]\ninterval_min = 30\ncontact = "a"\n[log]\nlevel = "error"\n')
    config = load_config(
        path,
        {
            "CLAIMWIRE_FEEDS_INTERVAL_MIN": "45",
            "CLAIMWIRE_FEEDS_ALLOW_PRIVATE": "Yes",
            "CLAIMWIRE_JUDGE_ALERT_THRESHOLD": "0.5",
            "CLAIMWIRE_ALERTS_STANCES": "contradicts, supports",
            "CLAIMWIRE_LOG_FORMAT": "json",
        },
    )
    assert config.feeds.interval_min == 45
    assert config.feeds.contact == "a"
    assert config.feeds.allow_private is True
    assert config.judge.alert_threshold == 0.5
    assert config.alerts.stances == (Stance.CONTRADICTS, Stance.SUPPORTS)
    assert config.log.level is Level.ERROR
    assert config.log.format is LogFormat.JSON


def test_an_empty_variable_counts_as_not_set(write: Write) -> None:
    path = write("[judge]\nthreads = 3\n")
    environ = {"CLAIMWIRE_JUDGE_THREADS": "", "CLAIMWIRE_CHANNEL_CONSOLE_SECRET": " "}
    config = load_config(path, environ)
    assert config.judge.threads == 3
    assert config.channels[0].settings == {}


def test_settings_of_the_main_section_have_variables_without_its_name() -> None:
    variables = {setting.name: setting.variable for setting in SETTINGS}
    assert variables["data_dir"] == "CLAIMWIRE_DATA_DIR"
    assert variables["interval_min"] == "CLAIMWIRE_FEEDS_INTERVAL_MIN"
    assert len({setting.variable for setting in SETTINGS}) == len(SETTINGS)


def test_relative_paths_start_at_the_folder_of_the_file(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "mine.toml").touch()
    path = write('[claimwire]\nessay = "mine.toml"\n[feeds]\nopml = "lists/a.opml"\n')
    monkeypatch.chdir(elsewhere)
    config = load_config(path, {"CLAIMWIRE_DATA_DIR": "store"})
    assert config.claimwire.essay == tmp_path / "mine.toml"
    assert config.claimwire.data_dir == tmp_path / "store"
    assert config.feeds.opml == tmp_path / "lists/a.opml"


def test_the_default_data_folder_lies_beside_the_file(write: Write, tmp_path: Path) -> None:
    assert load_config(write(""), {}).claimwire.data_dir == tmp_path / "data"


def test_the_home_folder_may_be_written_as_a_tilde(write: Write) -> None:
    config = load_config(write('[claimwire]\ndata_dir = "~/claimwire"\n'), {})
    assert config.claimwire.data_dir == Path.home() / "claimwire"


def test_the_list_of_feeds_is_the_named_one_else_the_own_one_else_the_bundled_one(
    write: Write, tmp_path: Path
) -> None:
    assert load_config(write(""), {}).opml_in_use() is None
    own = tmp_path / "data/feeds.opml"
    own.parent.mkdir()
    own.touch()
    assert load_config(write(""), {}).opml_in_use() == own
    named = load_config(write('[feeds]\nopml = "not-yet-there.opml"\n'), {})
    assert named.opml_in_use() == named.own_opml_path == tmp_path / "not-yet-there.opml"


def test_a_byte_order_mark_and_windows_line_ends_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "claimwire.toml"
    path.write_bytes(b"\xef\xbb\xbf[judge]\r\nthreads = 3\r\n")
    assert load_config(path, {}).judge.threads == 3


def test_a_config_cannot_be_changed() -> None:
    config = Config()
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.feeds.interval_min = 1  # type: ignore[misc]
    assert not hasattr(config, "__dict__")


# --- mistakes ------------------------------------------------------------------------------------


def test_every_mistake_is_told_at_once_with_line_and_remedy(write: Write) -> None:
    path = write(
        "# a comment\n"
        "[feeds]\n"
        "intervall_min = 10\n"
        "timeout_s = 0\n"
        "threads = 2\n"
        "\n"
        "[alerts]\n"
        "stances = [\n"
        '    "contradict",\n'
        "]\n"
        "min_confidence = nan\n"
        "[log]\n"
        'format = "xml"\n'
        "[fedes]\n"
        "[channels.desk]\n"
        'url = "https://desk.example.org"\n'
    )
    environ = {"CLAIMWIRE_JUDGE_THREADS": "many", "CLAIMWIRE_LOG_LEVLE": "info"}
    assert refused(path, environ).splitlines() == [
        f"{path}: 8 mistakes",
        '  line 3: [feeds] has no setting "intervall_min" -> did you mean interval_min?',
        (
            "  line 4: [feeds] timeout_s is 0, which is out of range"
            " -> write a whole number from 1 to 300 seconds"
        ),
        '  line 5: [feeds] has no setting "threads" -> it belongs below [judge]',
        '  line 8: [alerts] stances is "contradict" -> did you mean contradicts?',
        (
            "  line 11: [alerts] min_confidence is NaN, which is out of range"
            " -> write a number from 0 to 1"
        ),
        '  line 13: [log] format is "xml" -> write one of logfmt, json',
        '  line 14: there is no section "fedes" -> did you mean feeds?',
        (
            "  line 15: [channels.desk] names no adapter"
            ' -> write adapter = "console", or another adapter in quotes'
        ),
        "environment: 2 mistakes",
        "  CLAIMWIRE_LOG_LEVLE is no setting -> did you mean CLAIMWIRE_LOG_LEVEL?",
        '  CLAIMWIRE_JUDGE_THREADS is "many" -> write a whole number (1 to 64)',
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("feeds.interval_min = true", "is true -> write a whole number"),
        ("feeds.interval_min = 15.0", "is 15.0 -> write a whole number"),
        ('feeds.interval_min = "15"', 'is "15" -> write a whole number'),
        ("feeds.interval_min = 1_441", "is 1441, which is out of range"),
        ("feeds.interval_min = 2026-01-01", "2026-01-01"),
        ("feeds.allow_private = 1", "is 1 -> write a true or false"),
        ("feeds.contact = 5", "is 5 -> write a text"),
        (r'feeds.contact = "a\r\nX-Evil: 1"', "control character"),
        (f'feeds.contact = "{"a" * 301}"', "has 301 characters -> shorten it"),
        ('claimwire.essay = "none.toml"', 'is "none.toml", which is not there'),
        ('claimwire.data_dir = ""', "is empty -> write a path"),
        ('claimwire.data_dir = "~nobody-of-that-name/x"', "cannot be used"),
        (r'claimwire.essay = "\u0000"', "control character"),
        (f'claimwire.essay = "{"a" * 299}"', "cannot be used"),
        ("judge.alert_threshold = 1.5", "out of range"),
        ("judge.alert_threshold = inf", "out of range"),
        ('judge.alert_threshold = "high"', 'is "high" -> write a number'),
        ("alerts.stances = []", "is an empty list -> name at least one of supports"),
        ('alerts.stances = "update"', "write a list such as"),
        ("alerts.stances = [1]", "is 1 -> write one of"),
        ("log.level = 3", "is 3 -> write one of debug"),
        ("log = 3", "log is no section -> write [log] on a line of its own"),
        ("interval_min = 3", "it belongs below [feeds]"),
        ("channels = 3", "[channels] is no table"),
        ("channels.desk = 3", "is no table"),
        ('channels."The Desk".adapter = "console"', "cannot be the name of a channel"),
        ("channels.desk.adapter = 3", "names no adapter"),
        ('channels.desk = {adapter = "console", at = 2026-01-01}', "is no text"),
        ('channels.desk = {adapter = "console", x = "a\\nb"}', "is no text"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_its_line(
    write: Write, line: str, said: str
) -> None:
    message = refused(write(f"# the next line is wrong\n{line}\n"))
    assert "line 2: " in message
    assert said in message
    assert " -> " in message


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[feeds]\ninterval_min = \n", "line 2: "),
        ("[feeds]\ncontact = desk\n", "line 2: "),
        ("[feeds]\n[feeds]\n", "line 2: "),
        ("[judge]\nthreads = 1\nthreads = 2\n", "line 3: "),
        ("[judge]\nthreads = " + "9" * 5000, ""),
        ("[judge]\nthreads = " + "[" * 50_000, ""),
    ],
)
def test_what_is_no_toml_is_refused_with_its_line(write: Write, text: str, place: str) -> None:
    message = refused(write(text))
    assert f"claimwire.toml: {place}this is not TOML" in message
    assert len(message) < 600


def test_a_file_that_is_not_there_a_folder_and_a_huge_file_are_refused(tmp_path: Path) -> None:
    assert "cannot be read (No such file" in refused(tmp_path / "none.toml")
    assert "cannot be read" in refused(tmp_path)
    assert "cannot be read" in refused(None, {"CLAIMWIRE_CONFIG": str(tmp_path / "none.toml")})
    huge = tmp_path / "huge.toml"
    huge.write_bytes(b"#" * 1_000_001)
    assert "over 1,000,000 bytes" in refused(huge)


def test_a_file_in_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "claimwire.toml"
    path.write_bytes('[feeds]\ncontact = "Düsseldorf"\n'.encode("latin-1"))
    assert "line 2: not UTF-8 -> save the file as UTF-8" in refused(path)


def test_variables_that_a_container_platform_sets_are_no_mistake(write: Write) -> None:
    environ = {"CLAIMWIRE_SERVICE_HOST": "10.0.0.1", "CLAIMWIRE_PORT_80_TCP": "tcp://10.0.0.1:80"}
    load_config(write(""), environ)


def test_a_message_repeats_no_control_character(write: Write) -> None:
    message = refused(write('[feeds]\n"\\u001b[2J\\n" = 1\n'))
    assert all(line.isprintable() for line in message.splitlines())
    assert len(message.splitlines()) == 2


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3), st.data())
def test_any_text_in_a_variable_is_a_value_or_a_mistake_never_a_crash(
    more: dict[str, str], data: st.DataObject
) -> None:
    setting = data.draw(st.sampled_from(SETTINGS))
    environ = {f"CLAIMWIRE_{name}": text for name, text in more.items()}
    environ[setting.variable] = data.draw(st.text(max_size=30))
    try:
        load_config(Path("/dev/null"), environ)
    except ConfigError as error:
        assert all(line.isprintable() for line in str(error).splitlines())  # noqa: PT017


# --- channels and their secrets ------------------------------------------------------------------

DESK = '[channels.desk]\nadapter = "webhook"\nurl = "https://desk.example.org/in"\n'


def test_a_channel_has_its_adapters_keys_as_text(write: Write) -> None:
    path = write(DESK + 'timeout_s = 2.5\nquiet = true\n[channels.shell]\nadapter = "console"\n')
    desk, shell = load_config(path, {}).channels
    assert (desk.name, desk.adapter) == ("desk", "webhook")
    assert desk.settings == {
        "url": "https://desk.example.org/in",
        "timeout_s": "2.5",
        "quiet": "true",
    }
    assert shell == Channel("shell", "console")


def test_a_secret_comes_from_the_environment_and_is_shown_nowhere(write: Write) -> None:
    config = load_config(write(DESK), {"CLAIMWIRE_CHANNEL_DESK_SECRET": "open sesame"})
    assert config.channels[0].settings["secret"] == "open sesame"
    assert "open sesame" in config.secrets
    assert "open sesame" not in repr(config)


def test_a_channels_address_may_hold_a_token_and_is_kept_from_the_log(write: Write) -> None:
    environ = {"CLAIMWIRE_CHANNEL_DESK_URL": "https://desk.example.org/T0KEN"}
    config = load_config(write(DESK), environ)
    assert config.channels[0].settings["url"] == "https://desk.example.org/T0KEN"
    assert "https://desk.example.org/T0KEN" in config.secrets


def test_a_secret_comes_from_a_file_without_its_line_end(write: Write, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("open sesame\n")
    config = load_config(write(DESK), {"CLAIMWIRE_CHANNEL_DESK_SECRET_FILE": "token"})
    assert config.channels[0].settings["secret"] == "open sesame"
    assert "open sesame" in config.secrets


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read (No such file"),
        (b"", "is empty -> put the secret into it"),
        (b" \n", "is empty -> put the secret into it"),
        (b"one\ntwo\n", "does not hold one line of text"),
        (b"\xff\xfe\xfd", "does not hold one line of text"),
        (b"x" * 10_001, "is over 10,000 bytes"),
    ],
)
def test_a_secret_file_that_cannot_be_used_is_a_mistake(
    write: Write, tmp_path: Path, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    message = refused(write(DESK), {"CLAIMWIRE_CHANNEL_DESK_SECRET_FILE": "token"})
    assert "environment: 1 mistake\n  CLAIMWIRE_CHANNEL_DESK_SECRET_FILE" in message
    assert said in message


def test_a_secret_file_that_is_a_folder_is_a_mistake(write: Write, tmp_path: Path) -> None:
    environ = {"CLAIMWIRE_CHANNEL_DESK_SECRET_FILE": str(tmp_path)}
    assert "cannot be read" in refused(write(DESK), environ)


def test_a_secret_given_twice_is_a_mistake(write: Write) -> None:
    environ = {
        "CLAIMWIRE_CHANNEL_DESK_SECRET": "open sesame",
        "CLAIMWIRE_CHANNEL_DESK_SECRET_FILE": "token",
    }
    message = refused(write(DESK), environ)
    assert "are both set -> unset one of them" in message
    assert "sesame" not in message


@pytest.mark.parametrize("key", ["secret", "bot_token", "password", "api-key", "secret_file"])
def test_a_secret_in_the_file_is_a_mistake_that_does_not_repeat_it(write: Write, key: str) -> None:
    message = refused(write(DESK + f'{key} = "sesame"\n'))
    variable = f"CLAIMWIRE_CHANNEL_DESK_{key}".upper().replace("-", "_")
    assert "line 4: [channels.desk] " in message
    assert f"set {variable}" in message
    assert "sesame" not in message


def test_a_variable_of_no_channel_is_a_mistake_with_a_guess(write: Write) -> None:
    message = refused(write(DESK), {"CLAIMWIRE_CHANNEL_DEKS_SECRET": "sesame"})
    assert "did you mean CLAIMWIRE_CHANNEL_DESK_SECRET?" in message
    assert "sesame" not in message
    message = refused(write(DESK), {"CLAIMWIRE_CHANNEL_NEWSROOM_SECRET": "sesame"})
    assert "add [channels.newsroom] to the config file" in message


def test_a_variable_belongs_to_the_channel_of_the_longest_name(write: Write) -> None:
    path = write('[channels.desk]\nadapter = "console"\n[channels.desk-two]\nadapter = "console"\n')
    desk, two = load_config(path, {"CLAIMWIRE_CHANNEL_DESK_TWO_SECRET": "open sesame"}).channels
    assert desk.settings == {}
    assert two.settings == {"secret": "open sesame"}


def test_two_channels_that_would_share_a_variable_are_a_mistake(write: Write) -> None:
    path = write('[channels.a-b]\nadapter = "console"\n[channels.a_b]\nadapter = "console"\n')
    assert "would share CLAIMWIRE_CHANNEL_A_B_" in refused(path)


# --- the table and what is made from it ----------------------------------------------------------


def test_every_setting_is_complete_and_its_default_is_allowed() -> None:
    for setting in SETTINGS:
        assert setting.help.endswith("."), setting.name
        if setting.form in (Form.WHOLE, Form.NUMBER):
            assert setting.low is not None, setting.name
            assert setting.high is not None, setting.name
            assert setting.default is None or setting.low <= setting.default <= setting.high
        assert (setting.default is None) == bool(setting.empty), setting.name
        for unit, ending in (("seconds", "_s"), ("minutes", "_min"), ("bytes", "_bytes")):
            assert (setting.unit == unit) == setting.name.endswith(ending), setting.name


def test_config_has_a_field_for_every_section() -> None:
    names = [field.name for field in dataclasses.fields(Config)]
    assert names == [*SECTIONS, "channels", "source", "platforms"]


def test_the_example_file_is_current() -> None:
    """`make docs` rewrites it."""
    assert (ROOT / EXAMPLE_FILE).read_text(encoding="utf-8") == example_toml()


def test_the_example_file_gives_the_defaults(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(example_toml())
    monkeypatch.chdir(tmp_path)
    config = load_config(None, {})
    assert config.source is not None
    assert dataclasses.replace(config, source=None) == Config()


def test_the_example_file_holds_every_setting() -> None:
    document = tomllib.loads(example_toml())
    assert document.pop("channels") == {"console": {"adapter": "console"}}
    written = [(section, name) for section, table in document.items() for name in table]
    assert written == [(setting.section, setting.name) for setting in SETTINGS]


def test_the_documentation_of_settings_is_current() -> None:
    """`make docs` rewrites it."""
    page = (ROOT / MARKDOWN_FILE).read_text(encoding="utf-8")
    assert with_settings(page) == page
    assert settings_markdown() in page


def test_a_page_without_the_marks_is_not_written() -> None:
    with pytest.raises(ValueError, match="marks"):
        with_settings("# Configuration\n")


def test_help_names_every_setting() -> None:
    shown = settings_help()
    for setting in SETTINGS:
        assert f"{setting.section}.{setting.name} = " in shown
        assert setting.variable in shown


# --- lines ---------------------------------------------------------------------------------------


def test_lines_are_found_behind_comments_multi_line_values_and_odd_keys() -> None:
    text = (
        'top = """\n[feeds]\nfake = 1\n"""\n'
        "[feeds]   # [log]\n"
        "list = [\n  1, # ]\n  2,\n]\n"
        '"odd key" = 1\n'
        "a.b = {c = 1}\n"
        "[[many]]\nx = 1\n"
    )
    wanted = {
        ("top",): 1,
        ("feeds",): 5,
        ("feeds", "list"): 6,
        ("feeds", "odd key"): 10,
        ("feeds", "a"): 11,
        ("feeds", "a", "b"): 11,
        ("feeds", "a", "b", "c"): 11,
        ("many",): 12,
        ("many", 0, "x"): 13,
    }
    index = LineIndex(text)
    assert {path: index.line(path) for path in wanted} == wanted


def test_a_long_config_with_a_mistake_is_answered_at_once(write: Write) -> None:
    """Its lines are found in one pass, not by parsing its start again and again."""
    path = write("[feeds]\nlist = [\n" + "1,\n" * 100_000 + "]\n")
    began = time.thread_time()
    with pytest.raises(ConfigError, match="line 2"):
        load_config(path, {})
    assert time.thread_time() - began < 5


@given(
    st.lists(
        st.tuples(
            st.text("abc", min_size=1, max_size=3),
            st.sampled_from(["1", '"#[x]"', "[\n1,\n]", '"""\n\n"""', "{k = 1}"]),
        ),
        unique_by=lambda pair: pair[0],
    )
)
def test_every_key_is_found_at_the_line_where_it_was_written(pairs: list[tuple[str, str]]) -> None:
    text, wanted = "[t]\n", {}
    for key, value in pairs:
        wanted["t", key] = text.count("\n") + 1
        text += f"{key} = {value}\n"
    index = LineIndex(text)
    assert {path: index.line(path) for path in wanted} == wanted
