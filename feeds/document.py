"""From a feed's bytes to XML text that a parser may be given: charset, prolog, entities. Pure.

What an XML prolog can do to a parser is settled here, before one sees it: the document type is
read, judged and written anew with its harmless entities alone. Entities within entities (the
billion laughs), entities that together expand to too much (quadratic blow-up) and entities from
elsewhere (file:///etc/passwd) are refused. An external DTD is never fetched and simply goes.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass

from bot.errors import ParseError

MAX_PROLOG_CHARS = 64 * 1024
MAX_ENTITIES = 300  # all of HTML's are 253, and old feeds do declare them
MAX_ENTITY_CHARS = 1_000
MAX_EXPANSION_CHARS = 1024 * 1024  # what all references to declared entities may add up to

_ROOTS = frozenset(("rss", "rdf", "feed", "channel"))

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# XML 1.0, appendix F: "<?xm" or "<" in encodings without a byte order mark.
_SIGNATURES = (
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<\x00", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
# Python's own codecs that no feed is written in; some take quadratic time, UTF-7 hides markup.
_FOREIGN_CODECS = frozenset(
    (
        "idna",
        "punycode",
        "unicode-escape",
        "raw-unicode-escape",
        "undefined",
        "utf-7",
        "mbcs",
        "oem",
    )
)
_LATIN = frozenset(("ascii", "iso8859-1", "cp1252"))
_FALLBACKS = ("utf-8", "cp1252", "iso8859-1")  # the last takes any byte

_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
# What XML 1.0 does not allow as a character (section 2.2).
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_SPACE = re.compile(r"\s*")
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)")
_FEED_WITHIN = re.compile(
    r"<(?:[\w.-]{1,40}:)?(?:rss|rdf|feed)\s[^<>]{0,300}?\b(?:version|xmlns)\b", re.IGNORECASE
)
_HTML_DOCTYPE = re.compile(r"<!DOCTYPE\s+html\b", re.IGNORECASE)
_DOCTYPE_TOKEN = re.compile(r"[\"'\[\]>]|<!--|<\?")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ENTITY = re.compile(
    r"<!ENTITY\s+(?P<parameter>%\s+)?(?P<name>[\w.:-]{1,100})\s+"
    r"(?:(?P<external>SYSTEM|PUBLIC)\b|\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')"
)
_REFERENCE = re.compile(r"&([\w.:-]{1,100});")
_PREDEFINED = frozenset(("amp", "lt", "gt", "quot", "apos"))


@dataclass(frozen=True, slots=True)
class Document:
    """XML that begins with its root element. ``doctype``: what may stand before it, or "".

    ``netscape``: its document type is Netscape's RSS 0.91, which else looks like Userland's.
    """

    root: str
    text: str
    doctype: str
    netscape: bool


def decode(body: bytes, content_type: str) -> str:
    """The document's characters, without those that XML forbids. Never raises.

    Byte order mark, then the HTTP charset, then the XML declaration, then UTF-8, then Windows.
    UTF-8 that calls itself Latin is taken for UTF-8: servers' defaults lie, valid UTF-8 does not.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _clean(body[len(mark) :].decode(encoding, "replace"))
    start = body[:200].lstrip(b" \t\r\n")
    for signature, encoding in _SIGNATURES:
        if start.startswith(signature):
            return _clean(body.decode(encoding, "replace"))
    for encoding in _candidates(body, content_type):
        try:
            return _clean(body.decode(encoding))
        except (UnicodeError, LookupError):
            continue
    return _clean(body.decode("cp1252", "replace"))


def read_document(text: str) -> Document:
    """``text`` from its root element on, with a document type that is safe to parse.

    Raises ParseError if it is an HTML page or no XML, or declares entities that are refused.
    """
    doctype, at = _skip_prolog(text)
    root = _ROOT.match(text, at)
    if root is None or root.group(1).lower() not in _ROOTS:
        # A server's warnings, or a page of its own, may stand around a feed that is whole.
        found = _FEED_WITHIN.search(text, at, at + MAX_PROLOG_CHARS)
        root = _ROOT.match(text, found.start()) if found else root
    if root is None:
        raise ParseError("it is neither XML nor JSON, so no feed")
    name = root.group(1).lower()
    # HTML may leave out its first tag.
    if name == "html" or (name not in _ROOTS and _HTML_DOCTYPE.match(doctype)):
        raise ParseError("it is an HTML page, not a feed")
    entities = _safe_entities(doctype)
    _check_expansion(entities, text)
    return Document(
        root=root.group(1),
        text=text[root.start() :],
        doctype=_written_doctype(entities),
        netscape="netscape" in doctype.lower(),
    )


def _candidates(body: bytes, content_type: str) -> list[str]:
    http = _CHARSET.search(content_type)
    xml = _DECLARED.match(body[:400].lstrip(b" \t\r\n"))
    names = [http.group(1)] if http else []
    names += [xml.group(1).decode("ascii")] if xml else []
    declared = [codec for codec in map(_codec, names) if codec]
    # "utf-16" in a document that is read byte by byte up to here cannot be true.
    declared = [codec for codec in declared if not codec.startswith(("utf-16", "utf-32"))]
    latin_or_utf8 = _LATIN | {"utf-8"}
    if all(codec in latin_or_utf8 for codec in declared):
        return ["utf-8", *declared, *_FALLBACKS]
    return [*declared, *_FALLBACKS]


def _codec(name: str) -> str:
    """Python's name of an encoding that a feed may be written in; "" for any other."""
    try:
        codec = codecs.lookup({"gb2312": "gb18030", "gbk": "gb18030"}.get(name.lower(), name)).name
    except (LookupError, ValueError):
        return ""
    return "" if codec.replace("_", "-") in _FOREIGN_CODECS else codec


def _clean(text: str) -> str:
    return _ILLEGAL.sub("", text).lstrip("\ufeff \t\r\n")


def _skip_prolog(text: str) -> tuple[str, int]:
    """The DOCTYPE ("" if none) and where the prolog ends. Comments and instructions are passed."""
    at, doctype = 0, ""
    while True:
        at = _end(_SPACE, text, at)
        if text.startswith("<?", at):
            at = _find(text, "?>", at)
        elif text.startswith("<!--", at):
            at = _find(text, "-->", at)
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            end = _doctype_end(text, at + 9)
            doctype, at = text[at:end], end
        else:
            return doctype, at


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _find(text: str, mark: str, at: int) -> int:
    """Where ``mark`` ends. Raises ParseError if it is not within reach."""
    found = text.find(mark, at, at + MAX_PROLOG_CHARS)
    if found < 0:
        raise ParseError(f"what stands before its first element never ends ({mark} is missing)")
    return found + len(mark)


def _doctype_end(text: str, at: int) -> int:
    limit, in_subset = at + MAX_PROLOG_CHARS, False
    while token := _DOCTYPE_TOKEN.search(text, at, limit):
        mark, at = token.group(), token.end()
        if mark in "\"'":
            at = _find(text, mark, at)
        elif mark == "<!--":
            at = _find(text, "-->", at)
        elif mark == "<?":
            at = _find(text, "?>", at)
        elif mark in "[]":
            in_subset = mark == "["
        elif not in_subset:
            return at
    raise ParseError("its DOCTYPE never ends")


def _safe_entities(doctype: str) -> dict[str, str]:
    """The entities that a DOCTYPE declares, by name. Raises ParseError for a bomb."""
    subset = _COMMENT.sub("", doctype)
    entities: dict[str, str] = {}
    if subset.count("<!ENTITY") > MAX_ENTITIES:
        raise ParseError(f"it declares more than {MAX_ENTITIES} XML entities")
    for match in _ENTITY.finditer(subset):
        name = match["name"]
        if match["parameter"]:
            continue  # external ones are never fetched, so nothing can refer to them
        if match["external"]:
            raise ParseError(f"its XML entity {name} is taken from elsewhere, which is refused")
        value = match["double"] if match["double"] is not None else match["single"] or ""
        if len(value) > MAX_ENTITY_CHARS:
            raise ParseError(f"its XML entity {name} is longer than {MAX_ENTITY_CHARS} characters")
        if "%" in value or not _PREDEFINED.issuperset(_REFERENCE.findall(value)):
            raise ParseError(f"its XML entity {name} is made of other entities, which is refused")
        entities.setdefault(name, value)
    return entities


def _check_expansion(entities: dict[str, str], text: str) -> None:
    if not entities:
        return
    counts = Counter(_REFERENCE.findall(text))
    if sum(counts[name] * len(value) for name, value in entities.items()) > MAX_EXPANSION_CHARS:
        raise ParseError("its XML entities expand to more than 1 MiB")


def _written_doctype(entities: dict[str, str]) -> str:
    if not entities:
        return ""
    lines = (
        f'<!ENTITY {name} "{value.replace(chr(34), "&#34;")}">'
        for name, value in entities.items()
        if name not in _PREDEFINED
    )
    return "<!DOCTYPE feed [\n" + "\n".join(lines) + "\n]>\n"
