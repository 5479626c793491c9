"""The words that make a sentence of an English essay a claim, and of which kind."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.model import Kind


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that speak for a kind of claim. ``weight``: below 0 against it."""

    kind: Kind
    weight: float
    reason: str
    pattern: re.Pattern[str]


def _rule(kind: Kind, weight: float, reason: str, pattern: str) -> Rule:
    return Rule(kind, weight, reason, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE))


RULES = (
    _rule(Kind.PREDICTION, 2.5, "future", r"will|won't|shall|(?:is|are) (?:about|going|bound) to"),
    _rule(
        Kind.PREDICTION,
        2.5,
        "forecast",
        r"(?:I|we) (?:\w+ )?(?:expect|predict|doubt|foresee|bet)|(?:is|are) (?:un)?likely to|"
        r"in (?:the )?(?:coming|next) (?:years?|months?|decade)",
    ),
    _rule(
        Kind.PREDICTION,
        2.0,
        "conditional",
        r"(?:if|unless|as long as|until|without)\b.{3,160}\b(?:may|might|will|would|could|cannot|"
        r"can)",
    ),
    _rule(Kind.PREDICTION, 3.0, "on a condition", r"^(?:if|unless|as long as|until|once)"),
    _rule(Kind.PREDICTION, 2.5, "risk", r"(?:could|may|might|would) (?:\w+ )?(?:trigger|lead|cause|"
          r"end|set off|collapse|become|bring|provoke|happen|spread|break|fail|lose|invite|open)"),
    _rule(Kind.PREDICTION, 1.0, "a day to come", r"(?:by|before) (?:the end of|20\d\d|next)"),
    _rule(
        Kind.ASSESSMENT,
        2.0,
        "intent",
        r"wants?|wanted|aims?|seeks?|intends?|intentions?|hopes?|hoping|believes?|fears?|desires?|"
        r"needs?|concerns?|cares?|prefers?|indifferent|(?:un)?willing|eager|reluctant|lukewarm|"
        r"unmoved|confident|motives?|purpose|interests?|strategy|ambitions?|calculat\w+|opportunity",
    ),
    _rule(
        Kind.ASSESSMENT,
        2.0,
        "reading",
        r"shows?|showing|shown|indicat(?:es?|ed|ing)|suggests?|reflect(?:s|ed|ing)|reveals?|proves?|"
        r"means|meant|demonstrates?|amounts? to|appears?|appeared|seems?|seemed|looks? like|"
        r"stems? from|serves? (?:as|to)|is really|in (?:reality|truth|effect)|evident|clear(?:ly)?"
        r" that|(?:the )?(?:real|true|fundamental|main|underlying) \w+|misjudg\w+|misread\w*|"
        r"overlook\w*|underestimat\w*",
    ),
    _rule(
        Kind.ASSESSMENT,
        1.5,
        "judgement",
        r"not (?:only )?.{2,80}\bbut|more .{2,60}\bthan|less .{2,60}\bthan|rather than|the (?:most|"
        r"only|best|worst|greatest|weakest|strongest) \w+|cannot|can't|unable|too \w+ (?:to|for)|"
        r"enough to|depends? on|because|no \w+|nobody|none|nothing|neither|"
        r"so that|instead of|(?:is|are|was|were|has been) (?:no|not an?|"
        r"merely|mostly|nothing but|hardly|less|more|also|always)",
    ),
    _rule(Kind.ASSESSMENT, 1.0, "effect", r"strengthen\w*|weaken\w*|embolden\w*|undermin\w+|"
          r"consolidat\w+|deepen\w*|worsen\w*|costs?|gains?|benefits?|allows? .{2,40} to|"
          r"the longer|the more|the less|works?"),
    _rule(
        Kind.PATTERN,
        2.0,
        "habit",
        r"continu(?:es?|ed|ing|ally|ous(?:ly)?)|keeps?|kept|repeated(?:ly)?|again and again|always|"
        r"never|every (?:time|few|year|month|week|summit|round|crisis)|each (?:time|year|round|"
        r"side|new)|whenever|wherever|usually|often|regularly|routinely|still|remains?|remained|insist"
        r"(?:s|ed|ing)?|persist(?:s|ed)?|over time|for (?:years|months|decades)|once more|"
        r"since then|as before|so far|goes? on|go on",
    ),
    _rule(Kind.PATTERN, 1.5, "custom", r"has not (?:yet )?\w+|have not (?:yet )?\w+|no longer|"
          r"refuses?|declines?|tends? to|(?:bear|suffer|endure|pay)s?|without exception"),
    _rule(Kind.FACT, 1.5, "a decision", r"signed|agreed|announced|declared|accepted|rejected|"
          r"refused|"
          r"imposed|adopted|failed|reached|expressed|decided|approved|voted|ratified|withdrew|launched|expressed|offered|"
          r"ordered|suspended|struck|seized|closed|opened|began|ended|criticized|criticised|accused"),
)  # fmt: skip
