"""`/claim` with its subcommands, and the context menu of a message."""

from __future__ import annotations

from typing import Literal

import discord
from discord import app_commands

from adapters.discord.talks import Event, Talks
from bot.commands.requests import (
    CHECK_MAX,
    NOTE_MAX,
    SEARCH_MAX,
    Board,
    Calibration,
    Check,
    Digest,
    Evidence,
    Help,
    Latest,
    ListClaims,
    MergeStories,
    Precision,
    Predictions,
    Resolve,
    Review,
    Search,
    ShowClaim,
    ShowStory,
    Status,
    Subscriptions,
    Timeline,
    UnmuteClaim,
    Unsubscribe,
    Why,
)
from bot.commands.words import USAGE
from bot.model import Stance, Standing
from bot.predictions import Act, State

CHECK_MENU = "Check against the claims"
_CHOICES_MAX = 25
_NUMBER_MAX = 2**31 - 1
_CHOICE_MAX = 100

_GUILD = app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False)
_INSTALL = app_commands.AppInstallationType(guild=True, user=False)


async def _claims(event: Event, current: str) -> list[app_commands.Choice[str]]:
    """Claims for what was typed so far, after those that already stand before it."""
    talks: Talks = event.client.talks
    before, space, word = current.rpartition(" ")
    # Words of a statement are one search; only ids of claims are kept as a list.
    names = [one for one in before.split() if _known(talks, one)]
    listed = bool(space) and len(names) == len(before.split())
    found = talks.desk.complete(word if listed else current)
    offered = [(f"{before} {one.claim_id}" if listed else one.claim_id, one) for one in found]
    return [
        app_commands.Choice(name=one.label or value, value=value)
        for value, one in offered[:_CHOICES_MAX]
        if 0 < len(value) <= _CHOICE_MAX
    ]


def _known(talks: Talks, claim_id: str) -> bool:
    return any(
        one.claim_id.casefold() == claim_id.casefold() for one in talks.desk.complete(claim_id)
    )


class ClaimGroup(app_commands.Group):
    """`/claim …`; what it does is in bot.commands."""

    def __init__(self, talks: Talks) -> None:
        super().__init__(
            name="claim",
            description="The claims, the reports that bear on them, and what this channel receives",
            allowed_contexts=_GUILD,
            allowed_installs=_INSTALL,
        )
        self._talks = talks

    @app_commands.command(name="list", description=USAGE["list"].help)
    @app_commands.describe(standing="only claims that stand so")
    async def list_(
        self,
        event: discord.Interaction,
        standing: Literal["quiet", "supported", "contested", "contradicted", "sources conflict"]
        | None = None,
    ) -> None:
        wanted = Standing(standing) if standing else None
        await self._talks.ask(event, ListClaims(wanted))

    @app_commands.command(description=USAGE["show"].help)
    @app_commands.describe(claim="its id, or words of it")
    @app_commands.autocomplete(claim=_claims)
    async def show(self, event: discord.Interaction, claim: str) -> None:
        await self._talks.ask(event, ShowClaim(claim))

    @app_commands.command(description=USAGE["search"].help)
    @app_commands.describe(words="words that all must occur")
    async def search(
        self, event: discord.Interaction, words: app_commands.Range[str, 1, SEARCH_MAX]
    ) -> None:
        await self._talks.ask(event, Search(words))

    @app_commands.command(description=USAGE["evidence"].help)
    @app_commands.describe(
        claim="its id, or words of it",
        stance="only reports of this stance",
        since="as 30d or 2026-06-01",
    )
    @app_commands.autocomplete(claim=_claims)
    async def evidence(
        self,
        event: discord.Interaction,
        claim: str,
        stance: Literal["contradicts", "supports", "update"] | None = None,
        since: app_commands.Range[str, 1, 30] | None = None,
    ) -> None:
        if since is None:
            await self._talks.ask(event, Evidence(claim, Stance(stance) if stance else None))
        else:
            line = " ".join(part for part in ("evidence", claim, stance, since) if part)
            await self._talks.ask_text(event, line)

    @app_commands.command(description=USAGE["check"].help)
    @app_commands.describe(text="a page's address, or a text")
    async def check(
        self, event: discord.Interaction, text: app_commands.Range[str, 1, CHECK_MAX]
    ) -> None:
        await self._talks.ask(event, Check(text))

    @app_commands.command(description=USAGE["why"].help)
    @app_commands.describe(address="the report's address")
    async def why(
        self, event: discord.Interaction, address: app_commands.Range[str, 1, CHECK_MAX]
    ) -> None:
        await self._talks.ask(event, Why(address))

    @app_commands.command(description=USAGE["timeline"].help)
    @app_commands.describe(claim="its id, or words of it", dark="on a dark ground")
    @app_commands.autocomplete(claim=_claims)
    async def timeline(self, event: discord.Interaction, claim: str, dark: bool = False) -> None:
        await self._talks.ask(event, Timeline(claim, dark))

    @app_commands.command(description=USAGE["board"].help)
    @app_commands.describe(by_standing="those first that stand worst", dark="on a dark ground")
    async def board(
        self, event: discord.Interaction, by_standing: bool = False, dark: bool = False
    ) -> None:
        await self._talks.ask(event, Board(by_standing, dark))

    @app_commands.command(description=USAGE["calibration"].help)
    @app_commands.describe(dark="on a dark ground")
    async def calibration(self, event: discord.Interaction, dark: bool = False) -> None:
        await self._talks.ask(event, Calibration(dark))

    @app_commands.command(description=USAGE["predictions"].help)
    @app_commands.describe(state="only predictions that are so")
    async def predictions(
        self,
        event: discord.Interaction,
        state: Literal["due", "open", "resolved"] | None = None,
    ) -> None:
        await self._talks.ask(event, Predictions(State(state) if state else None))

    @app_commands.command(description=USAGE["resolve"].help)
    @app_commands.describe(
        claim="its id, or words of it",
        how="how it ended, or what becomes of that",
        note="the reason and its source, of an ending",
    )
    @app_commands.autocomplete(claim=_claims)
    async def resolve(
        self,
        event: discord.Interaction,
        claim: str,
        how: Literal["yes", "no", "ambiguous", "void", "agree", "undo", "quiet", "remind"],
        note: app_commands.Range[str, 1, NOTE_MAX] | None = None,
    ) -> None:
        await self._talks.ask(event, Resolve(claim, Act(how), note))

    @app_commands.command(description=USAGE["review"].help)
    @app_commands.describe(claim="only on that claim: its id, or words of it")
    @app_commands.autocomplete(claim=_claims)
    async def review(self, event: discord.Interaction, claim: str | None = None) -> None:
        await self._talks.ask(event, Review(claim))

    @app_commands.command(description=USAGE["precision"].help)
    async def precision(self, event: discord.Interaction) -> None:
        await self._talks.ask(event, Precision())

    @app_commands.command(description=USAGE["story"].help)
    @app_commands.describe(number="the story's, as `why` gives it")
    async def story(
        self, event: discord.Interaction, number: app_commands.Range[int, 1, _NUMBER_MAX]
    ) -> None:
        await self._talks.ask(event, ShowStory(number))

    @app_commands.command(description=USAGE["merge"].help)
    @app_commands.describe(keep="the story that stays", other="the one that goes into it")
    async def merge(
        self,
        event: discord.Interaction,
        keep: app_commands.Range[int, 1, _NUMBER_MAX],
        other: app_commands.Range[int, 1, _NUMBER_MAX],
    ) -> None:
        await self._talks.ask(event, MergeStories(keep, other))

    @app_commands.command(description=USAGE["split"].help)
    @app_commands.describe(story="its number", reports="numbers of reports, as `story` gives them")
    async def split(
        self,
        event: discord.Interaction,
        story: app_commands.Range[int, 1, _NUMBER_MAX],
        reports: app_commands.Range[str, 1, SEARCH_MAX],
    ) -> None:
        await self._talks.ask_text(event, f"split {story} {reports}")

    @app_commands.command(description=USAGE["subscribe"].help)
    @app_commands.describe(
        claims="ids of claims with spaces between, or all",
        kinds="fact, pattern, assessment, prediction with commas, or all",
        stances="contradicts, supports, update with commas, or all",
        confidence="the least, from 0 to 1",
        when="at once, or a digest of what changed",
        at="when a daily or weekly digest comes: 08:00@Europe/Kyiv",
        quiet="hours without posts: 22:00-07:00@Europe/Kyiv, or none",
    )
    @app_commands.autocomplete(claims=_claims)
    async def subscribe(
        self,
        event: discord.Interaction,
        claims: str | None = None,
        kinds: str | None = None,
        stances: str | None = None,
        confidence: app_commands.Range[float, 0.0, 1.0] | None = None,
        when: Literal["realtime", "hourly", "daily", "weekly"] | None = None,
        at: str | None = None,
        quiet: str | None = None,
    ) -> None:
        said = {"kind": kinds, "stance": stances, "min": confidence, "at": at, "quiet": quiet}
        words = [*(claims or "").replace(",", " ").split(), *([when] if when else [])]
        # A word of an option holds no spaces: they would make two of it.
        words += [
            f"{name}={''.join(str(value).split())}"
            for name, value in said.items()
            if value is not None
        ]
        if words:
            await self._talks.ask_text(event, " ".join(["subscribe", *words]))
        else:
            await self._talks.show_form(event)

    @app_commands.command(description=USAGE["unsubscribe"].help)
    async def unsubscribe(self, event: discord.Interaction) -> None:
        await self._talks.ask(event, Unsubscribe())

    @app_commands.command(description=USAGE["subscriptions"].help)
    async def subscriptions(self, event: discord.Interaction) -> None:
        await self._talks.ask(event, Subscriptions())

    @app_commands.command(description=USAGE["mute"].help)
    @app_commands.describe(claim="its id, or words of it", time="3h, 3d or 1w; 24h if left out")
    @app_commands.autocomplete(claim=_claims)
    async def mute(self, event: discord.Interaction, claim: str, time: str = "24h") -> None:
        await self._talks.ask_text(event, f"mute {claim} {time}")

    @app_commands.command(description=USAGE["unmute"].help)
    @app_commands.describe(claim="its id, or words of it")
    @app_commands.autocomplete(claim=_claims)
    async def unmute(self, event: discord.Interaction, claim: str) -> None:
        await self._talks.ask(event, UnmuteClaim(claim))

    @app_commands.command(description=USAGE["digest"].help)
    @app_commands.describe(since="24h, 7d or 2026-03-01; one day if left out")
    async def digest(self, event: discord.Interaction, since: str | None = None) -> None:
        if since:
            await self._talks.ask_text(event, f"digest {since}")
        else:
            await self._talks.ask(event, Digest())

    @app_commands.command(description=USAGE["latest"].help)
    async def latest(self, event: discord.Interaction) -> None:
        await self._talks.ask(event, Latest())

    @app_commands.command(description=USAGE["status"].help)
    async def status(self, event: discord.Interaction) -> None:
        await self._talks.ask(event, Status())

    @app_commands.command(description=USAGE["help"].help)
    async def help(self, event: discord.Interaction) -> None:
        await self._talks.ask(event, Help())


def check_menu(talks: Talks) -> app_commands.ContextMenu:
    """Judges the message that was clicked: its text, else the head and text of its first embed."""

    async def check(event: discord.Interaction, message: discord.Message) -> None:
        text = message.content.strip()
        if not text and message.embeds:
            embed = message.embeds[0]
            text = "\n".join(part for part in (embed.title, embed.description) if part)
        await talks.ask(event, Check(text[:CHECK_MAX]))

    return app_commands.ContextMenu(
        name=CHECK_MENU, callback=check, allowed_contexts=_GUILD, allowed_installs=_INSTALL
    )
