"""Alerts as JSON to a web address. The format is in webhook_wire.py and docs/webhook.md.

The address is the admin's own setting, so private and loopback addresses are allowed here, other
than for feeds. Redirects are not followed: a signed body goes to the host that was named, only.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp

from adapters import webhook_wire as wire
from adapters.inflight import InFlight
from adapters.kind import AdapterKind, HttpLimits, Setting, SettingType, Surroundings, Values
from bot.errors import DeliveryError
from bot.model import Delivery, NoticeDelivery
from bot.ports import Clock

CONNECTIONS_MAX = 4

# Classes of status: the first digit.
_TAKEN, _REDIRECT, _SERVER_FAULT = 2, 3, 5
# Answers that time may mend, besides every 5xx. 409 is among them where it does not repeat our
# key: the receiver is still at work on the first try (draft-ietf-httpapi-idempotency-key-header).
# A wrong secret or address is the admin's to mend; until then its alerts wait, and doctor says so.
_MENDABLE = frozenset((401, 403, 404))
_PASSING = frozenset({302, 303, 307, 408, 409, 425, 429})
_REMEDIES = {
    401: "check the secret on both sides",
    403: "check the secret on both sides",
    404: "check the channel's url",
    410: "the receiver has removed this webhook: take the channel out or give it a new url",
    413: "let the receiver take bodies of 256 KB",
}


class WebhookAdapter:
    """POSTs each delivery to one URL and reads at most ``http.max_answer_bytes`` of the answer."""

    def __init__(self, name: str, url: str, secret: str, http: HttpLimits, clock: Clock) -> None:
        self.name = name
        self._url = url
        self._secret = secret
        self._http = http
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._in_flight = InFlight(name)
        # The path may be a secret (many receivers put a token there), so messages hold the host.
        self._place = f"{name}: {urlsplit(url).hostname}"

    async def start(self) -> None:
        """Sends nothing: the first alert shows whether the receiver answers."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS_MAX),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=self._http.timeout_s),
                # An answer is small: undo no compression, so that no bomb can be sent.
                auto_decompress=False,
            )
        self._in_flight.open()

    async def send(self, delivery: Delivery) -> str:
        """The receipt: the answer's "id", else the earlier receipt, else the idempotency key."""
        return await self._deliver(delivery)

    async def post(self, delivery: NoticeDelivery) -> str:
        """The receipt: the answer's "id", else the idempotency key."""
        return await self._deliver(delivery)

    async def _deliver(self, delivery: Delivery | NoticeDelivery) -> str:
        with self._in_flight.one():
            try:
                return await self._post(delivery)
            except TimeoutError as error:
                raise self._failed(f"no answer within {self._http.timeout_s:g} s", error) from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise self._failed(f"not reachable ({type(error).__name__})", error) from error

    async def stop(self) -> None:
        """Waits for the sends under way, at most their timeout, then closes all connections."""
        try:
            await self._in_flight.close()
        finally:
            session, self._session = self._session, None
            if session is not None:
                await session.close()

    async def _post(self, delivery: Delivery | NoticeDelivery) -> str:
        session = self._session
        if session is None:
            raise DeliveryError(f"{self.name}: the channel is not started", try_again=True)
        key, content = wire.idempotency_key(delivery), wire.body(delivery)
        async with session.post(
            self._url, data=content, headers=self._headers(delivery, content), allow_redirects=False
        ) as response:
            taken = response.status // 100 == _TAKEN
            conflict = response.status == HTTPStatus.CONFLICT
            given = wire.answer(await self._read(response)) if taken or conflict else {}
            if conflict:
                echoed = response.headers.get(wire.KEY_HEADER) or given.get("idempotency_key")
                taken = echoed == key
            if not taken:
                raise self._refused(response)
        earlier = delivery.receipt if isinstance(delivery, Delivery) else ""
        return wire.receipt(given) or earlier or key

    def _headers(self, delivery: Delivery | NoticeDelivery, content: bytes) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": self._http.user_agent,
            wire.EVENT_HEADER: wire.event(delivery),
            wire.KEY_HEADER: wire.idempotency_key(delivery),
        }
        if self._secret:
            at_unix = int(self._clock.now().timestamp())
            headers[wire.SIGNATURE_HEADER] = wire.sign(self._secret, at_unix, content)
        return headers

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """The answer, b"" where it is too long or breaks off: its status has said enough."""
        content = bytearray()
        try:
            async for chunk in response.content.iter_any():
                content += chunk
                if len(content) > self._http.max_answer_bytes:
                    response.close()
                    return b""
        except (aiohttp.ClientError, OSError, TimeoutError):
            return b""
        return bytes(content)

    def _refused(self, response: aiohttp.ClientResponse) -> DeliveryError:
        status = response.status
        try_again = status in _PASSING | _MENDABLE or status // 100 == _SERVER_FAULT
        if status // 100 == _REDIRECT:
            remedy = "it redirects, which is not followed: set url to the final address"
        else:
            remedy = _REMEDIES.get(status, "" if try_again else "see the receiver's log")
        return DeliveryError(
            f"{self._place}: answered {status}" + (f" -> {remedy}" if remedy else ""),
            try_again=try_again,
            retry_after_s=self._wait(response) if try_again else None,
            # A 404 is tried again: it may be a deployment under way, or a typing mistake here.
            channel_gone=status == HTTPStatus.GONE,
        )

    def _wait(self, response: aiohttp.ClientResponse) -> float | None:
        return wire.retry_after_s(response.headers.get("Retry-After"), self._clock.now())

    def _failed(self, what: str, error: Exception) -> DeliveryError:
        if isinstance(error, aiohttp.ClientConnectorCertificateError):
            what = "its TLS certificate is not valid -> renew it, or trust its authority here"
        return DeliveryError(f"{self._place}: {what}", try_again=True)


def _make(channel: str, values: Values, surroundings: Surroundings) -> WebhookAdapter:
    base = surroundings.http
    http = HttpLimits(
        timeout_s=float(values["timeout_s"] or base.timeout_s),
        max_answer_bytes=base.max_answer_bytes,
        user_agent=base.user_agent,
    )
    return WebhookAdapter(channel, values["url"], values["secret"], http, surroundings.clock)


KIND = AdapterKind(
    name="webhook",
    summary="POSTs alerts as signed JSON to a web address",
    settings=(
        Setting(
            "url",
            SettingType.URL,
            "the http or https address that takes the POST",
            required=True,
            most=2000,
        ),
        Setting(
            "secret",
            SettingType.TEXT,
            "the key of the HMAC-SHA256 signature; without it nothing is signed",
            secret=True,
            least=16,
            most=512,
        ),
        Setting(
            "timeout_s",
            SettingType.SECONDS,
            "how long one POST may take in all",
            least=1,
            most=120,
        ),
    ),
    make=_make,
    remote=True,
)
