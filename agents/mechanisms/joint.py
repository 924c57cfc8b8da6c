"""`joint`: several pieces of evidence add up: k of n in a window, or likelihood ratios.

Pieces are kept per customer in order of time, 16 at the most and none longer than asked for;
several signals weigh the same ones.
"""

from bisect import insort
from collections.abc import Collection
from math import prod

from schemas.customer import Customer, bounded
from schemas.interaction import Interaction
from schemas.memory import MAX_PIECES, PIECE_ID_BYTES, Piece


def note(
    customer: Customer, kind: str, event: Interaction, *, keep: int, weight: float = 1.0
) -> Piece:
    """Keep a piece of evidence; those older than `keep` (microseconds) before the newest go."""
    piece = Piece(kind, event.time, bounded(event.id, PIECE_ID_BYTES), weight)
    add(customer, piece, keep)
    return piece


def add(customer: Customer, piece: Piece, keep: int) -> None:
    """The same for a piece that is no interaction, as that something did not happen in time."""
    pieces = customer.pieces
    insort(pieces, piece, key=_place)
    horizon = pieces[-1].at - keep
    if pieces[0].at < horizon or len(pieces) > MAX_PIECES:
        customer.pieces = [old for old in pieces if old.at >= horizon][-MAX_PIECES:]


def forget(customer: Customer, kind: str, at: int) -> None:
    """A piece of that kind and instant has proved wrong."""
    customer.pieces = [piece for piece in customer.pieces if (piece.kind, piece.at) != (kind, at)]


def within(customer: Customer, kinds: Collection[str], window: int, at: int) -> list[Piece]:
    """The pieces of these kinds in the `window` (microseconds) that ends with `at`, in order."""
    return [p for p in customer.pieces if p.kind in kinds and at - window <= p.at <= at]


def likelihood_ratio(terms: Collection[float]) -> float:
    """How much likelier the pieces are under one explanation than under the other, together.

    Each term is P(piece | explanation) / P(piece | otherwise); pieces are taken as independent, so
    terms that say the same thing twice must not both stand in it.

    >>> likelihood_ratio([4.0, 5.0, 0.5])
    10.0
    """
    return prod(terms)


def _place(piece: Piece) -> tuple[int, str, str]:
    return piece.at, piece.kind, piece.id
