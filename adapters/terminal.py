"""An Answer as lines for a terminal: what `claimwire ask` prints, and a notice on the console."""

from __future__ import annotations

from rich.console import Group
from rich.text import Text

from adapters.text import stance_mark, standing_mark
from bot.commands.answers import Answer, Block, Fields, Paragraph, Quote, Row


def answer_lines(answer: Answer) -> Group:
    """The answer; foreign text in it is never parsed as markup."""
    parts = [Text(answer.title, style="bold")]
    for block in answer.blocks:
        parts += _block(block)
    if answer.picture:
        parts.append(Text(f"[{answer.picture.name}]", style="dim"))
    if answer.page and answer.page.of > 1:
        after = f"; {answer.page.next}" if answer.page.next else ""
        parts.append(Text(f"page {answer.page.number} of {answer.page.of}{after}", style="dim"))
    if answer.buttons:
        parts.append(Text("  ".join(f"[{one.label}] {one.token}" for one in answer.buttons)))
    return Group(*parts)


def _block(block: Block) -> list[Text]:
    if isinstance(block, Paragraph):
        return [Text(block.text, style="dim" if block.faint else "")]
    if isinstance(block, Quote):
        return [Text(f"“{block.text}” {block.by} {block.link}")]
    if isinstance(block, Fields):
        return [Text(f"  {one.name}: {one.value}") for one in block.fields]
    heading = [Text(block.heading, style="bold")] if block.heading else []
    return [*heading, *map(_row, block.rows)]


def _row(row: Row) -> Text:
    mark = "•"
    if row.stance is not None:
        mark = stance_mark(row.stance)
    elif row.standing is not None:
        mark = standing_mark(row.standing)
    head = " ".join(part for part in (mark, row.claim_id) if part)
    detail = f"  {row.detail}" if row.detail else ""
    return Text("  ").append(head, "bold").append(f" {row.text}").append(detail, "dim")
