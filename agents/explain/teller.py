"""Answers of a worker about its customers: what `streams.questions` asks."""

from agents.explain import explain, points_to
from agents.explain.explanation import encode
from agents.explain.whom import candidates
from agents.identity import Names, routing_key
from agents.rulebook import Rulebook


class CustomerTeller:
    """Tells about the rows of customers, with the standards of this worker."""

    path = "/customers/"

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self._names = Names(rulebook.standards.identity.region)

    def places(self, asked: str) -> list[tuple[str, bytes]]:
        return [(key, routing_key(key)) for key in candidates(asked, self._names)]

    def follow(self, stored: bytes) -> str | None:
        return points_to(stored)

    def routing(self, key: str) -> bytes:
        return routing_key(key)

    def tell(self, key: str, stored: bytes, now: int) -> bytes:
        return encode(explain(key, stored, self._rulebook, now))
