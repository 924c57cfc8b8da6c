"""What landed in which row, for whoever explains a customer.

An output like any other, so that it is undone with its decision; it is written to no topic, since
workers note no rows (`Customers.noted`).
"""

from schemas.interaction import Interaction, decode
from streams.contract import Output

LANDED = "landed"
_INSTANT = 8


def landed(row: str, at: int, value: bytes) -> Output:
    """The row has taken an interaction of the instant `at` (microseconds)."""
    return Output(LANDED, row.encode(), at.to_bytes(_INSTANT, "big", signed=True) + value)


def landing(output: Output) -> tuple[str, Interaction]:
    """The row, and what it has taken."""
    at = int.from_bytes(output.value[:_INSTANT], "big", signed=True)
    return output.key.decode(), decode(output.value[_INSTANT:], at)
