"""Text as the worst of outlets would write it, for the tests of whatever shows foreign text."""

from __future__ import annotations

from hypothesis import strategies as st

# What one platform or another reads as a mention, a link, an emoji or formatting.
TRICKS = (
    "@everyone", "@here", "<@1500000000000000005>", "<@&1400000000000000004>", "<#1300>",
    "</claim list:1>", "<id:customize>", "<t:0:R>", "<:evil:123>", "<a:evil:123>", ":skull:",
    "<!channel>", "<!here|here>", "<@U123>", "<#C1>", "<!subteam^S1>", "<!date^0^{date}|x>",
    "<http://evil.example|click>", "&lt;!channel&gt;",
    "[click](https://evil.example)", "https://evil.example/x", "<https://evil.example>",
    "[link=http://evil.example]x[/link]", "[bold red]ALERT[/bold red]", "<b>d</b>",
    "discord.gg/abc", "**bold**", "__under__", "_it_", "~~gone~~", "||spoiler||", "`code`",
    "```\nblock\n```", "# head", "## head", "-# small", "- item", "* item", "+ item", "1. item",
    "23) item", "> quote", ">>> quote", "\\", "\\*", "\u202eevil\u202c", "שלום", "a\x00b",
    "\x1b[2J", "half \ud83d pair",
)  # fmt: skip

# By what is bad about each.
SAMPLES = {
    "long": "word " * 20_000,
    "long without a space": "x" * 100_000,
    "tricks": " ".join(TRICKS),
    "backticks": "```" * 4_000,
    "direction": "\u202eevil\u202c \u2066x\u2069 שלום مرحبا",
    "control": "a\x00b\x1b[2Jc\x1b]8;;http://x.example\x07d\r\ne\x7ff\x9bg",
    "invisible": "z\u200be\u200dr\ufeffo\u00ad \U000e0041",
    "surrogate": "half \ud83d pair",
    "emoji": "🇺🇦👩🏽‍🚀❤️" * 12_000,
    "stacked marks": "a" + "\u0301" * 9_000,
    "nothing": "",
}

# Any text, more often one that does harm than chance would bring.
TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(TRICKS) | st.text(max_size=8), max_size=40).map(" ".join),
    st.lists(st.sampled_from(TRICKS), max_size=60).map("".join),
    st.sampled_from(("*" * 1_500, "word " * 300, "👩🏽" * 400, "|" * 1_500, "ä" * 1_500)),
    st.sampled_from(tuple(SAMPLES.values())),
)
