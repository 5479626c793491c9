"""The Desk over a real ledger: every command, and who may give it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from ledger_making import ESSAY, NOON, StillClock, entry, judged, report, update

from bot.commands import requests as ask
from bot.commands.answers import Answer, Fields, Paragraph, Quote, Rows, Tone
from bot.commands.checking import CHECKS_MAX, Checker
from bot.commands.desk import Desk
from bot.commands.people import Right, Roles
from bot.commands.words import USAGE
from bot.ledger.records import AlertPolicy
from bot.ledger.store import Ledger
from bot.model import Actor, Article, DeskAction, Judgement, Stance, Standing
from bot.pipeline import JudgeThread
from bot.ports import Desk as DeskPort
from feeds.fetch import Fetcher, Limits
from tests.fakes.feed_server import FeedServer, Page

ADA = Actor("slack", "U1", "Ada", frozenset({"S1"}), "C1")
READER = Actor("slack", "U2", "Bo", channel_id="C1")
PAGE = (
    "<html><head><title>Site</title><meta property='og:title' content='A pause is agreed'>"
    "<meta name='description' content='Both sides sign it.'><script>var p = '<p>no</p>'</script>"
    "</head><body><nav><p>Menu</p></nav><article><p>{}</p></article></body></html>"
).format("The pause of thirty days begins on Monday at noon, both sides said. " * 3)


class OneVerdict:
    """Judges everything alike."""

    essay = ESSAY

    def __init__(self) -> None:
        self.seen: list[Article] = []

    def judge(self, articles: Sequence[Article]) -> list[Judgement]:
        self.seen += articles
        return [judged() for _ in articles]


def desk_of(ledger: Ledger, clock: StillClock, checker: Checker | None = None) -> Desk:
    roles = Roles(("slack:S1",), {Right.MUTE: ("slack:U2",)})
    return Desk(ESSAY, ledger, clock, roles, AlertPolicy(("desk",)), checker)


@pytest.fixture
def desk(ledger: Ledger, clock: StillClock) -> Desk:
    return desk_of(ledger, clock)


def told(answer: Answer) -> str:
    """All the words of an answer."""
    words = [answer.title]
    for block in answer.blocks:
        match block:
            case Paragraph(text):
                words.append(text)
            case Quote(text, by):
                words += [text, by]
            case Fields(fields):
                words += [f"{one.name}: {one.value}" for one in fields]
            case Rows(rows, heading):
                words += [heading, *(f"{row.claim_id} {row.text} {row.detail}" for row in rows)]
    return "\n".join(words)


async def test_every_command_of_the_help_is_answered(desk, ledger):
    await ledger.commit(update(report("a")))
    help_ = await desk.ask_text("help", READER)
    assert all(f" {usage.form}" in told(help_) for usage in USAGE.values())
    example = {"CLAIM": "C01", "WORDS": "report", "ADDRESS": entry("a").url, "NUMBER": "1"}
    for name, usage in USAGE.items():
        words = [example.get(word, "") for word in usage.form.split()[1:]]
        if name in ("check", "subscribe", "unsubscribe", "mute", "unmute", "resolve"):
            continue
        if name in ("merge", "split"):
            continue
        answer = await desk.ask_text(" ".join([name, *filter(None, words)]), READER)
        assert answer.tone is Tone.PLAIN, (name, told(answer))


async def test_the_list_knows_standings(desk, ledger):
    await ledger.commit(update(report("a")))
    answer = await desk.ask(ask.ListClaims(Standing.SUPPORTED), READER)
    (rows,) = answer.blocks
    assert [(row.claim_id, row.standing) for row in rows.rows] == [("C01", Standing.SUPPORTED)]
    shown = await desk.ask(ask.ShowClaim("claim-1"), READER)
    assert "supported since 2026-03-01" in told(shown)
    assert [button.token for button in shown.buttons] == ["evidence C01", "timeline C01"]


async def test_long_answers_are_paged_by_their_tokens(desk, ledger):
    for number in range(20):
        await ledger.commit(
            update(report(f"e{number}", axis=number, title=f"Event {number} is so"))
        )
    answer = await desk.ask(ask.Evidence("c01"), READER)
    seen = []
    while True:
        seen += [row.link for row in answer.blocks[0].rows]
        if not answer.page.next:
            break
        answer = await desk.ask_text(answer.page.next, READER)
    assert (len(seen), len(set(seen)), answer.page.number, answer.page.of) == (20, 20, 3, 3)
    assert (await desk.ask(ask.Evidence("C01", page=99), READER)).page.number == 3
    home = await desk.home(READER)
    assert home[-1].title == "The last alerts"


async def test_search_finds_claims_and_reports(desk, ledger):
    await ledger.commit(update(report("a", title="Strike on a POWER plant")))
    assert "Strike" not in told(await desk.ask(ask.Search("claim 3"), READER))
    found = await desk.ask(ask.Search("power strike"), READER)
    assert "C01" in told(found)
    assert "Nothing has" in (await desk.ask(ask.Search("100% _"), READER)).title


async def test_why_finds_a_report_by_an_address_as_people_paste_it(desk, ledger):
    await ledger.commit(update(report("a")))
    answer = await desk.ask(ask.Why(entry("a").key + "?utm_source=x#top"), READER)
    assert "1 verdict, 1 alert" in told(answer)
    assert (await desk.ask(ask.Why("https://other.example/"), READER)).tone is Tone.ERROR


async def test_the_digest_puts_contradictions_first(desk, ledger):
    await ledger.commit(update(report("a"), report("c", Stance.UPDATE, axis=5, claim="C02")))
    await ledger.commit(update(report("b", Stance.CONTRADICTS, axis=3, claim="C03")))
    answer = await desk.ask(ask.Digest(), READER)
    rows = next(block for block in answer.blocks if getattr(block, "heading", "") == "Reports")
    assert [row.stance for row in rows.rows] == [
        Stance.CONTRADICTS,
        Stance.SUPPORTS,
        Stance.UPDATE,
    ]
    assert "2 of 5 claims: no report" in told(answer)
    later = await desk.ask(ask.Digest(NOON + timedelta(hours=1)), READER)
    assert "5 of 5" in told(later)


async def test_the_timeline_is_a_picture_with_words(desk, ledger):
    await ledger.commit(update(report("a"), report("b", Stance.CONTRADICTS, axis=4)))
    for dark in (False, True):
        answer = await desk.ask(ask.Timeline("C01", dark), READER)
        assert answer.picture.png.startswith(b"\x89PNG")
        assert "1 stories for it, 1 against it" in answer.picture.alt


async def test_the_timeline_counts_a_story_once_for_what_most_of_its_outlets_say(desk, ledger):
    await ledger.commit(update(report("a"), report("b", outlet="South Wire")))
    await ledger.commit(update(report("c", Stance.CONTRADICTS, outlet="East Wire")))
    answer = await desk.ask(ask.Timeline("C01"), READER)
    assert "1 stories for it, 0 against it, 0 without" in answer.picture.alt


async def test_the_board_is_a_picture_of_all_claims(desk, ledger):
    await ledger.commit(update(report("a"), report("c", Stance.CONTRADICTS, axis=4, claim="C03")))
    for line in ("board", "board standing dark", "board page=9"):
        answer = await desk.ask_text(line, READER)
        assert answer.picture.png.startswith(b"\x89PNG")
        assert "1 contradicted (C03); 1 supported (C01); 3 quiet" in answer.picture.alt
        assert (answer.page.number, answer.page.of) == (1, 1)


async def test_a_board_of_many_claims_comes_in_pages_of_about_one_length(ledger, clock):
    one = ESSAY.claims[0]
    many = replace(ESSAY, claims=tuple(replace(one, id=f"D{n:02}") for n in range(1, 64)))
    desk = Desk(many, ledger, clock, Roles(), AlertPolicy(), None)
    alts, line = [], "board"
    while line:
        answer = await desk.ask_text(line, READER)
        alts.append(answer.picture.alt)
        line = answer.page.next
    assert ["Where 21 claims" in alt for alt in alts] == [True] * 3
    assert "D63" in alts[-1]


async def test_calibration_says_so_while_nothing_is_resolved(desk):
    answer = await desk.ask(ask.Calibration(), READER)
    assert "No prediction" in answer.picture.alt


async def test_status_tells_polls_deliveries_and_failures(desk, ledger):
    await ledger.record_failure("https://broken.example/rss", NOON, "HTTP 500")
    await ledger.commit(update(report("a")))
    answer = told(await desk.ask(ask.Status(), READER))
    assert "2, 1 failing" in answer
    assert "HTTP 500" in answer
    assert "1 post in 1 channel" in answer


async def test_status_tells_channels_that_take_no_posts(desk, ledger):
    await ledger.commit(update(report("a")))
    (queue,) = await ledger.queues()
    (row,) = await ledger.due_deliveries(NOON, 1, queue.channel)
    await ledger.mark_failed(row.id, NOON, "archived -> unarchive it")
    answer = told(await desk.ask(ask.Status(), READER))
    assert "take no posts" in answer
    assert f"{queue.channel} archived -> unarchive it" in " ".join(answer.split())


async def test_readers_may_look_up_and_nothing_else(desk, ledger):
    await ledger.commit(update(report("a")))
    for request in (
        ask.Decide(DeskAction.CONFIRM, 1, 1),
        ask.UndoDecision(1),
        ask.Subscribe(),
        ask.Unsubscribe(),
    ):
        answer = await desk.ask(request, READER)
        assert (answer.tone, answer.people) == (Tone.REFUSED, ("S1",))
    assert await ledger.desk_log(1) == ()
    muted = await desk.ask_text("mute c01 2h", READER)
    assert (muted.tone, muted.buttons[0].token) == (Tone.DONE, "unmute C01")


async def test_a_decision_by_button_and_its_undo(desk, ledger):
    await ledger.commit(update(report("a")))
    why = await desk.ask(ask.WhyAlert(1), READER)
    confirm = why.buttons[0]
    done = await desk.ask_text(confirm.token, ADA)
    assert (done.tone, "confirmed by Ada" in told(done)) == (Tone.DONE, True)
    assert (await desk.ask_text(confirm.token, ADA)).tone is Tone.ERROR
    undone = await desk.ask_text(done.buttons[0].token, ADA)
    assert "taken back" in told(undone)
    assert "Ada took back" in told(await desk.ask(ask.WhyAlert(1), READER))


async def test_subscribing_keeps_what_is_not_said(desk, ledger):
    assert "Nothing" in told(await desk.ask(ask.Subscriptions(), READER))
    await desk.ask_text("subscribe c02 C03 stance=contradicts quiet=22:00-07:00@Asia/Tokyo", ADA)
    answer = await desk.ask_text("subscribe min=0.7", ADA)
    for words in ("C02, C03", "contradicts", "from 70%", "22:00-07:00 Asia/Tokyo"):
        assert words in told(answer)
    assert "none" in told(await desk.ask_text("subscribe quiet=none all", ADA)).splitlines()[-1]
    assert (await desk.ask_text("subscribe C77", ADA)).tone is Tone.ERROR
    await desk.ask_text("unsubscribe", ADA)
    assert await desk.subscription(ADA) is None


async def test_claims_are_offered_while_somebody_types(desk):
    assert [choice.claim_id for choice in desk.complete("C03")] == ["C03"]
    assert [choice.claim_id for choice in desk.complete("HOLD 2")] == ["C02"]
    assert len(desk.complete("")) == 5
    assert desk.complete("\x00@everyone") == ()
    port: DeskPort = desk
    assert port is desk


async def test_a_closed_ledger_is_an_answer(desk, ledger):
    await ledger.close()
    answer = await desk.ask(ask.Status(), READER)
    assert answer.tone is Tone.ERROR
    assert "closed" in told(answer)


# --- check ---------------------------------------------------------------------------------------


async def test_a_page_is_fetched_read_and_judged(ledger, clock):
    judge = OneVerdict()
    thread = JudgeThread(judge)
    async with FeedServer() as server, Fetcher(clock, Limits(allow_private=True)) as fetcher:
        server.pages["/a"] = Page(PAGE.encode(), content_type="text/html; charset=utf-8")
        server.pages["/pdf"] = Page(b"%PDF", content_type="application/pdf")
        server.pages["/empty"] = Page(b"<html></html>", content_type="text/html")
        desk = desk_of(ledger, clock, Checker(fetcher, thread, clock))
        answer = await desk.ask(ask.Check(server.url("/a")), READER)
        assert answer.title == "Bears on 1 claim"
        assert "SUPPORTS" in told(answer)
        (article,) = judge.seen
        assert article.entry.title == "A pause is agreed"
        assert article.entry.summary.startswith("Both sides sign it. The pause of thirty days")
        for path, reason in (("/pdf", "application/pdf"), ("/empty", "no words"), ("/x", "404")):
            answer = await desk.ask(ask.Check(server.url(path)), READER)
            assert (answer.tone, reason in told(answer)) == (Tone.ERROR, True)
    thread.close()
    assert (await ledger.counts()).articles == 0


async def test_a_private_address_is_refused(ledger, clock):
    thread = JudgeThread(OneVerdict())
    async with FeedServer() as server, Fetcher(clock) as fetcher:
        desk = desk_of(ledger, clock, Checker(fetcher, thread, clock))
        for url in (server.url("/a"), "http://169.254.169.254/latest", "http://[::1]/"):
            answer = await desk.ask(ask.Check(url), READER)
            assert (answer.tone, "private network" in told(answer)) == (Tone.ERROR, True)
        assert server.requests == []
    thread.close()


async def test_a_text_is_judged_as_a_headline_with_what_follows(ledger, clock):
    judge = OneVerdict()
    thread = JudgeThread(judge)
    desk = desk_of(ledger, clock, Checker(None, thread, clock))
    await desk.ask(ask.Check("A headline\nand its first sentence."), READER)
    assert judge.seen[0].entry.title == "A headline"
    assert (await desk.ask(ask.Check("\x00 \u200b"), READER)).tone is Tone.ERROR
    thread.close()


async def test_too_many_checks_at_once_are_refused(ledger, clock):
    started, go_on = asyncio.Event(), asyncio.Event()

    class Held:
        async def fetch(self, url: str) -> None:
            started.set()
            await go_on.wait()
            raise ValueError

    thread = JudgeThread(OneVerdict())
    desk = desk_of(ledger, clock, Checker(Held(), thread, clock))
    url = "https://slow.example/"
    tasks = [asyncio.create_task(desk.ask(ask.Check(url), READER)) for _ in range(CHECKS_MAX)]
    await started.wait()
    answer = await desk.ask(ask.Check(url), READER)
    assert "Too many checks" in told(answer)
    go_on.set()
    faults = await asyncio.gather(*tasks)
    assert all("fault of claimwire" in told(fault) for fault in faults)
    thread.close()
