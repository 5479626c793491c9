"""The registry and what it says of settings that are wrong."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from adapters.base import ADAPTERS, build
from adapters.kind import Surroundings
from adapters.memory import MemoryAdapter
from bot.errors import ConfigError
from tests.contract.harnesses import FixedClock
from tests.contract.samples import ALERT, GROWN, delivery

AROUND = Surroundings(FixedClock())
URL = "https://hooks.example/in"


def mistakes(adapter: str, options: Mapping[str, str | int | bool], secret: str = "") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        build(adapter, "desk", options, AROUND, secret)
    lines = str(caught.value).splitlines()
    assert all(" -> " in line for line in lines)
    assert all('channel "desk"' in line for line in lines)
    return lines


def test_an_adapter_is_built_under_its_channels_name() -> None:
    options = {"url": URL, "timeout_s": 5}
    assert build("webhook", "desk", options, AROUND, "sixteen characters").name == "desk"
    assert build("console", "tv", {}, AROUND).name == "tv"


def test_an_unknown_adapter_gets_a_guess_or_the_list() -> None:
    assert 'did you mean "webhook"?' in mistakes("webhok", {})[0]
    assert "console, webhook, memory" in mistakes("zzz", {})[0]


def test_every_mistake_is_reported_at_once() -> None:
    lines = mistakes("webhook", {"ulr": URL, "timeout_s": "soon"}, secret="short")
    assert len(lines) == 4
    assert 'setting "ulr" is not known -> did you mean "url"?' in lines[0]
    assert 'setting "url" is missing' in lines[1]
    assert 'setting "secret" is too short' in lines[2]
    assert "from 1 to 120" in lines[3]


@pytest.mark.parametrize(
    "url",
    [
        "hooks.example",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "https://",
        "https://user:hush@hooks.example/",
        "https://hooks.example/#part",
        "https://hooks.example/a b",
        "https://hooks.example/\n",
        "https://hooks.example:99999/",
        "https://[half/",
        "https://hüks.example/",
        "https://hooks.example/" + "x" * 3000,
    ],
)
def test_an_address_that_cannot_be_posted_to_is_refused_and_not_repeated(url: str) -> None:
    (line,) = mistakes("webhook", {"url": url})
    assert 'setting "url"' in line
    assert "hush" not in line
    assert len(line) < 200


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/a", "http://10.0.0.5/", "https://h:1/?t=1"])
def test_private_addresses_are_allowed_here(url: str) -> None:
    assert build("webhook", "desk", {"url": url}, AROUND)


@pytest.mark.parametrize("value", ["0", "121", "-1", "nan", "inf", "", "1e9", True])
def test_a_timeout_must_be_within_its_range(value: str | bool) -> None:
    options = {"url": URL, "timeout_s": value}
    if value == "":
        assert build("webhook", "desk", options, AROUND)
    else:
        assert "number of seconds" in mistakes("webhook", options)[0]


def test_a_secret_is_never_repeated() -> None:
    for secret in ("hush", "hush" * 200):
        assert "hush" not in "".join(mistakes("webhook", {"url": URL}, secret))


def test_an_adapter_without_settings_says_so() -> None:
    assert "has no settings" in mistakes("console", {"colour": "red"})[0]
    assert "has no settings" in mistakes("memory", {}, secret="x")[0]


def test_the_registry_cannot_be_changed_at_run_time() -> None:
    with pytest.raises(TypeError):
        ADAPTERS["x"] = ADAPTERS["memory"]  # type: ignore[index]


async def test_memory_counts_alerts_and_not_revisions_or_repeats() -> None:
    memory = build("memory", "desk", {}, AROUND)
    assert isinstance(memory, MemoryAdapter)
    await memory.start()
    receipt = await memory.send(delivery())
    assert receipt == await memory.send(delivery())
    assert receipt == await memory.send(delivery(GROWN, receipt))
    assert memory.alerts == (GROWN,)
    assert [one.alert for one in memory.deliveries] == [ALERT, GROWN]
