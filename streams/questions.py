"""Questions about a row, answered by whichever worker is asked: its own, or the owner's.

What is answered is personal data. So by default a worker answers only who asks on its own machine;
others need a token, which is no default.
"""

import hmac
import ipaddress
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import quote

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout, web

from streams.errors import Unusable
from streams.members import Owners, reachable
from streams.murmur2 import partition_of
from streams.partition import Partition
from streams.settings import Settings

S = TypeVar("S")

FORWARDED = "Heed-Forwarded"
"""Set where a worker asks another: that one answers itself, or says why not."""
PATIENCE = ClientTimeout(total=5)
_RETRY_SECONDS = "2"
_LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


class Teller(Protocol):
    """What the logic has to say about a row."""

    path: str
    """Where it is asked, such as `/rows/`: a row key follows."""

    def places(self, asked: str) -> list[tuple[str, bytes]]:
        """Row keys that may be meant, the likeliest first, and what routes each."""

    def follow(self, stored: bytes) -> str | None:
        """The row key that this row only points to; None for a row of its own."""

    def routing(self, key: str) -> bytes:
        """What routes a row key."""

    def tell(self, key: str, stored: bytes, now: int) -> bytes:
        """The answer, as JSON; `now` is the event time of the row's partition."""


class Refused(Exception):
    """No answer: the HTTP status, and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Questions(Generic[S]):
    """Answers for one worker; `ready` says whether its partitions are its own just now."""

    def __init__(
        self,
        settings: Settings,
        teller: Teller,
        partitions: dict[int, Partition[S]],
        owners: Owners,
        ready: Callable[[], bool],
    ) -> None:
        """Raises Unusable where the settings would answer anybody."""
        if settings.explain == "on" and not settings.explain_token:
            raise Unusable(
                "HEED_EXPLAIN=on answers other machines about customers: set HEED_EXPLAIN_TOKEN, "
                "the same for all workers"
            )
        self._settings = settings
        self._teller = teller
        self._partitions = partitions
        self._owners = owners
        self._ready = ready

    @property
    def route(self) -> str:
        """Of the page: where `serve` belongs."""
        return f"{self._teller.path}{{key}}"

    def address(self, port: int) -> str:
        """Where other workers reach a page on that port; empty where there is none (0)."""
        settings = self._settings
        host = settings.web_address or settings.web_host
        return reachable(host, port, settings.bootstrap) if port else ""

    async def serve(self, request: web.Request) -> web.Response:
        """`GET .../{key}`: 200 with the answer; else 403, 404 or 503 and `{"error": sentence}`."""
        headers = {"Cache-Control": "no-store"}
        try:
            self._admit(request)
            asked = request.match_info["key"]
            if request.headers.get(FORWARDED):
                body = self._own(asked, self._place(self._teller.routing(asked)))
            else:
                body = await self._anyone(asked)
        except Refused as why:
            if why.status == 503:
                headers["Retry-After"] = _RETRY_SECONDS
            body, status = msgspec.json.encode({"error": str(why)}), why.status
        else:
            status = 200
            headers["Heed-Bootstrap"] = self._settings.bootstrap
            headers["Heed-Input"] = self._settings.input_topic
        return web.Response(
            body=body, status=status, content_type="application/json", headers=headers
        )

    def _admit(self, request: web.Request) -> None:
        """Raises Refused for whoever may not know."""
        token, said = self._settings.explain_token, request.headers.get("Authorization", "")
        if token and hmac.compare_digest(said.encode(), f"Bearer {token}".encode()):
            return
        if self._settings.explain == "local" and _is_local(request):
            return
        raise Refused(
            403,
            "this worker tells about customers on its own machine only, or to who has its "
            "HEED_EXPLAIN_TOKEN"
            if self._settings.explain == "local"
            else "the token is missing or wrong: send HEED_EXPLAIN_TOKEN",
        )

    async def _anyone(self, asked: str) -> bytes:
        """The answer of whoever has the row, over at most one pointer."""
        for key, routing in self._teller.places(asked):
            body = await self._one(key, routing)
            moved = _moved(body)
            if moved is not None:
                body = await self._one(moved, self._teller.routing(moved))
            if body is not None:
                return body
        raise Refused(404, f"nobody is known as {asked}")

    async def _one(self, key: str, routing: bytes) -> bytes | None:
        """The answer for this row, None where there is none."""
        number = self._place(routing)
        if number in self._partitions:
            try:
                return self._own(key, number)
            except Refused as why:
                if why.status == 404:
                    return None
                raise
        address = self._owners.of(self._settings.input_topic, number)
        if address is None:
            raise Refused(
                503,
                f"partition {number} is another worker's, whose address is not known: it has no "
                "page, or partitions are on the move; ask again, or ask that worker",
            )
        return await self._ask(address, key)

    def _place(self, routing: bytes) -> int:
        if not self._ready():
            raise Refused(503, "partitions are being assigned or restored: ask again in a moment")
        count = self._owners.partitions(self._settings.input_topic)
        for partition in self._partitions.values():
            count = count or partition.writer.partitions(self._settings.input_topic)
        if not count:
            raise Refused(503, "this worker has no partitions yet: ask again in a moment")
        return partition_of(routing, count)

    def _own(self, key: str, number: int) -> bytes:
        partition = self._partitions.get(number)
        if partition is None:
            raise Refused(503, f"partition {number} has just moved on: ask again in a moment")
        if partition.view is None:
            raise Refused(503, f"partition {number} is being restored: ask again in a moment")
        # As committed: what a running batch has changed is not true yet.
        stored = partition.store.get(key.encode())
        if stored is None:
            raise Refused(404, f"nobody is known as {key}")
        moved = self._teller.follow(stored)
        if moved is not None:
            return msgspec.json.encode({"moved_to": moved})
        return self._teller.tell(key, stored, partition.view.clock.now)

    async def _ask(self, address: str, key: str) -> bytes | None:
        headers = {FORWARDED: "1"}
        if self._settings.explain_token:
            headers["Authorization"] = f"Bearer {self._settings.explain_token}"
        url = f"{address}{self._teller.path}{quote(key, safe='')}"
        try:
            async with (
                ClientSession(timeout=PATIENCE) as session,
                session.get(url, headers=headers, allow_redirects=False) as answer,
            ):
                body, status = await answer.read(), answer.status
        except (ClientError, TimeoutError, OSError) as why:
            raise Refused(
                503,
                f"the worker at {address}, who has this customer, does not answer "
                f"({type(why).__name__}): ask again in a moment",
            ) from None
        if status == 200:
            return body
        if status == 404:
            return None
        if status == 403:
            raise Refused(
                503,
                f"the worker at {address}, who has this customer, tells on its own machine only: "
                "ask there, or give all workers one HEED_EXPLAIN_TOKEN",
            )
        raise Refused(503, _said(body) or f"the worker at {address} answered with {status}")


def _is_local(request: web.Request) -> bool:
    """Whether both ends are on this machine, and it is not a web page that was sent here under a
    name of its own."""
    transport = request.transport
    ends = [transport and transport.get_extra_info(name) for name in ("peername", "sockname")]
    if not all(ends):
        return False
    peer, own = (str(end[0]) for end in ends if end)
    try:
        if not (ipaddress.ip_address(peer).is_loopback or peer == own):
            return False
    except ValueError:
        return False
    host = request.url.host or ""
    return host in _LOCAL_NAMES or host == own


def _moved(body: bytes | None) -> str | None:
    if body is None or not body.startswith(b'{"moved_to"'):
        return None
    said: dict[str, Any] = msgspec.json.decode(body)
    return str(said["moved_to"])


def _said(body: bytes) -> str | None:
    try:
        said = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    return str(said["error"]) if isinstance(said, dict) and "error" in said else None
