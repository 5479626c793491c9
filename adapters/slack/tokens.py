"""What Slack sends back when something is pressed, and the rows of buttons that carry it: pure."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.slack import kit
from adapters.slack.kit import Json
from bot.commands.answers import Answer, Button, Style

COMMAND = "/claim"
# Every element of ours has an id that begins so; the rest says what becomes of the answer.
PREFIX = "claimwire."
PRESS = f"{PREFIX}press."  # is answered
PAGE = f"{PREFIX}page."  # takes the place of the answer it stands under
SHARE = f"{PREFIX}share"  # is answered for the whole channel
REFRESH = f"{PREFIX}refresh"  # builds the home page anew
LOOK_UP = f"{PREFIX}claim"  # a claim was chosen on the home page
CHECK_MESSAGE = f"{PREFIX}check"  # the message shortcut
SUBSCRIBE_VIEW = f"{PREFIX}subscribe"
CLAIMS_FIELD = f"{PREFIX}claims"

VALUE_MAX = 2000  # of a button
_STYLES = {Style.PLAIN: "", Style.MAIN: "primary", Style.DANGER: "danger"}


def button_row(buttons: Sequence[Button], first: int = 0) -> list[Json]:
    """One block with the buttons, or none. An action_id must be unique within its message:
    ``first`` is the number of the first."""
    row = [
        kit.button(one.label, f"{PRESS}{number}", one.token, _STYLES[one.style])
        for number, one in enumerate(buttons, first)
    ]
    return [kit.actions(*row)] if row else []


def page_row(answer: Answer, line: str) -> list[Json]:
    """Buttons to the neighbouring pages, and to share what is seen: ``line`` asks for it again."""
    row = []
    page = answer.page
    if page and page.previous:
        row.append(kit.button("← Back", f"{PAGE}back", page.previous))
    if page and page.next:
        row.append(kit.button("More →", f"{PAGE}more", page.next))
    if answer.shareable and line and kit.units(line) <= VALUE_MAX:
        row.append(kit.button("Share in channel", SHARE, line))
    return [kit.actions(*row)] if row else []
