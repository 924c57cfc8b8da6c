"""The seal on records that workers write to each other among the interactions."""

import hmac
from hashlib import blake2b

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
