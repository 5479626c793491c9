"""The settings table: one dataclass per section, one field per setting.

A field's annotation is the setting's type, its default the setting's default, and its metadata the
rest. Parsing, the example file, the documentation and `run --settings` are all made from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import Enum, StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_type_hints

from bot.log import Level, LogFormat
from bot.model import Stance

_META = "setting"


class Form(Enum):
    """How a setting is written. The value is what a person is told to write."""

    TEXT = "text"
    PATH = "path"
    WHOLE = "whole number"
    NUMBER = "number"
    SWITCH = "true or false"
    CHOICE = "one word"
    CHOICES = "list of words"
    PEOPLE = "list of platform:id"


_FORMS: dict[object, Form] = {
    str: Form.TEXT,
    Path: Form.PATH,
    int: Form.WHOLE,
    float: Form.NUMBER,
    bool: Form.SWITCH,
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table.

    ``low`` and ``high`` bound a number, both included. ``empty`` says what "" stands for; where
    it is not "", the setting may be left empty and is then None. ``must_exist``: a path that has
    to be there before the start. ``choice`` makes a written word into its value.
    """

    section: str
    name: str
    form: Form
    default: Any
    help: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    empty: str = ""
    must_exist: bool = False
    choice: type[StrEnum] | None = None

    @property
    def variable(self) -> str:
        """The environment variable that overrides the file."""
        section = "" if self.section == "claimwire" else f"{self.section.upper()}_"
        return f"CLAIMWIRE_{section}{self.name.upper()}"

    @property
    def words(self) -> tuple[str, ...]:
        """The words that a CHOICE or CHOICES may hold."""
        return tuple(member.value for member in self.choice) if self.choice else ()

    @property
    def span(self) -> str:
        """The allowed numbers with their unit, or the allowed words, for people."""
        if self.low is None or self.high is None:
            return ", ".join(self.words)
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.low:,.0f} to {self.high:,.0f}{unit}"


def _row(
    text: str,
    *,
    unit: str = "",
    span: tuple[float, float] | None = None,
    empty: str = "",
    must_exist: bool = False,
) -> dict[str, Any]:
    """The rest of a row, as the metadata of its field."""
    low, high = span or (None, None)
    row = {"help": text, "unit": unit, "low": low, "high": high}
    return {_META: {**row, "empty": empty, "must_exist": must_exist}}


@dataclass(frozen=True, slots=True)
class MainSettings:
    """[claimwire]"""

    data_dir: Path = field(
        default=Path("data"),
        metadata=_row("Folder of all that the bot keeps: ledger.sqlite and feeds.opml."),
    )
    essay: Path | None = field(
        default=None,
        metadata=_row(
            "The essay file whose claims the news is held against.",
            empty="the bundled essay",
            must_exist=True,
        ),
    )


@dataclass(frozen=True, slots=True)
class FeedsSettings:
    """[feeds]"""

    opml: Path | None = field(
        default=None,
        metadata=_row(
            "The OPML file that lists the feeds.",
            empty="feeds.opml in data_dir if it is there, else the bundled list",
        ),
    )
    interval_min: int = field(
        default=15,
        metadata=_row(
            "Time between two fetches of a feed whose own rhythm is not known yet.",
            unit="minutes",
            span=(1, 1440),
        ),
    )
    adaptive: bool = field(
        default=True,
        metadata=_row(
            "Whether each feed is fetched in its own rhythm, every 5 to 1,440 minutes; off: every "
            "interval_min. An interval in the list of feeds is kept to in any case."
        ),
    )
    jitter_s: int = field(
        default=60,
        metadata=_row(
            "The time between two fetches is made longer or shorter at random by up to this, so "
            "that they do not fall together.",
            unit="seconds",
            span=(0, 3600),
        ),
    )
    timeout_s: int = field(
        default=30,
        metadata=_row(
            "Time that a fetch may take in all, redirects included.",
            unit="seconds",
            span=(1, 300),
        ),
    )
    max_bytes: int = field(
        default=10_000_000,
        metadata=_row(
            "Largest feed that is read, counted after decompression.",
            unit="bytes",
            span=(10_000, 100_000_000),
        ),
    )
    max_redirects: int = field(
        default=5, metadata=_row("Redirects followed for one fetch.", span=(0, 20))
    )
    concurrency: int = field(
        default=8,
        metadata=_row("Feeds fetched at the same time, one at a time from a host.", span=(1, 64)),
    )
    full_text: bool = field(
        default=False,
        metadata=_row(
            "Whether a report of which its feed gives only a teaser is completed from its page, "
            "where robots.txt allows it. The list of feeds can say otherwise for each."
        ),
    )
    contact: str = field(
        default="",
        metadata=_row(
            "How a publisher can reach you: a web or mail address. It is sent in the User-Agent."
        ),
    )
    allow_private: bool = field(
        default=False,
        metadata=_row(
            "Whether feeds may lie on this machine or in a private network. Leave it off unless "
            "you trust everyone who can add a feed."
        ),
    )


class JudgeKind(StrEnum):
    """Which judge holds the news against the claims; docs/judges.md explains them."""

    EMBEDDED = "embedded"
    NLI = "nli"
    LLM = "llm"


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """[judge]"""

    kind: JudgeKind = field(
        default=JudgeKind.EMBEDDED,
        metadata=_row(
            "Which judge: the bundled one, any NLI model of nli_dir, or an LLM with the embedded "
            "one behind it."
        ),
    )
    model_dir: Path | None = field(
        default=None,
        metadata=_row("Folder of the judge's model.", empty="the bundled model", must_exist=True),
    )
    alert_threshold: float | None = field(
        default=None,
        metadata=_row(
            "The probability from which a finding becomes a verdict. Higher means fewer and surer "
            "alerts.",
            span=(0, 1),
            empty="the model's own calibrated threshold",
        ),
    )
    threads: int = field(
        default=2, metadata=_row("Processor threads that the model may use.", span=(1, 64))
    )
    nli_dir: Path | None = field(
        default=None,
        metadata=_row(
            "Folder of the NLI model that kind nli reads with: config.json, tokenizer.json and "
            "model.onnx.",
            empty="no such model",
            must_exist=True,
        ),
    )
    llm_model: str = field(
        default="",
        metadata=_row("The model that kind llm asks, by its name in the llm library."),
    )
    llm_api_base: str = field(
        default="",
        metadata=_row(
            "Address of a server that speaks OpenAI's chat completions (vLLM, Ollama, a proxy), "
            "for kind llm; empty for the llm library's own."
        ),
    )
    llm_monthly_budget: float = field(
        default=10.0,
        metadata=_row(
            "What kind llm may spend in a calendar month; past it the embedded judge judges.",
            unit="US dollars",
            span=(0, 100_000),
        ),
    )


@dataclass(frozen=True, slots=True)
class AlertsSettings:
    """[alerts]"""

    stances: tuple[Stance, ...] = field(
        default=(Stance.CONTRADICTS, Stance.SUPPORTS, Stance.UPDATE),
        metadata=_row(
            "Which ways of bearing on a claim are alerted. The ledger keeps all of them."
        ),
    )
    min_confidence: float = field(
        default=0.0,
        metadata=_row(
            "A verdict below this confidence goes to the ledger without an alert.",
            span=(0, 1),
        ),
    )
    standing_changes: bool = field(
        default=True,
        metadata=_row(
            "Whether a claim that stands elsewhere than before is told by itself, beside the "
            "alerts. Digests tell it in any case."
        ),
    )
    delivery_interval_s: int = field(
        default=5,
        metadata=_row("Time between two looks into the outbox.", unit="seconds", span=(1, 3600)),
    )
    silent_days: int = field(
        default=30,
        metadata=_row(
            "After so many days without a report on a claim the operators are told; 0: never.",
            unit="days",
            span=(0, 3650),
        ),
    )
    ops_channel: str | None = field(
        default=None,
        metadata=_row(
            "Where whoever runs the bot is told what they must know, each thing once: the name of a"
            " channel, or an address such as slack:C0123 or discord:789.",
            empty="the log alone",
        ),
    )


def _people(does: str) -> tuple[str, ...]:
    """The setting of a right."""
    text = (
        f"Who may {does}: users, Slack user groups and Discord roles as platform:id, such as "
        "slack:U0123, slack:S0456 or discord:789; * is everyone."
    )
    people: tuple[str, ...] = field(default=(), metadata=_row(text))
    return people


@dataclass(frozen=True, slots=True)
class RolesSettings:
    """[roles]"""

    editors: tuple[str, ...] = _people("do all of what follows")
    confirm: tuple[str, ...] = _people("decide on alerts, and on what waits for a look")
    subscribe: tuple[str, ...] = _people("change what a channel receives")
    mute: tuple[str, ...] = _people("mute claims")
    resolve: tuple[str, ...] = _people("resolve predictions")


@dataclass(frozen=True, slots=True)
class PredictionsSettings:
    """[predictions]"""

    second_editor: bool = field(
        default=False,
        metadata=_row(
            "Whether a resolution is only proposed until a second, different editor agrees."
        ),
    )
    remind_at: str = field(
        default="08:00@UTC",
        metadata=_row(
            "When reminders of predictions go out, as 08:00@Europe/Kyiv; the zone also says when a"
            " day ends."
        ),
    )


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """[review]"""

    keep_days: int = field(
        default=14,
        metadata=_row(
            "How long a report that the judge is unsure of waits for an editor's look.",
            unit="days",
            span=(1, 365),
        ),
    )


@dataclass(frozen=True, slots=True)
class ScheduleSettings:
    """[schedule]"""

    misfire_grace_s: int = field(
        default=300,
        metadata=_row(
            "A job that is later than this, because the machine slept or was busy, is skipped "
            "and counted.",
            unit="seconds",
            span=(1, 86_400),
        ),
    )
    housekeeping_interval_min: int = field(
        default=60,
        metadata=_row("Time between two rounds of housekeeping.", unit="minutes", span=(1, 10_080)),
    )


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """[ledger]"""

    keep_days: int = field(
        default=0,
        metadata=_row(
            "How long reports are kept that bore on nothing; 0 keeps them for ever. Evidence, "
            "alerts and decisions are always kept.",
            unit="days",
            span=(0, 36_500),
        ),
    )


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """[export]"""

    organisation: str = field(
        default="claimwire",
        metadata=_row("Who exports name as the author of alerts and of the claims' standings."),
    )


@dataclass(frozen=True, slots=True)
class WorkersSettings:
    """[workers]"""

    redis_url: str = field(
        default="",
        metadata=_row(
            "The Redis by which bot and workers meet, as redis://host:6379/0; empty: the bot judges"
            " itself. Its password belongs into REDIS_PASSWORD or REDIS_PASSWORD_FILE."
        ),
    )
    timeout_s: int = field(
        default=30,
        metadata=_row(
            "How long the bot waits for workers before it judges a batch itself.",
            unit="seconds",
            span=(5, 300),
        ),
    )


@dataclass(frozen=True, slots=True)
class LogSettings:
    """[log]"""

    level: Level = field(
        default=Level.INFO, metadata=_row("The least weighty lines that are logged.")
    )
    format: LogFormat = field(
        default=LogFormat.LOGFMT,
        metadata=_row("logfmt is key=value for people, json is for machines."),
    )


@dataclass(frozen=True, slots=True)
class OperationsSettings:
    """[operations]"""

    host: str = field(
        default="127.0.0.1",
        metadata=_row(
            "Address that /healthz, /readyz and /metrics listen on. They ask for no password: leave"
            " it on this machine, or on a network where everyone may read them."
        ),
    )
    port: int = field(default=8371, metadata=_row("Their port; 0 is none.", span=(0, 65_535)))


@dataclass(frozen=True, slots=True)
class WebSubSettings:
    """[websub]"""

    public_url: str = field(
        default="",
        metadata=_row(
            "Where the world reaches this bot through your TLS proxy, as https://news.example.org, "
            "without a path: hubs then push the feeds that name one. Empty: all feeds are polled."
        ),
    )
    listen: str = field(
        default="127.0.0.1:8087",
        metadata=_row("Address and port to which the proxy hands on what begins with /websub/."),
    )


SECTIONS: dict[str, type] = {
    "claimwire": MainSettings,
    "feeds": FeedsSettings,
    "judge": JudgeSettings,
    "alerts": AlertsSettings,
    "roles": RolesSettings,
    "review": ReviewSettings,
    "predictions": PredictionsSettings,
    "schedule": ScheduleSettings,
    "ledger": LedgerSettings,
    "operations": OperationsSettings,
    "websub": WebSubSettings,
    "export": ExportSettings,
    "workers": WorkersSettings,
    "log": LogSettings,
}


def _form(hint: object) -> tuple[Form, type[StrEnum] | None]:
    """The form of an annotation, and the enum of its words."""
    parts = get_args(hint)
    if isinstance(hint, UnionType):  # X | None
        return _form(parts[0])
    if parts and parts[0] is str:  # tuple[str, ...]
        return Form.PEOPLE, None
    if parts:  # tuple[X, ...]
        return Form.CHOICES, parts[0]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Form.CHOICE, hint
    return _FORMS[hint], None


def _rows(section: str, cls: type) -> list[Setting]:
    hints = get_type_hints(cls)
    rows = []
    for one in fields(cls):
        form, choice = _form(hints[one.name])
        meta = one.metadata[_META]
        rows.append(Setting(section, one.name, form, one.default, choice=choice, **meta))
    return rows


SETTINGS: tuple[Setting, ...] = tuple(
    row for section, cls in SECTIONS.items() for row in _rows(section, cls)
)
