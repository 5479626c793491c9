"""File and environment to one frozen Config, or one ConfigError with every mistake.

The environment wins over the file. Paths are taken from the folder of the config file, wherever
they were written; without a file, from the working folder.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.config.channels import (
    DEFAULT_CHANNELS,
    PREFIX,
    Channel,
    read_channels,
    shown_name,
    with_environment,
)
from bot.config.platforms import SECRETS, read_platforms
from bot.config.table import (
    SECTIONS,
    SETTINGS,
    AlertsSettings,
    ExportSettings,
    FeedsSettings,
    JudgeSettings,
    LedgerSettings,
    LogSettings,
    MainSettings,
    OperationsSettings,
    PredictionsSettings,
    ReviewSettings,
    RolesSettings,
    ScheduleSettings,
    Setting,
    WebSubSettings,
    WorkersSettings,
)
from bot.config.values import SettingError, checked, from_variable, nearest, shown
from bot.errors import ConfigError, Problem
from bot.essay.lines import LineIndex

DEFAULT_FILE = "claimwire.toml"
CONFIG_VARIABLE = "CLAIMWIRE_CONFIG"
MAX_FILE_BYTES = 1_000_000

# Kubernetes sets these in every container beside a service named claimwire.
# https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
_SERVICE_LINK = re.compile(r"CLAIMWIRE_(SERVICE|PORT)(_.*)?")
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. ``source`` is the file that was read, None without one.

    ``platforms``: the tokens and addresses that the environment gives (bot.config.platforms).
    """

    claimwire: MainSettings = field(default_factory=MainSettings)
    feeds: FeedsSettings = field(default_factory=FeedsSettings)
    judge: JudgeSettings = field(default_factory=JudgeSettings)
    alerts: AlertsSettings = field(default_factory=AlertsSettings)
    roles: RolesSettings = field(default_factory=RolesSettings)
    review: ReviewSettings = field(default_factory=ReviewSettings)
    predictions: PredictionsSettings = field(default_factory=PredictionsSettings)
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings)
    ledger: LedgerSettings = field(default_factory=LedgerSettings)
    operations: OperationsSettings = field(default_factory=OperationsSettings)
    websub: WebSubSettings = field(default_factory=WebSubSettings)
    export: ExportSettings = field(default_factory=ExportSettings)
    workers: WorkersSettings = field(default_factory=WorkersSettings)
    log: LogSettings = field(default_factory=LogSettings)
    channels: tuple[Channel, ...] = DEFAULT_CHANNELS
    source: Path | None = None
    platforms: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def ledger_path(self) -> Path:
        """The ledger's database file."""
        return self.claimwire.data_dir / "ledger.sqlite"

    @property
    def llm_spending_path(self) -> Path:
        """The file that says what the language model has cost."""
        return self.claimwire.data_dir / "llm-spending.json"

    @property
    def own_opml_path(self) -> Path:
        """The OPML file that `feeds add` and `feeds import` write; it may not exist yet."""
        return self.feeds.opml or self.claimwire.data_dir / "feeds.opml"

    def opml_in_use(self) -> Path | None:
        """The OPML file to read; None for the bundled list.

        A file that ``[feeds] opml`` names is returned even if it is missing: that is for its
        reader to report.
        """
        if self.feeds.opml or self.own_opml_path.exists():
            return self.own_opml_path
        return None

    @property
    def secrets(self) -> frozenset[str]:
        """Every secret that was given: what no log line may show."""
        tokens = (value for name, value in self.platforms.items() if name in SECRETS)
        return frozenset(tokens).union(*(channel.secrets for channel in self.channels))


def load_config(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Reads the config.

    ``path`` is what --config gave; without it CLAIMWIRE_CONFIG counts, and then ./claimwire.toml
    if it is there. ``environ`` is os.environ unless given.

    Raises ConfigError with all mistakes of the file and the environment.
    """
    environ = os.environ if environ is None else environ
    source = _source(path, environ)
    text = _read(source) if source else ""
    folder = source.parent if source else Path()
    reader = _Reader(text, folder)
    values = reader.settings(_document(source, text), environ)
    channels = reader.channels(environ)
    platforms, wrong = read_platforms(environ, folder)
    reader.in_environment += [Problem(0, one.message, one.remedy) for one in wrong]
    if reader.in_file or reader.in_environment:
        raise ConfigError(_report(source, reader))
    sections = {name: cls(**values[name]) for name, cls in SECTIONS.items()}
    return Config(**sections, channels=channels, source=source, platforms=platforms)


def _source(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    if path is not None:
        return path
    if named := environ.get(CONFIG_VARIABLE):
        return Path(named)
    default = Path(DEFAULT_FILE)
    return default if default.exists() else None


def _read(source: Path) -> str:
    try:
        with source.open("rb") as opened:
            content = opened.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(
            f"{source}: cannot be read ({reason}) -> name a config file with --config or "
            f"{CONFIG_VARIABLE}; claimwire.example.toml shows one"
        ) from error
    if len(content) > MAX_FILE_BYTES:
        raise ConfigError(f"{source}: over {MAX_FILE_BYTES:,} bytes -> is this the config file?")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{source}: line {line}: not UTF-8 -> save the file as UTF-8") from error


def _document(source: Path | None, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: also a number of 5,000 digits
        reason = str(error)
        found = _AT_LINE.search(reason)
        place = f"line {found[1]}: " if found else ""
        reason = _AT_LINE.sub("", reason).strip()
        raise ConfigError(
            f"{source}: {place}this is not TOML: {reason} -> correct it there; texts stand in "
            'quotes, as in contact = "desk@example.org"'
        ) from error


class _Reader:
    """Gathers values and mistakes from one document and one environment."""

    def __init__(self, text: str, folder: Path) -> None:
        self._text = text
        self._folder = folder
        self._lines: LineIndex | None = None
        self._tables: object = {}
        self.in_file: list[Problem] = []
        self.in_environment: list[Problem] = []

    def settings(
        self, document: Mapping[str, Any], environ: Mapping[str, str]
    ) -> dict[str, dict[str, Any]]:
        """The values of every section by name; a setting that is not written has its default."""
        self._tables = document.get("channels", {})
        for section, table in document.items():
            if section == "channels":
                continue
            if section not in SECTIONS:
                self._unknown_section(section)
            elif isinstance(table, dict):
                self._unknown_keys(section, table)
            else:
                remedy = f"write [{section}] on a line of its own"
                self.note((section,), f"{section} is no section", remedy)
        self._unknown_variables(environ)
        values: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
        for setting in SETTINGS:
            table = document.get(setting.section)
            table = table if isinstance(table, dict) else {}
            values[setting.section][setting.name] = self._value(setting, table, environ)
        return values

    def channels(self, environ: Mapping[str, str]) -> tuple[Channel, ...]:
        """The channels with their secrets; one console channel where none is written."""
        found = read_channels(self._tables, self.note)
        if not self._tables:
            found = {channel.name: channel for channel in DEFAULT_CHANNELS}
        complete, wrong = with_environment(found, environ, self._folder)
        self.in_environment += [Problem(0, one.message, one.remedy) for one in wrong]
        return complete

    def note(self, path: tuple[str, ...], message: str, remedy: str) -> None:
        """Notes a mistake at a key of the file."""
        if self._lines is None:
            self._lines = LineIndex(self._text)
        self.in_file.append(Problem(self._lines.line(path), message, remedy))

    def _value(self, setting: Setting, table: Mapping[str, Any], environ: Mapping[str, str]) -> Any:
        value = setting.default
        if isinstance(value, Path):
            value = self._folder / value
        if setting.name in table:
            try:
                value = checked(setting, table[setting.name], self._folder)
            except SettingError as mistake:
                self.note(
                    (setting.section, setting.name),
                    f"[{setting.section}] {setting.name} {mistake.message}",
                    mistake.remedy,
                )
        # An empty variable counts as not set: that is what compose files make of a missing one.
        if written := environ.get(setting.variable, "").strip():
            try:
                value = checked(setting, from_variable(setting, written), self._folder)
            except SettingError as mistake:
                message = f"{setting.variable} {mistake.message}"
                self.in_environment.append(Problem(0, message, mistake.remedy))
        return value

    def _unknown_section(self, section: str) -> None:
        homes = [f"[{one.section}]" for one in SETTINGS if one.name == section]
        if homes:
            remedy = f"it belongs below {homes[0]}"
        else:
            remedy = nearest(section, [*SECTIONS, "channels"]) or "remove it"
        self.note((section,), f"there is no section {shown(section)}", remedy)

    def _unknown_keys(self, section: str, table: Mapping[str, Any]) -> None:
        names = [one.name for one in SETTINGS if one.section == section]
        for key in table:
            if key in names:
                continue
            homes = [one.section for one in SETTINGS if one.name == key]
            other = f"it belongs below [{homes[0]}]" if homes else ""
            remedy = other or nearest(key, names) or f"[{section}] knows {', '.join(names)}"
            self.note((section, key), f"[{section}] has no setting {shown(key)}", remedy)

    def _unknown_variables(self, environ: Mapping[str, str]) -> None:
        known = {setting.variable for setting in SETTINGS} | {CONFIG_VARIABLE}
        for variable in sorted(environ):
            ours = variable.startswith("CLAIMWIRE_") and not variable.startswith(PREFIX)
            if ours and variable not in known and not _SERVICE_LINK.fullmatch(variable):
                guess = nearest(variable, known, "CLAIMWIRE_")
                message = f"{shown_name(variable)} is no setting"
                self.in_environment.append(Problem(0, message, guess or "unset it"))


def _report(source: Path | None, reader: _Reader) -> str:
    parts = []
    in_file = sorted(reader.in_file, key=lambda problem: problem.line)
    for place, problems in ((source, in_file), ("environment", reader.in_environment)):
        if problems:
            count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
            parts.append(f"{place}: {count}")
            parts += [f"  {problem}" for problem in problems]
    return "\n".join(parts)
