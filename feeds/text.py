"""From a feed's markup and addresses to plain text and identity. Pure.

``html_to_text`` is what readers and the judge see; ``canonical_url``, ``content_hash`` and
``entry_key`` say whether two entries are the same one.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

# An HTML tree's cost may grow with the square of its depth, so no field is read beyond this.
MAX_MARKUP_CHARS = 20_000
MAX_URL_CHARS = 2_000

# How often one text is unescaped: once as it should be, once for feeds that escape twice.
_MAX_ROUNDS = 2


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_DROPPED = _words("script style noscript template iframe svg audio video select textarea")
_BLOCKS = _words(
    "address article aside blockquote br caption center dd details dialog div dl dt fieldset"
    " figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section"
    " summary table tbody tfoot thead tr ul"
)
_CELLS = frozenset(("td", "th", "img"))

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_KNOWN_TAG = re.compile(
    r"</?(?:a|abbr|article|b|blockquote|br|center|code|dd|div|dl|dt|em|figcaption|figure|font"
    r"|h[1-6]|hr|i|iframe|img|li|ol|p|pre|q|s|script|section|small|span|strike|strong|style|sub"
    r"|sup|table|tbody|td|th|tr|tt|u|ul|video)(?:\s[^<>]*=[^<>]*|\s*)/?>",
    re.IGNORECASE,
)
# Markup that needs no tree: paragraphs, breaks and emphasis, as most summaries are written.
_SIMPLE = re.compile(r"(?:[^<&]++|</?(?:p|br|b|i|em|strong)\s*+/?>)*+", re.IGNORECASE)
_BLOCK_TAG = re.compile(r"</?(?:p|br)\s*/?>", re.IGNORECASE)
_INLINE_TAG = re.compile(r"</?(?:b|i|em|strong)\s*/?>", re.IGNORECASE)
# Characters that carry no word: controls (white space apart), soft hyphens and zero-width ones,
# marks that change the direction of what follows, lone surrogates, non-characters, tags.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_LINE_BREAKS = dict.fromkeys(map(ord, "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), " ")
_WORD = re.compile(r"\w+")
_ASCII_WORDS = "".join(chr(code).lower() if _WORD.match(chr(code)) else " " for code in range(128))

# An address that is canonical as it stands, as most are.
_PLAIN_URL = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*/[A-Za-z0-9/._~%+,=@:-]*")

_TRACKING = _words(
    "fbclid gclid dclid gbraid wbraid msclkid yclid twclid igshid mc_cid mc_eid mkt_tok _hsenc"
    " _hsmi ocid cmpid ns_campaign ns_mchannel ns_source ns_linkname ns_fee at_medium at_campaign"
    " at_campaign_type at_custom1 at_custom2 at_custom3 at_custom4 at_format at_link_id"
    " at_link_origin at_link_type at_bbc_team at_ptr_name maca xtor ftag smid smtyp"
    " traffic_source"
)
# These name the channel when they say "rss", and may name content otherwise.
_TRACKING_IF_RSS = frozenset(("partner", "emc", "source", "ref", "from", "src"))


def fold(text: str) -> str:
    """``text`` without invisible characters, its white space folded: one line, trimmed."""
    return " ".join(_visible(text).split())


def html_to_text(markup: str) -> str:
    """The text that a reader of ``markup`` (HTML, or text with HTML in it) would see.

    Entities are resolved, twice-escaped markup too; scripts, styles and embedded media are
    dropped; blocks stand on lines of their own, other white space is folded. Only the first
    MAX_MARKUP_CHARS are read. Never raises.
    """
    text = markup[:MAX_MARKUP_CHARS]
    for _ in range(_MAX_ROUNDS):
        text = _rendered(text)
        if not _looks_like_html(text):
            break
    return text


def plain_to_text(text: str) -> str:
    """A field that its feed calls plain: one line, unless it is HTML all the same.

    Feeds that escape once too often are common: entities and well-known tags are resolved.
    """
    if _looks_like_html(text[:MAX_MARKUP_CHARS]):
        return html_to_text(text)
    return fold(text[:MAX_MARKUP_CHARS])


def clip(text: str, limit: int) -> str:
    """``text`` with at most ``limit`` code points, cut between words and marked by an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    if not head[-1:].isspace() and not text[limit - 1].isspace():  # within a word
        head = head.rpartition(" ")[0] or head
    return head.rstrip() + "…"


@lru_cache(maxsize=1024)  # an entry's address is asked for more than once
def canonical_url(url: str) -> str:
    """One spelling for addresses that lead to the same page; "" if it is no http(s) address.

    Scheme and host in lower case, no user, default port, fragment or tracking parameters; the
    other parameters keep their order and spelling. Conservative: paths are left as they are.
    """
    if len(url) <= MAX_URL_CHARS and _PLAIN_URL.fullmatch(url):
        return url
    spelt = re.sub(r"[\x00-\x1f\x7f]", "", url).strip()
    # Every sort of space: one that stood before a fragment would be at the end without it.
    spelt = re.sub(r"\s", lambda space: quote(space[0]), spelt)
    if len(spelt) > MAX_URL_CHARS:
        return ""
    try:
        parts = urlsplit(spelt)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    if ":" in host:
        host = f"[{host}]"
    if port is not None and port != {"http": 80, "https": 443}[parts.scheme]:
        host = f"{host}:{port}"
    kept = [pair for pair in parts.query.split("&") if pair and not _is_tracking(pair)]
    query = "?" + "&".join(kept) if kept else ""
    # A page that is drawn by its script names itself behind "#!".
    fragment = f"#{parts.fragment}" if parts.fragment.startswith("!") else ""
    return f"{parts.scheme}://{host}{parts.path or '/'}{query}{fragment}"


def content_hash(title: str, summary: str) -> str:
    """SHA-256 (hex) of the words of both: case, punctuation and white space do not count."""
    return hashlib.sha256(f"{_words_of(title)}\n{_words_of(summary)}".encode()).hexdigest()


def entry_key(*, url: str, feed_url: str, guid: str, content: str) -> str:
    """An entry's identity, as bot.model.Entry has it.

    Its canonical URL; else the GUID if that is an address of a page; else feed and GUID; else
    ``content`` (its content_hash). An address of a bare site is nobody's own and is passed over:
    some feeds give every entry the address of their home page.
    """
    for candidate in (url, guid):
        canonical = canonical_url(candidate)
        if canonical and _names_a_page(canonical):
            return canonical
    if guid.strip():
        return guid_keys(feed_url) + guid.strip()
    return f"content:{content}"


def guid_keys(feed_url: str) -> str:
    """How the keys begin of entries of that feed that are known by their GUIDs."""
    return f"guid:{canonical_url(feed_url) or feed_url} "


def _words_of(text: str) -> str:
    if text.isascii():  # the same, faster
        return " ".join(text.translate(_ASCII_WORDS).split())
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def _names_a_page(canonical: str) -> bool:
    return bool(canonical.split("/", 3)[3])  # what follows "https://host/"


def _is_tracking(pair: str) -> bool:
    name, _, value = pair.partition("=")
    name = name.lower()
    if name in _TRACKING_IF_RSS:
        return value.lower().startswith("rss")
    return name in _TRACKING or name.startswith("utm_")


def _looks_like_html(text: str) -> bool:
    return ("&" in text and bool(_ENTITY.search(text))) or (
        "<" in text and bool(_KNOWN_TAG.search(text))
    )


def _visible(text: str) -> str:
    # Nothing that is printable is invisible, and that is known sooner.
    return text if text.isprintable() else _INVISIBLE.sub("", text)


def _rendered(markup: str) -> str:
    """One round: ``markup`` as lines of visible text."""
    if "<" not in markup and "&" not in markup:
        return fold(markup)
    # The tree is built from UTF-8 and ends at a null byte, so such characters go first.
    markup = _visible(markup)
    if _SIMPLE.fullmatch(markup):
        lines = _BLOCK_TAG.split(_INLINE_TAG.sub("", markup))
    else:
        root = LexborHTMLParser(markup).root
        lines = "".join(_pieces(root)).split("\n") if root is not None else []
    return "\n".join(line for line in map(fold, lines) if line)


def _pieces(root: LexborNode) -> list[str]:
    """The texts below ``root`` in order, with a line break wherever a block begins or ends.

    Without recursion: markup may be nested deeper than the stack.
    """
    pieces: list[str] = []
    node: LexborNode | None = root
    while node is not None:
        tag = node.tag or ""
        if node.is_text_node:
            pieces.append((node.text_content or "").translate(_LINE_BREAKS))
        elif tag in _BLOCKS:
            pieces.append("\n")
        elif tag in _CELLS:
            pieces.append(" ")
        child = None if tag in _DROPPED else node.first_child
        node = child if child is not None else _after(node, pieces)
    return pieces


def _after(node: LexborNode, pieces: list[str]) -> LexborNode | None:
    """The node that follows the whole of ``node``, closing the blocks that end on the way."""
    current: LexborNode | None = node
    while current is not None:
        if current.tag in _BLOCKS:
            pieces.append("\n")
        if current.next is not None:
            return current.next
        current = current.parent
    return None
