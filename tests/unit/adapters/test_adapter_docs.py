"""What the documents show is what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from adapters import webhook_wire as wire
from tests.contract.picture import PICTURE, svg, words
from tests.contract.samples import GROWN, NOW, delivery

PAGE = (Path(__file__).parents[3] / "docs" / "webhook.md").read_text(encoding="utf-8")
RENEW = "renew it: python -m tests.contract.picture"


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_the_example_payload_is_a_real_one() -> None:
    assert json.loads(block("json")) == wire.payload(delivery(GROWN, "hook-41"))


def test_every_field_of_an_alert_is_explained() -> None:
    for field in wire.payload(delivery())["alert"]:
        if field not in ("essay", "at"):
            assert f"`alert.{field}`" in PAGE, field


def test_the_example_check_of_a_signature_works() -> None:
    names: dict[str, Any] = {}
    exec(block("python"), names)
    is_genuine = names["is_genuine"]
    body, now = wire.body(delivery()), NOW.timestamp()
    header = wire.sign("a secret", int(now), body)
    assert is_genuine("a secret", header, body, now)
    assert not is_genuine("another", header, body, now)
    assert not is_genuine("a secret", header, body + b" ", now)
    assert not is_genuine("a secret", header, body, now + 301)
    for broken in ("", "t=1", "v1=0", "t=x,v1=0", header.replace("v1=", "v1=ü")):
        assert not is_genuine("a secret", broken, body, now)


def test_the_picture_shows_todays_card() -> None:
    assert words(PICTURE.read_text(encoding="utf-8")) == words(svg()), RENEW


def test_the_picture_loads_nothing_from_elsewhere() -> None:
    addresses = re.findall(r"(?:url\(|href=|src=)[\"']?(?!#)", PICTURE.read_text(encoding="utf-8"))
    assert addresses == []
