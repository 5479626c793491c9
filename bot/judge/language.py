"""Tells in which language an entry is written, so that a judge for English leaves the rest alone.

To call English foreign loses news; to take a foreign entry for English costs a judgement that is
mostly silence. So a text is called foreign only where that is sure: by its script, or by a
classifier of letter sequences (py3langid, offline) that is sure of one language.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from bot.model import Stop

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

STAGE = "language"  # the stage of a Stop for an entry in another language

# Below these a text is too short to be called foreign; one word of another script is a name.
MIN_LETTERS = 12
MIN_WORDS = 3
# Of one language, and that it is not English. Chosen so that among 20,874 English entries of a
# year, and among their titles alone, none was called foreign.
SURE = 0.5
NOT_ENGLISH = 0.05
# The same of the words in small letters alone: an English headline of foreign names is English.
NOT_ENGLISH_WITHOUT_NAMES = 0.1
MAX_CHARS = 1_000  # what follows is in the same language, or an appendix

# The languages of newspapers near the matter. The fewer, the surer each answer.
_NAMES = {
    "ar": "Arabic",
    "be": "Belarusian",
    "bg": "Bulgarian",
    "ca": "Catalan",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "hr": "Croatian",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "kk": "Kazakh",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "mk": "Macedonian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovene",
    "sq": "Albanian",
    "sr": "Serbian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
# Scripts, as Unicode names their letters, that one language of the news is written in.
_BY_SCRIPT = {"HEBREW": "he", "GREEK": "el", "GEORGIAN": "ka", "ARMENIAN": "hy", "HANGUL": "ko"}
_LATIN = "LATIN"

_WORD = re.compile(r"[^\W\d_]+")
# Words of no other language in _NAMES. Two of them, and enough of all words, spare the classifier.
_PLAIN_ENGLISH = frozenset(
    "the and with from that after says their this which would been against about between".split()
)
_PLAIN_WORDS = 2
_PLAIN_SHARE = 0.08


def language_of(text: str) -> str:
    """The ISO 639-1 code of the language of ``text``, "" where that is not sure.

    Only the first MAX_CHARS are read. The first call that needs the classifier loads it, which
    takes a second or two and some 80 MB.
    """
    text = text[:MAX_CHARS]
    script = _script(text)
    if script in _BY_SCRIPT:
        return _BY_SCRIPT[script]
    words = _WORD.findall(text)
    if script == _LATIN and _is_plain_english(words):
        return "en"
    if len(words) < MIN_WORDS or sum(map(len, words)) < MIN_LETTERS:
        return ""
    probabilities = _probabilities(text)
    code = max(probabilities, key=probabilities.__getitem__)
    if probabilities[code] < SURE:
        return ""
    return code if code == "en" or _is_not_english(probabilities, words) else ""


def foreign(text: str) -> Stop | None:
    """Why a judge that reads English leaves ``text`` alone; None where it may read it.

    Plain English words settle it in some 20 µs; the classifier takes up to 1 ms.
    """
    text = text[:MAX_CHARS]
    script = _script(text)
    if script not in ("", _LATIN):
        return Stop(STAGE, f"written in {script.capitalize()} script; this judge reads English")
    code = language_of(text)
    if code in ("", "en"):
        return None
    return Stop(STAGE, f"written in {_NAMES[code]}; this judge reads English")


def _script(text: str) -> str:
    """The script of most letters, as Unicode names it; Latin in doubt, "" without letters."""
    if text.isascii():
        return _LATIN
    scripts = Counter(_script_of(char) for char in text if char.isalpha())
    if not scripts:
        return ""
    script, letters = scripts.most_common(1)[0]
    return script if letters >= MIN_LETTERS and 2 * letters > scripts.total() else _LATIN


@cache
def _script_of(letter: str) -> str:
    # "CYRILLIC SMALL LETTER A": the Unicode names begin with the script.
    return unicodedata.name(letter, "?").split()[0]


def _is_plain_english(words: list[str]) -> bool:
    plain = sum(word.casefold() in _PLAIN_ENGLISH for word in words)
    return plain >= _PLAIN_WORDS and plain >= _PLAIN_SHARE * len(words)


def _is_not_english(probabilities: dict[str, float], words: list[str]) -> bool:
    no_names = " ".join(word for word in words if word[0].islower())
    return probabilities["en"] <= NOT_ENGLISH and (
        not no_names or _probabilities(no_names)["en"] <= NOT_ENGLISH_WITHOUT_NAMES
    )


def _probabilities(text: str) -> dict[str, float]:
    """For each language in _NAMES, sums to 1."""
    return dict(_identifier().rank(text))


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(_NAMES))
    return identifier
