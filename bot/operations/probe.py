"""Asks the running bot whether it is ready: `claimwire probe`, and a container's health check.

    python -m bot.operations.probe

is the same as the command and starts ten times as fast, for what is run every minute.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import sys
from contextlib import closing
from pathlib import Path

from bot.config import load_config
from bot.errors import ClaimwireError

TIMEOUT_S = 5.0
MAX_ANSWER_BYTES = 64 * 1024
MAX_LINE_CHARS = 400


def probe(config: Path | None = None) -> tuple[bool, str]:
    """Whether the bot of that config (None: the usual one) is ready, and a line that says so."""
    try:
        settings = load_config(config).operations
    except ClaimwireError as error:
        return False, _one_line(str(error))
    ready, told = ask(settings.host, settings.port)
    return ready, _one_line(told)


def ask(host: str, port: int) -> tuple[bool, str]:
    """Whether the bot at that address is ready, and what it says of itself."""
    if not port:
        return False, "operations.port is 0: the bot has no page to ask -> set a port"
    host = _reachable(host)
    place = f"http://{host}:{port}/readyz"
    try:
        with closing(http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)) as connection:
            connection.request("GET", "/readyz")
            answer = json.loads(connection.getresponse().read(MAX_ANSWER_BYTES))
        parts = [f"{one['name']}: {one['message']}" for one in answer["parts"] if not one["ready"]]
        ready = answer["ready"] is True
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return False, f"no answer from {place} ({reason}) -> is the bot running?"
    except (ValueError, KeyError, TypeError):
        return False, f"{place} is not claimwire's -> does another program listen there?"
    return ready, "ready" if ready else f"not ready: {'; '.join(parts)}"


def _reachable(host: str) -> str:
    """The address by which a server that listens on ``host`` is reached from this machine."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:  # a name
        return host
    if not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"  # noqa: PLR2004


def _one_line(text: str) -> str:
    plain = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(plain.split())[:MAX_LINE_CHARS]


if __name__ == "__main__":
    well, line = probe()
    sys.stdout.write(f"{line}\n")
    # Also for a bad config: Docker keeps code 2 of a health check for itself.
    sys.exit(0 if well else 1)
