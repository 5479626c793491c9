"""What an admin can set: one table of settings, read from TOML and the environment.

    table.py     every setting: name, default, unit, range, help
    values.py    one written value -> one checked value
    lines.py     where in a TOML text a key stands
    channels.py  the [channels.NAME] tables and their secrets
    platforms.py the tokens of the platforms
    load.py      file + environment -> Config, or all mistakes at once
    text.py      the table as an example file, as documentation and for `run --settings`

Nothing is read at import: whoever starts the program calls ``load_config``.
"""

from bot.config.channels import Channel
from bot.config.load import CONFIG_VARIABLE, DEFAULT_FILE, Config, load_config
from bot.config.table import (
    SETTINGS,
    AlertsSettings,
    ExportSettings,
    FeedsSettings,
    JudgeKind,
    JudgeSettings,
    LedgerSettings,
    LogSettings,
    MainSettings,
    OperationsSettings,
    ReviewSettings,
    RolesSettings,
    ScheduleSettings,
    Setting,
    WebSubSettings,
    WorkersSettings,
)
from bot.config.text import example_toml, settings_help, settings_markdown, write_docs

__all__ = [
    "CONFIG_VARIABLE",
    "DEFAULT_FILE",
    "SETTINGS",
    "AlertsSettings",
    "Channel",
    "Config",
    "ExportSettings",
    "FeedsSettings",
    "JudgeKind",
    "JudgeSettings",
    "LedgerSettings",
    "LogSettings",
    "MainSettings",
    "OperationsSettings",
    "ReviewSettings",
    "RolesSettings",
    "ScheduleSettings",
    "Setting",
    "WebSubSettings",
    "WorkersSettings",
    "example_toml",
    "load_config",
    "settings_help",
    "settings_markdown",
    "write_docs",
]
