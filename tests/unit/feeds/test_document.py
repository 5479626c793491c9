"""feeds.document: charsets, prologs, and the entities that are refused."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ParseError
from feeds.document import decode, read_document

RSS = "<rss><channel><title>Žlutý кіт</title></channel></rss>"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (RSS.encode(), ""),
        (RSS.encode(), "text/xml; charset=iso-8859-1"),
        (b'<?xml version="1.0" encoding="us-ascii"?>' + RSS.encode(), ""),
        (codecs.BOM_UTF8 + RSS.encode(), "text/xml; charset=latin1"),
        (codecs.BOM_UTF16_LE + RSS.encode("utf-16-le"), ""),
        (codecs.BOM_UTF16_BE + RSS.encode("utf-16-be"), ""),
        (RSS.encode("utf-16-be"), ""),
        (RSS.encode("utf-16-le"), ""),
        (codecs.BOM_UTF32_LE + RSS.encode("utf-32-le"), ""),
        (b"\n\n  " + RSS.encode(), ""),
        (b'<?xml version="1.0" encoding="utf-16"?>' + RSS.encode(), ""),
        (b'<?xml version="1.0" encoding="no-such-thing"?>' + RSS.encode(), ""),
        (b'<?xml version="1.0" encoding="unicode_escape"?>' + RSS.encode(), ""),
    ],
)
def test_the_characters_are_found(body: bytes, content_type: str) -> None:
    assert decode(body, content_type).endswith(RSS)


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "iso-8859-5"])
def test_a_declared_encoding_is_believed(encoding: str) -> None:
    text = "<rss>Київ Москва</rss>".replace("ї", "и").replace("и", "и")
    assert decode(text.encode(encoding), f'text/xml; charset="{encoding}"') == text
    declared = f'<?xml version="1.0" encoding="{encoding}"?>{text}'
    assert decode(declared.encode(encoding), "").endswith(text)


def test_utf7_cannot_hide_markup() -> None:
    body = b'<?xml version="1.0" encoding="utf-7"?><rss>+ADw-evil+AD4-</rss>'
    assert "<evil>" not in decode(body, "")


@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_bytes_are_decoded(body: bytes, content_type: str) -> None:
    assert "\x00" not in decode(body, content_type)


def test_what_xml_forbids_is_dropped() -> None:
    assert decode(b"<rss>a\x00b\x0bc\xef\xbf\xbf</rss>", "") == "<rss>abc</rss>"


BOMB = """<!DOCTYPE rss [
<!ENTITY a "ha">
<!ENTITY b "&a;&a;&a;">
]><rss/>"""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOMB, "made of other entities"),
        (f'<!DOCTYPE rss [<!ENTITY a "{"x" * 1001}">]><rss/>', "longer than"),
        (f'<!DOCTYPE rss [<!ENTITY a "{"x" * 999}">]><rss>{"&a;" * 2000}</rss>', "more than 1 MiB"),
        ('<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>', "elsewhere"),
        ("<!DOCTYPE rss [<!ENTITY x PUBLIC 'a' 'http://h/x'>]><rss/>", "elsewhere"),
        ("<!DOCTYPE rss [<!ENTITY a '%b;'>]><rss/>", "other entities"),
        ("<!DOCTYPE rss [" + "<!ENTITY e 'x'>" * 301 + "]><rss/>", "more than 300"),
        ("<!DOCTYPE rss [ <!ENTITY a 'x' ", "never ends"),
        ("<!DOCTYPE rss 'unclosed <rss/>", "never ends"),
        ("<!-- <rss/>", "never ends"),
        ("<!doctype html><html><body>x</body></html>", "HTML page"),
        ("<?xml version='1.0'?><html xmlns='x'/>", "HTML page"),
        ("not found", "neither XML nor JSON"),
        ("", "neither XML nor JSON"),
    ],
)
def test_what_would_harm_a_parser_or_is_no_feed_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        read_document(text)


def test_a_harmless_doctype_is_written_anew() -> None:
    text = """<?xml version="1.0"?><!-- a <!ENTITY in a comment> -->
<?xml-stylesheet href="x"?>
<!DOCTYPE rdf:RDF PUBLIC "-//Netscape//" "http://h/x.dtd" [
<!ENTITY % latin PUBLIC "-//W3C//ENTITIES" "http://h/latin.ent"> %latin;
<!ENTITY euro "&#8364;"><!ENTITY q 'say "hi"'><!ENTITY amp "&#38;">
]>
<rdf:RDF><item/></rdf:RDF>"""
    document = read_document(text)
    assert document.root == "RDF"
    assert document.netscape
    assert document.text == "<rdf:RDF><item/></rdf:RDF>"
    assert '<!ENTITY euro "&#8364;">' in document.doctype
    assert '<!ENTITY q "say &#34;hi&#34;">' in document.doctype
    assert "latin" not in document.doctype


def test_a_feed_is_found_behind_a_servers_warning() -> None:
    document = read_document("Warning: x on line 3\n<br/><rss version='2.0'><channel/></rss>")
    assert document.text == "<rss version='2.0'><channel/></rss>"
