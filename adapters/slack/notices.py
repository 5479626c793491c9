"""A notice as a post: pure."""

from __future__ import annotations

from adapters.slack.answers import answer_blocks, answer_text
from adapters.slack.posts import EVENT_TYPE, Message
from bot.commands.notices import as_answer
from bot.model import NoticeDelivery


def notice_message(delivery: NoticeDelivery) -> Message:
    """The post, with the key by which it is found again."""
    answer = as_answer(delivery.notice)
    payload = {"key": delivery.idempotency_key, "part": "notice"}
    metadata = {"event_type": EVENT_TYPE, "event_payload": payload}
    return Message(answer_text(answer), tuple(answer_blocks(answer)), metadata)
