"""What is known under an alias becomes known of the customer."""

from typing import TYPE_CHECKING

from xxhash import xxh3_64_hexdigest

from agents.merging import hand_over
from agents.people.messages import Message
from schemas import customer as state
from streams.rows import Row

if TYPE_CHECKING:
    from agents.people.switchboard import Switchboard


def take_over(board: "Switchboard", row: Row[state.Customer], message: Message) -> list[str] | None:
    """Merge what `message` hands over into the customer of `row`.

    Returns the other aliases that were seen with that one; None where it was taken before. Raises
    SignalFailed.
    """
    board.view.touch(row)
    theirs = state.decode(message.state)
    links, theirs.links = theirs.links, None
    # Linked again after an un-merge within one instant, it is another hand-over.
    name = f"{message.alias} {message.at} {xxh3_64_hexdigest(message.state)}"
    alerts, logic = board.alerts, board.logic
    book, muted = logic.rulebook, logic.muted
    if not hand_over(row.key, row.state, theirs, name, message.at, alerts, book, muted):
        return None
    logic.settle(board.view, row, message.at, alerts)
    return [] if links is None else [link.key for link in links.aliases]
