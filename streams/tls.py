"""Talking to brokers under TLS: one set of files, told to both Kafka clients.

aiokafka wants a context, librdkafka the files' names.
"""

import ssl
from pathlib import Path
from typing import Any

from streams.errors import Unusable


def protocol(said: Any, wanted: bool, login: bool) -> str | None:
    """The security protocol: as said, else TLS where it is `wanted`, with or without a `login`.

    >>> protocol(None, True, login=True), protocol("SSL", False, login=False)
    ('SASL_SSL', 'SSL')
    """
    if said is not None or not wanted:
        return said if said is None else str(said)
    return "SASL_SSL" if login else "SSL"


def context(
    authorities: Path | None, certificate: Path | None, key: Path | None, password: str | None
) -> ssl.SSLContext:
    """What brokers are checked by, and shown; the system's authorities where none are named.

    Raises Unusable with one sentence where a file is missing or not what it should be.
    """
    try:
        made = ssl.create_default_context(cafile=authorities)
    except (OSError, ssl.SSLError) as why:
        raise Unusable(f"tls_ca: {authorities}: {_why(why)}") from None
    if certificate is None:
        if key is not None:
            raise Unusable("tls_key is of no use without tls_cert")
        return made
    try:
        # An empty password is never asked for on the terminal.
        made.load_cert_chain(certificate, key, password or "")
    except (OSError, ssl.SSLError) as why:
        raise Unusable(f"tls_cert, tls_key: {certificate}, {key}: {_why(why)}") from None
    return made


def _why(why: OSError) -> str:
    """In words: an SSLError's are the library's own."""
    if isinstance(why, ssl.SSLError):
        return f"not a PEM file that can be used ({why.reason or why})"
    return f"cannot be read: {why.strerror}"


def librdkafka(
    authorities: Path | None, certificate: Path | None, key: Path | None, password: str | None
) -> dict[str, str]:
    """The same for librdkafka."""
    said = {
        "ssl.ca.location": authorities,
        "ssl.certificate.location": certificate,
        "ssl.key.location": key or certificate,
        "ssl.key.password": password,
    }
    return {name: str(value) for name, value in said.items() if value is not None}
