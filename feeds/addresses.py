"""Which addresses a feed may be fetched from.

A feed's address, and every address that it redirects to, is someone else's word: it must not lead
the bot into the network that it runs in. Names are judged by what they resolve to, in the resolver
itself, and every address once more where its socket is made: so the connection goes to the very
address that was judged, however it was written and whatever its name resolves to by now (DNS
rebinding).
"""

from __future__ import annotations

import ipaddress
import re
import socket

from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# An IPv4 address in the last 32 bits: RFC 6052, and RFC 8215 for local use.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")  # leads wherever its network pleases
# WHATWG URL, "ends in a number": what a system's resolver reads as an IPv4 address (127.1,
# 0x7f.1, 2130706433), so that it is an address whatever it looks like.
_NUMERIC_HOST = re.compile(r"(?:^|\.)(?:\d+|0[xX][0-9a-fA-F]*)\.?$")


class AddressRefusedError(OSError):
    """An address that the bot must not connect to. An OSError: aiohttp passes those on."""


def is_public(address: _Address) -> bool:
    """Whether ``address`` is one of the open internet, whatever it is wrapped in.

    Not: private, loopback, link-local, multicast, reserved, shared (CGNAT), documentation and
    unspecified addresses, nor IPv6 ones that carry such an IPv4 address inside.
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = _embedded(address)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local or address in _LOCAL_NAT64:
            return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
    )


def check_url(url: str, *, allow_private: bool) -> URL:
    """``url`` as it may be requested. Raises ValueError that says what is wrong and how to mend it.

    http or https with a host, without a user; an IP address in it must be public, since aiohttp
    does not ask its resolver about those.
    """
    try:
        parsed = URL(url.strip())
        host, _port = parsed.raw_host, parsed.port
    except ValueError as error:
        raise ValueError(f"it is no valid address ({error})") from error
    if parsed.scheme not in ("http", "https"):
        raise ValueError("only http:// and https:// addresses can be fetched")
    if not host:
        raise ValueError("the address names no host")
    if parsed.raw_user is not None or parsed.raw_password is not None:
        raise ValueError("an address with a user or password in it is refused; leave them out")
    if not allow_private:
        _check_literal(host)
    return parsed.with_fragment(None)


class PublicResolver(AbstractResolver):
    """Asks ``inner`` and passes on the public addresses alone."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The public addresses of ``host``. Raises AddressRefusedError if it has only others."""
        found = await self._inner.resolve(host, port, family)
        public = [result for result in found if is_public(ipaddress.ip_address(result["host"]))]
        if found and not public:
            raise AddressRefusedError(f"{host} is a host of a private network")
        return public

    async def close(self) -> None:
        await self._inner.close()


def public_socket(info: AddrInfoType) -> socket.socket:
    """A socket for an address that is about to be connected to.

    Raises AddressRefusedError for one that is not public.
    """
    family, kind, protocol, _name, address = info
    if not is_public(ipaddress.ip_address(str(address[0]).partition("%")[0])):
        raise AddressRefusedError(f"{address[0]} is an address of a private network")
    return socket.socket(family, kind, protocol)


def _check_literal(host: str) -> None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if _NUMERIC_HOST.search(host):
            raise ValueError(f"{host} is a number and no proper IPv4 address") from None
        return
    if not is_public(address):
        raise ValueError(f"{host} is an address of a private network")


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
