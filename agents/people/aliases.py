"""The row of an alias: whom it points to, and whether it identifies anybody at all."""

from typing import TYPE_CHECKING

from agents.identity import alias_of
from agents.merging import give_up
from agents.people.messages import Message
from schemas import customer as state
from schemas.customer import Customer
from schemas.links import MAX_CLAIMANTS, Links
from streams.deadlines import NEVER
from streams.rows import Row

if TYPE_CHECKING:
    from agents.people.switchboard import Switchboard


def at_alias(board: "Switchboard", message: Message) -> None:
    """What the row of an alias does about a message to it."""
    row = board.view.get(message.alias)
    if message.kind == "lift":
        if row is not None:
            _lift(board, row, message)
        return
    if row is None:
        row = board.view.add(message.alias, Customer())
    _point(board, row, message)


def _point(board: "Switchboard", row: Row[Customer], message: Message) -> None:
    """A customer was seen with the alias: the first one has it, until too many were seen."""
    claimant, links = message.customer, row.state.links
    if links is not None and links.shared:
        if links.has_room_for(claimant):
            board.view.touch(row)
            links.claimants.append(claimant)
        _answer(board, message, "shared")
        return
    if links is None or links.to is None:
        _hand_over(board, row, message)
        return
    if links.to == claimant:
        _answer(board, message, "take")
        return
    if claimant not in links.claimants:
        board.view.touch(row)
        links.claimants.append(claimant)
        most = min(board.identity.most_customers(alias_of(row.key)[0]), MAX_CLAIMANTS)
        if len(links.claimants) > most:
            row.state.links = shared = Links(shared=True, lifted=links.lifted)
            for each in links.claimants:
                if shared.has_room_for(each):
                    shared.claimants.append(each)
                _answer(board, message, "shared", each)
            return
    _answer(board, message, "deny", held_by=links.to)


def _hand_over(board: "Switchboard", row: Row[Customer], message: Message) -> None:
    """All that is known under the alias goes to the customer, and the row becomes a pointer."""
    known, view = row.state, board.view
    view.touch(row)
    lifted = known.links.lifted if known.links is not None else b""
    pointer = Links(to=message.customer, claimants=[message.customer], lifted=lifted)
    row.state = Customer(links=pointer)
    deadline = known.deadline
    view.schedule(row, NEVER)
    if known.stage is None:
        _answer(board, message, "take")
        return
    give_up(row.key, known, board.alerts)
    _answer(board, message, "take", state=state.encode(known, deadline))


def _lift(board: "Switchboard", row: Row[Customer], message: Message) -> None:
    """The alias points to nobody any more; all who were seen with it may ask for it again.

    What has been handed over stays where it is. The same event counts once.
    """
    links = row.state.links
    if links is None or (message.digest and links.lifted == message.digest):
        return
    if message.customer and not links.shared and message.customer != links.to:
        if message.customer in links.claimants:
            board.view.touch(row)
            links.claimants.remove(message.customer)
        return
    if links.to is None and not links.shared:
        return
    board.view.touch(row)
    for each in links.claimants:
        if each != message.customer:
            _answer(board, message, "forget", each)
    row.state.links = Links(lifted=message.digest) if message.digest else None


def _answer(
    board: "Switchboard",
    message: Message,
    kind: str,
    customer: str | None = None,
    *,
    state: bytes = b"",
    held_by: str = "",
) -> None:
    board.say(
        Message(
            kind=kind,  # type: ignore[arg-type]
            alias=message.alias,
            customer=customer or message.customer,
            at=message.at,
            state=state,
            held_by=held_by,
        )
    )
