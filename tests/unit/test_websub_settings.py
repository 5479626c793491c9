"""[websub]: what may be written there, and what is said of the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config, FeedsSettings, WebSubSettings
from bot.errors import ConfigError
from bot.parts import listen_place, public_base


def config(*, private: bool = False, **settings: str) -> Config:
    return Config(websub=WebSubSettings(**settings), feeds=FeedsSettings(allow_private=private))


@pytest.mark.parametrize(
    ("written", "base"),
    [
        ("", ""),
        ("https://news.example.org", "https://news.example.org"),
        (" https://news.example.org/ ", "https://news.example.org"),
        ("https://News.Example.org:8443", "https://news.example.org:8443"),
    ],
)
def test_a_public_url_is_https_and_a_host(written: str, base: str) -> None:
    assert public_base(config(public_url=written)) == base


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("http://news.example.org", "not https"),
        ("https://news.example.org/bot", "more than a host"),
        ("https://news.example.org//", "more than a host"),
        ("https://news.example.org/?a=b", "more than a host"),
        ("https://news.example.org/#a", "more than a host"),
        ("https://desk:pass@news.example.org", "user or password"),
        ("https://127.0.0.1", "private network"),
        ("https://10.1.2.3:443", "private network"),
        ("news.example.org", "only http:// and https://"),
        ("https://", "names no host"),
        ("https://[", "no valid address"),
    ],
)
def test_any_other_is_refused_with_the_remedy(written: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason) as caught:
        public_base(config(public_url=written))
    assert "[websub] public_url" in str(caught.value)
    assert "https://news.example.org" in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_a_base_or_a_mistake(written: str) -> None:
    try:
        base = public_base(config(public_url=written))
    except ConfigError:
        return
    assert base == "" or base.startswith("https://")
    assert not base.endswith("/")


def test_in_a_private_network_it_may_be_http() -> None:
    assert public_base(config(public_url="http://127.0.0.1:80", private=True)) == "http://127.0.0.1"


@pytest.mark.parametrize(
    ("written", "place"),
    [("127.0.0.1:8087", ("127.0.0.1", 8087)), ("0.0.0.0:1", ("0.0.0.0", 1)),
     ("[::1]:8087", ("::1", 8087)), ("localhost:65535", ("localhost", 65535))],
)  # fmt: skip
def test_where_it_listens_is_an_address_and_a_port(written: str, place: tuple[str, int]) -> None:
    assert listen_place(config(listen=written)) == place


@pytest.mark.parametrize("written", ["8087", ":8087", "127.0.0.1", "127.0.0.1:", "h:0", "h:65536",
                                     "h:-1", "h:①", ""])  # fmt: skip
def test_any_other_place_is_refused(written: str) -> None:
    with pytest.raises(ConfigError, match=r"\[websub\] listen"):
        listen_place(config(listen=written))
