"""What the essay tools know of English: word lists and verb forms, enough to sort sentences.

No grammar: a word is taken for a verb where its form is one of a verb in the lists. Whoever uses
this shows its result to a person as a suggestion or a warning, never as a verdict.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")

STOPWORDS = frozenset(
    "a about above after again against all almost alone along already also although always"
    " am among an and another any anybody anyone anything are around as at away back be"
    " became because become becomes been before behind being below between beyond both but"
    " by came can cannot come could did do does doing done down during each either else"
    " enough even ever every everybody few first for from further get gets getting give"
    " given gives go goes going gone got had half hardly has have having he hence her here"
    " hers herself him himself his how however i if in indeed instead into is it its itself"
    " just keep keeps kept last least less let like likely little long longer made make"
    " makes making many may me mean means might more most much must my myself near nearly"
    " neither never next no nobody none nor not nothing now of off often on once one only"
    " onto or other others otherwise our ours out over own perhaps put puts quite rather"
    " really same say says said see seem seems seen shall she should since so some somebody"
    " someone something soon still such take taken takes than that the their theirs them"
    " themselves then there therefore these they thing things this those though three"
    " through thus to together too took toward towards two under until up upon us very want"
    " wants was way ways we well went were what whatever when where whether which while who"
    " whole whom whose why will with within without would yes yet you your year years month"
    " months week weeks day days time times today new old end mr mrs ms dr".split()
)
MODALS = frozenset("will would shall should may might can could must won't cannot can't".split())
AUXILIARIES = frozenset(
    "is are was were am be been isn't aren't wasn't weren't has have had hasn't haven't"
    " hadn't do does did don't doesn't didn't".split()
)
_REGULAR = frozenset(
    "abandon accept accuse act add adjourn admit adopt advance affect agree aim allow"
    " announce annex annul answer appeal appear approve argue arrest arrive ask attend"
    " avert avoid back ban bar belong bless block blame bomb boycott cancel capture carry"
    " cast cause cede cease celebrate change charge cite claim clear close collapse commit"
    " complain condemn confirm consent conclude continue convict cost cross curtail damage"
    " decide declare decline defend delay delete demand deny depend deploy destroy detain"
    " die dismiss dispute drop dry ease elect emerge encircle endorse enforce enter escape"
    " evacuate examine exceed exclude exempt expand expel expire explode export extend fail"
    " fear fire flare flee follow forbid force foresee freeze fund gain gather grant grow"
    " guarantee halt hand harden harm help hinder hint honour honor ignore impose improve"
    " increase indict influence inspect insist install intervene invade invite issue jail"
    " join judge kill lack land last launch lay lead lie lift limit link list load lower"
    " maintain march matter meet miss move name need negotiate nominate object obtain"
    " occupy offer omit open oppose order oust overrule pardon pass pause pay permit"
    " persist persuade pledge postpone praise prepare present press pressure prevail"
    " prevent proceed produce promise propose prosecute protect protest prove provide"
    " publish pull punish purchase pursue push quit raise ratify reach readmit recall"
    " receive recognise recognize recover reduce refuse reject release relent relocate"
    " remain remove renew reopen repeal repeat repel replace reply report require rescue"
    " resign resolve respond restart restore restrict resume retain seem hire divert retake"
    " retreat return reveal reverse revise revoke rise rule run seek seize sell send serve"
    " settle shelve shell shift shoot show shrink shun sign silence sink slow soften split"
    " stall start state stay step stop storm strike strip submit succeed sue suffer support"
    " surrender survive suspend swear target test threaten tie tighten topple trade train"
    " transfer travel treat trigger turn unite unveil uphold urge use veto violate visit"
    " vote vow waive walk want warn waver welcome widen win withdraw withhold work worsen"
    " yield believe hope intend wish expect desire regard misjudge misread underestimate"
    " overestimate interpret reflect suggest indicate demonstrate signal strengthen weaken"
    " consolidate elevate emphasise emphasize endure bear control dominate dictate exploit"
    " rely accelerate".split()
)
# base: past, participle where it differs
_IRREGULAR = {
    "be": "was", "bear": "bore", "become": "became", "begin": "began", "break": "broke",
    "bring": "brought", "build": "built", "buy": "bought", "catch": "caught", "choose": "chose",
    "come": "came", "cost": "cost", "cut": "cut", "deal": "dealt", "draw": "drew", "drive": "drove",
    "fall": "fell", "feel": "felt", "fight": "fought", "find": "found", "flee": "fled",
    "forbid": "forbade", "foresee": "foresaw", "freeze": "froze", "get": "got", "give": "gave",
    "go": "went", "grow": "grew", "hear": "heard", "hit": "hit", "hold": "held", "keep": "kept",
    "know": "knew", "lay": "laid", "lead": "led", "leave": "left", "lend": "lent", "let": "let",
    "lose": "lost", "make": "made", "mean": "meant", "meet": "met", "misread": "misread",
    "overturn": "overturned", "pay": "paid", "put": "put", "quit": "quit", "read": "read",
    "retake": "retook", "rise": "rose", "run": "ran", "say": "said", "see": "saw", "seek": "sought",
    "sell": "sold", "send": "sent", "set": "set", "shoot": "shot", "shrink": "shrank",
    "shut": "shut", "sink": "sank", "sit": "sat", "speak": "spoke", "spend": "spent",
    "split": "split", "stand": "stood", "strike": "struck", "swear": "swore", "take": "took",
    "tear": "tore", "tell": "told", "think": "thought", "throw": "threw", "uphold": "upheld",
    "win": "won", "withdraw": "withdrew", "withhold": "withheld", "write": "wrote",
}  # fmt: skip
_PARTICIPLES = frozenset(
    "been borne become begun broken chosen come drawn driven fallen forbidden foreseen"
    " frozen gone grown known risen run seen shrunk sunk spoken stricken sworn taken torn"
    " thrown withdrawn written given".split()
)
_VOWELS = "aeiou"


def third(base: str) -> str:
    """The third person of the present: go -> goes, carry -> carries, keep -> keeps."""
    if base == "be":
        return "is"
    if base == "have":
        return "has"
    if base.endswith("y") and base[-2:-1] not in _VOWELS:
        return f"{base[:-1]}ies"
    return f"{base}es" if base.endswith(("s", "sh", "ch", "x", "z", "o")) else f"{base}s"


def past(base: str) -> str:
    """The past tense: sign -> signed, drop -> dropped, send -> sent."""
    if base in _IRREGULAR:
        return _IRREGULAR[base]
    if base.endswith("e"):
        return f"{base}d"
    if base.endswith("y") and base[-2:-1] not in _VOWELS:
        return f"{base[:-1]}ied"
    return f"{base}{base[-1]}ed" if base in _DOUBLING else f"{base}ed"


_DOUBLING = frozenset(
    "admit ban bar cancel commit drop expel omit permit ship step stop strip submit"
    " transfer uphold shun".split()
)
BASES = _REGULAR | _IRREGULAR.keys()
BASE_OF_THIRD = {third(base): base for base in sorted(BASES)}
BASE_OF_PAST = {past(base): base for base in sorted(BASES)}

# Forms that are as often nouns ("strikes on Kyiv", "talks in Geneva").
_AMBIGUOUS = frozenset(
    "advances acts aims answers appeals arrests attacks backs bans bars bombs causes"
    " changes charges claims costs damages deals delays demands deploys disputes drops"
    " fears fights fires forces funds gains grants guarantees halts hands harms helps hints"
    " hopes issues joins judges killings lacks lands leads lies lifts limits links lists"
    " loads marches matters means moves names needs objects offers orders passes pauses"
    " pays plans pledges presses promises protests purchases raises reads releases replies"
    " reports returns rises rules runs sanctions sets shells shifts shoots shows signs"
    " splits stands starts states stays steps stops storms strikes supports targets tests"
    " threats ties trades trains transfers treats triggers turns uses visits votes walks"
    " wants wins wishes works".split()
)


def is_finite(word: str) -> bool:
    """Whether the word, in lower case, is plainly a finite verb: an auxiliary, a modal or a third
    person that is no common noun too."""
    return (
        word in AUXILIARIES or word in MODALS or (word in BASE_OF_THIRD and word not in _AMBIGUOUS)
    )


def has_verb(found: Iterable[str]) -> bool:
    """Whether any of the words may be a verb: one in the lists, or one that ends like a verb."""
    return any(may_be_verb(word) or word.endswith("s") for word in map(str.casefold, found))


def may_be_verb(word: str) -> bool:
    """Whether the word, in lower case, has the form of a verb, though it may be a noun here."""
    return (
        is_finite(word)
        or word in BASES
        or word in BASE_OF_THIRD
        or word in BASE_OF_PAST
        or word in _PARTICIPLES
        or word.endswith("ed")
    )


def words(text: str) -> list[str]:
    """The words of a text as written."""
    return WORD.findall(text)


def stem(word: str) -> str:
    """A crude common root, good enough to see that two sentences share a word."""
    word = re.sub(r"['’]s?$", "", word.casefold())
    for ending in ("ations", "ation", "ingly", "ings", "ing", "edly", "ies", "ers", "ed", "es",
                   "ly", "s"):  # fmt: skip
        if word.endswith(ending) and len(word) - len(ending) >= 4:  # noqa: PLR2004 - a root's least
            word = word[: -len(ending)]
            break
    return word.rstrip("e") if len(word) > 4 else word  # noqa: PLR2004


def content_words(text: str) -> list[str]:
    """The words that carry meaning, as written, in order."""
    return [
        word
        for word in words(text)
        if word.casefold() not in STOPWORDS and len(word) > 2  # noqa: PLR2004
    ]
