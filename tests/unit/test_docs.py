"""What is not documented does not exist: settings, adapters, commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from adapters.base import ADAPTERS
from bot.cli import app
from bot.config import SETTINGS, Setting

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


def commands(command: object, path: str = "claimwire") -> Iterator[str]:
    """Every command that a person can call, as it is called; hidden ones are left out."""
    below = getattr(command, "commands", None)
    if below is None:
        yield path
        return
    for name, one in below.items():
        if not one.hidden:
            yield from commands(one, f"{path} {name}")


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.variable)
def test_every_setting_is_documented(setting: Setting) -> None:
    page = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    section = page.partition(f"### [{setting.section}]\n")[2].partition("\n### ")[0]
    assert f"| `{setting.name}` |" in section
    assert f"`{setting.variable}`" in section


@pytest.mark.parametrize("name", ADAPTERS)
def test_every_adapter_has_a_section_with_all_its_settings(name: str) -> None:
    sections = [
        section
        for page in PAGES
        for section in re.split(
            r"^(?=#{1,6} )", page.read_text(encoding="utf-8"), flags=re.MULTILINE
        )
        if re.match(rf"#+ .*\b{re.escape(name)}\b", section, re.IGNORECASE)
    ]
    assert sections, f"no heading in README.md or docs/ names the adapter {name}"
    told = "\n".join(sections)
    missing = [one.name for one in ADAPTERS[name].settings if f"`{one.name}`" not in told]
    assert missing == []


@pytest.mark.parametrize("command", sorted(commands(typer.main.get_command(app))))
def test_every_command_is_documented(command: str) -> None:
    told = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert re.search(rf"{re.escape(command)}\b", told)


def test_the_command_tree_is_read() -> None:
    """Guards the test above against an empty list."""
    tree = set(commands(typer.main.get_command(app)))
    assert {"claimwire run", "claimwire demo", "claimwire feeds list"} <= tree


def test_every_link_from_page_to_page_leads_somewhere() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not target.startswith("mailto:")
        if not (page.parent / target).exists()
    ]
    assert broken == []
