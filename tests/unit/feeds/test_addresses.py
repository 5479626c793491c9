"""feeds.addresses: what may be connected to, however it is spelt or wrapped."""

from __future__ import annotations

import ipaddress
import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from feeds.addresses import (
    AddressRefusedError,
    PublicResolver,
    check_url,
    is_public,
    public_socket,
)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1",
        "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::",
        "2001:db8::1", "fe80::1%eth0", "64:ff9b:1::808:808", "::127.0.0.1", "::ffff:0:7f00:1",
        "64:ff9b::192.168.1.1", "2001:0:7f00:1::80ff:fffe",
    ],
)  # fmt: skip
def test_addresses_off_the_open_internet_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "151.101.0.81", "2606:4700::1", "::ffff:8.8.8.8"])
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://[::1]:8080/", "http://[::ffff:10.0.0.1]/", "http://2130706433/",
        "http://0x7f.1/", "http://127.1/", "http://0177.0.0.1/", "http://①②⑦.⓪.⓪.①/",
        "http://127.0.0.1./", "http://169.254.169.254/latest", "https://user:pw@e.com/",
        "https://user@e.com/", "ftp://e.com/", "file:///etc/passwd", "gopher://e.com", "//e.com/x",
        "e.com/feed", "http://", "http:///x", "http://[broken", "http://e.com:99999/", "",
    ],
)  # fmt: skip
def test_addresses_that_must_not_be_asked_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        check_url(url, allow_private=False)


def test_private_addresses_may_be_allowed() -> None:
    assert str(check_url("http://127.0.0.1:80/x#y", allow_private=True)) == "http://127.0.0.1/x"


def test_a_proper_address_passes() -> None:
    assert check_url(" https://e.com/feed?x=1 ", allow_private=False).host == "e.com"


class Answers(AbstractResolver):
    """Gives each list of addresses once, in turn."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=found, port=port, family=family, proto=0, flags=0)
            for found in self.answers.pop(0)
        ]

    async def close(self) -> None:
        pass


async def test_a_name_keeps_its_public_addresses_alone() -> None:
    resolver = PublicResolver(Answers(["8.8.8.8", "10.0.0.1", "::1"]))
    assert [found["host"] for found in await resolver.resolve("e.com", 80)] == ["8.8.8.8"]


async def test_a_name_that_turns_private_is_refused_at_that_moment() -> None:
    """DNS rebinding: every answer is judged, not the first."""
    resolver = PublicResolver(Answers(["8.8.8.8"], ["127.0.0.1"]))
    await resolver.resolve("e.com", 80)
    with pytest.raises(AddressRefusedError, match="private network"):
        await resolver.resolve("e.com", 80)


@pytest.mark.parametrize(
    ("family", "address"),
    [
        (socket.AF_INET, ("127.0.0.1", 80)),
        (socket.AF_INET, ("169.254.169.254", 80)),
        (socket.AF_INET6, ("::ffff:10.0.0.1", 80, 0, 0)),
        (socket.AF_INET6, ("fe80::1%lo", 80, 0, 1)),
    ],
)
def test_no_socket_is_made_for_a_private_address(
    family: socket.AddressFamily, address: tuple[str, int]
) -> None:
    with pytest.raises(AddressRefusedError, match="private network"):
        public_socket((family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address))


def test_a_socket_is_made_for_a_public_address() -> None:
    made = public_socket(
        (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("8.8.8.8", 80))
    )
    assert made.family is socket.AF_INET
    made.close()
