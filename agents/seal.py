"""The seal on records that workers write to each other among the interactions."""

import hmac
from hashlib import blake2b

from schemas.interaction import Rejected
from streams.contract import Record

_BYTES = 16
_LONGEST_KEY = 64


class Seal:
    """Made of a record's bytes with the workers' key."""

    def __init__(self, key: str | None = None) -> None:
        """`key`: known to the workers alone; without one a seal keeps out mistakes, not malice."""
        raw = (key or "").encode()
        self._key = raw if len(raw) <= _LONGEST_KEY else blake2b(raw).digest()

    def of(self, value: bytes) -> bytes:
        """The seal of those bytes, as the content of a header."""
        return blake2b(value, digest_size=_BYTES, key=self._key).hexdigest().encode()

    def fits(self, value: bytes, seal: bytes) -> bool:
        """Whether that is the seal of those bytes."""
        return hmac.compare_digest(seal, self.of(value))

    def opened(self, record: Record, name: str) -> bytes | None:
        """The bytes of a record whose header `name` seals them, None where it has no such header.

        Raises Rejected for a seal that does not fit.
        """
        seal = header(record, name)
        if seal is None:
            return None
        value = record.value or b""
        if not self.fits(value, seal):
            raise Rejected("invalid_field", f"`{name}`: a header of Heed's own, with a wrong seal")
        return value


def header(record: Record, name: str) -> bytes | None:
    """The last header of that name."""
    found = None
    for each, said in record.headers:
        if each == name:
            found = said
    return found
