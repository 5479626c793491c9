"""Fetches feeds over HTTP: conditional, bounded in time and size, and never into a private network.

One Fetcher owns one aiohttp session on one event loop. Redirects are followed here and not by
aiohttp, so that each hop is checked like the first address. Forms are sent to hubs (feeds.websub)
within the same limits.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.errors import FetchError
from bot.ports import Clock
from feeds.addresses import AddressRefusedError, PublicResolver, check_url, public_socket
from feeds.headers import ACCEPT, Caching, fresh_s, retry_after_s, validators
from feeds.inflate import ACCEPTED, InflateError, inflater, is_gzip

__all__ = ["Caching", "Fetched", "Fetcher", "Limits"]

MAX_CONNECTIONS = 32
MAX_CONNECTIONS_PER_HOST = 4
DNS_CACHE_S = 60

T = TypeVar("T")

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PERMANENT = frozenset((301, 308))
_FORM_REDIRECTS = frozenset((307, 308))  # those that a form is sent on to, as it is
_OK = range(200, 300)
_NOT_MODIFIED = 304
_SERVER_ERRORS = range(500, 600)
# Client errors that pass by themselves: timeout, too early, too many requests.
_PASSING = frozenset((408, 425, 429))


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost. ``timeout_s`` holds for all of it, redirects included.

    ``max_bytes`` counts what the body is after decompression. ``allow_private``: private and
    loopback addresses may be fetched too. The defaults are those of the config's [feeds].
    """

    timeout_s: float = 30.0
    connect_timeout_s: float = 10.0
    max_bytes: int = 10_000_000
    max_redirects: int = 5
    allow_private: bool = False
    user_agent: str = "claimwire/0.1 (feed reader; asks only for what is new)"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A feed's answer. ``body`` None: not modified since ``caching`` was given out.

    ``permanent_redirect``: where the feed has moved for good, if it said so. ``retry_after_s`` and
    ``fresh_s``: how long the server wishes not to be asked, and calls its answer fresh. ``links``:
    the values of its Link headers.
    """

    url: str
    final_url: str
    status: int
    body: bytes | None
    content_type: str
    caching: Caching
    permanent_redirect: str | None = None
    retry_after_s: float | None = None
    fresh_s: float | None = None
    links: tuple[str, ...] = ()


class Fetcher:
    """Fetches any number of feeds, at the same time if wished. An async context manager.

    ``resolver``: who answers for names, if not the system; its answers are filtered all the same.
    """

    def __init__(
        self,
        clock: Clock,
        limits: Limits | None = None,
        *,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._clock = clock
        self.limits = limits or Limits()
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        resolver = self._resolver or aiohttp.DefaultResolver()
        connector = aiohttp.TCPConnector(
            resolver=resolver if self.limits.allow_private else PublicResolver(resolver),
            socket_factory=None if self.limits.allow_private else public_socket,
            limit=MAX_CONNECTIONS,
            limit_per_host=MAX_CONNECTIONS_PER_HOST,
            ttl_dns_cache=DNS_CACHE_S,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            # A proxy from the environment would resolve names itself, unfiltered.
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self.limits.connect_timeout_s),
            headers={
                "User-Agent": self.limits.user_agent,
                "Accept": ACCEPT,
                "Accept-Encoding": ACCEPTED,
            },
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def fetch(
        self, url: str, caching: Caching | None = None, *, within_site: bool = False
    ) -> Fetched:
        """The feed at ``url``, or word that it has not changed. Raises FetchError.

        ``within_site``: a redirect to another site is not followed: the answer is the redirect,
        without a body, and its ``final_url`` says where to.

        ``FetchError.try_again`` is False where the same request would meet the same answer: the
        address, or the feed, needs a person.
        """
        following = self._follow(url, caching or Caching(), within_site=within_site)
        return await self._within_limits(url, following)

    async def submit(self, url: str, form: Mapping[str, str]) -> None:
        """Posts a form, whose answer is only whether it was taken. Raises FetchError.

        It is sent on only by redirects that say so (307, 308), and never out of https.
        """
        await self._within_limits(url, self._post(url, form))

    async def _within_limits(self, url: str, work: Awaitable[T]) -> T:
        """What the work comes to in the time that it has; its errors as FetchError."""
        try:
            async with asyncio.timeout(self.limits.timeout_s):
                return await work
        except FetchError:
            raise
        except TimeoutError as error:
            if isinstance(error, aiohttp.ConnectionTimeoutError):
                reason = f"no connection within {self.limits.connect_timeout_s:g} s"
                raise FetchError(url, reason, try_again=True) from error
            reason = f"no whole answer within {self.limits.timeout_s:g} s"
            raise FetchError(url, reason, try_again=True) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            reason, try_again = _explained(error)
            raise FetchError(url, reason, try_again=try_again) from error

    async def _follow(self, url: str, caching: Caching, *, within_site: bool) -> Fetched:
        """Requests ``url`` and what it redirects to, until there is an answer."""
        assert self._session is not None, "use the Fetcher in an async with"  # noqa: S101
        hop = self._checked(url, url)
        seen, moved, all_permanent = {hop}, None, True
        while True:
            async with self._session.get(
                hop, headers=caching.conditions, allow_redirects=False
            ) as response:
                if response.status not in _REDIRECTS:
                    return await self._answer(url, response, caching, moved)
                all_permanent = all_permanent and response.status in _PERMANENT
                here, hop = hop, self._next_hop(url, hop, response)
                if within_site and hop.origin() != here.origin():
                    return Fetched(url, str(hop), response.status, None, "", Caching())
            if hop in seen:
                raise FetchError(url, f"it redirects in a circle ({hop})", try_again=False)
            if len(seen) > self.limits.max_redirects:
                reason = f"more than {self.limits.max_redirects} redirects"
                raise FetchError(url, reason, try_again=False)
            seen.add(hop)
            moved = str(hop) if all_permanent else moved

    async def _post(self, url: str, form: Mapping[str, str]) -> None:
        assert self._session is not None, "use the Fetcher in an async with"  # noqa: S101
        hop = self._checked(url, url)
        for _hop in range(self.limits.max_redirects + 1):
            async with self._session.post(hop, data=form, allow_redirects=False) as response:
                if response.status not in _FORM_REDIRECTS:
                    self._require_ok(url, response)
                    return
                here, hop = hop, self._next_hop(url, hop, response)
            if here.scheme == "https" != hop.scheme:
                raise FetchError(url, "it redirects out of https", try_again=False)
        reason = f"more than {self.limits.max_redirects} redirects"
        raise FetchError(url, reason, try_again=False)

    def _checked(self, feed_url: str, url: str) -> URL:
        try:
            return check_url(url, allow_private=self.limits.allow_private)
        except ValueError as error:
            where = "" if url == feed_url else f"it redirects to {url[:200]}: "
            raise FetchError(feed_url, f"{where}{error}", try_again=False) from error

    def _next_hop(self, url: str, hop: URL, response: aiohttp.ClientResponse) -> URL:
        location = response.headers.get("Location", "").strip()
        if not location:
            reason = f"HTTP {response.status} without the address that it redirects to"
            raise FetchError(url, reason, try_again=False, status=response.status)
        try:
            joined = hop.join(URL(location))
        except ValueError as error:
            reason = f"it redirects to an address that is not valid ({location[:200]!r})"
            raise FetchError(url, reason, try_again=False) from error
        return self._checked(url, str(joined))

    async def _answer(
        self, url: str, response: aiohttp.ClientResponse, caching: Caching, moved: str | None
    ) -> Fetched:
        headers, status = response.headers, response.status
        unmodified = status == _NOT_MODIFIED and bool(caching.conditions)
        if not unmodified:
            self._require_ok(url, response)
        given = validators(headers)
        return Fetched(
            url=url,
            final_url=str(response.url),
            status=status,
            body=None if unmodified else await self._body(url, response),
            content_type=headers.get("Content-Type", ""),
            caching=caching.renewed(given) if unmodified else given,
            permanent_redirect=moved,
            retry_after_s=retry_after_s(headers, self._clock.now()),
            fresh_s=fresh_s(headers),
            links=tuple(headers.getall("Link", ())),
        )

    def _require_ok(self, url: str, response: aiohttp.ClientResponse) -> None:
        status = response.status
        if status not in _OK:
            raise FetchError(
                url,
                f"HTTP {status} {response.reason or ''}".strip(),
                try_again=status in _PASSING or status in _SERVER_ERRORS,
                status=status,
                retry_after_s=retry_after_s(response.headers, self._clock.now()),
            )

    async def _body(self, url: str, response: aiohttp.ClientResponse) -> bytes:
        """The body, decompressed as it comes. Both it and what is read are held to the limit."""
        limit = self.limits.max_bytes
        if (response.content_length or 0) > limit:
            raise self._too_large(url)
        inflating = inflater(response.headers.get("Content-Encoding", ""))
        body, read = bytearray(), 0
        async for chunk in response.content.iter_any():
            if not read and "Content-Encoding" not in response.headers and is_gzip(chunk):
                inflating = inflater("gzip")
            read += len(chunk)
            for piece in inflating.feed(chunk):
                body += piece
                if len(body) > limit:
                    raise self._too_large(url)
            # Compressed nothing can be sent for ever.
            if read > limit:
                raise self._too_large(url)
        inflating.finish()
        return bytes(body)

    def _too_large(self, url: str) -> FetchError:
        reason = f"it is over {self.limits.max_bytes:,} bytes ([feeds] max_bytes)"
        return FetchError(url, reason, try_again=False)


# The first that fits says what went wrong, for people. All of these may pass by themselves.
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ClientConnectorDNSError, "its host's name cannot be resolved"),
    (aiohttp.ClientConnectorCertificateError, "its certificate is not valid"),
    (aiohttp.ClientSSLError, "no secure connection"),
    (ssl.SSLError, "no secure connection"),
    (aiohttp.ClientConnectorError, "its server cannot be reached"),
    (aiohttp.ClientPayloadError, "its answer was cut off"),
    (aiohttp.ServerDisconnectedError, "its server closed the connection without an answer"),
    (aiohttp.ClientResponseError, "its answer is not proper HTTP"),
    (InflateError, "its answer cannot be decompressed"),
)


def _explained(error: Exception) -> tuple[str, bool]:
    """(what went wrong, whether to try again)."""
    cause = getattr(error, "os_error", error)
    if isinstance(cause, AddressRefusedError):
        return f"{cause}, which is refused ([feeds] allow_private permits it)", False
    if isinstance(error, aiohttp.InvalidURL):
        return "it is no valid address", False
    what = next((reason for kind, reason in _REASONS if isinstance(error, kind)), "")
    detail = " ".join(str(error).split())[:200]
    return (f"{what} ({detail})" if what and detail else what or detail or repr(error)), True
