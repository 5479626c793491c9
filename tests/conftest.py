"""For all tests: a clean environment, no word to the outside, patience on a busy machine."""

from __future__ import annotations

import ipaddress
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from tests.fakes import discord_openapi

# A busy machine makes a property slow, not false.
settings.register_profile("claimwire", deadline=None)
settings.load_profile("claimwire")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        discord_openapi.OPTION,
        metavar="FILE",
        default=os.environ.get(discord_openapi.VARIABLE),
        help="Discord's OpenAPI description: every request of the Discord adapter must keep to it"
        f" (default: {discord_openapi.VARIABLE} in the environment)",
    )


def pytest_configure(config: pytest.Config) -> None:
    file = config.getoption(discord_openapi.OPTION)
    if not file:
        return
    try:
        discord_openapi.described = discord_openapi.OpenApi(Path(file))
    except (OSError, ImportError, ValueError, KeyError) as error:
        raise pytest.UsageError(f"{discord_openapi.OPTION} {file}: {error}") from error


def _refuse_the_outside(event: str, args: tuple[object, ...]) -> None:
    """Fails a connection that leaves this machine: a test must pass without a network."""
    if event != "socket.connect":
        return
    address = args[1]
    if not isinstance(address, tuple) or not isinstance(address[0], str):
        return  # a Unix socket
    host = address[0].partition("%")[0]
    if host not in ("", "localhost") and not _is_loopback(host):
        raise ConnectionRefusedError(f"a test tried to reach {host}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return False


sys.addaudithook(_refuse_the_outside)


@pytest.fixture(autouse=True)
def _no_settings_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CLAIMWIRE_")]:
        monkeypatch.delenv(name)
