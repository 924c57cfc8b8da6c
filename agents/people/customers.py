"""The row of a customer: the aliases that are linked to it."""

from typing import TYPE_CHECKING

from xxhash import xxh3_64_digest

from agents.people.handing import take_over
from agents.people.limits import place_for
from agents.people.messages import Message
from agents.people.profiles import tell
from schemas.customer import HASH, MAX_SEEN, Customer
from schemas.instant import DAY
from schemas.links import ASKED, LINKED, REFUSED, SEEN, SHARED, Link
from schemas.profile import ChangeKind
from streams.rows import Row

if TYPE_CHECKING:
    from agents.people.switchboard import Switchboard


def claim(
    board: "Switchboard", row: Row[Customer], keys: list[str], at: int, event_id: str = ""
) -> bool:
    """The customer was seen with those aliases at `at`: whether any of them was new, and asked for.

    An event that has been heard before asks for nothing. What was refused is asked for again when
    it has been refused for as long as an alias lasts.
    """
    asked, customer = False, row.state
    for key in keys:
        link = customer.links.find(key) if customer.links is not None else None
        if link is not None and (
            link.state in (ASKED, LINKED) or at - link.at < board.identity.renewed_after
        ):
            if link.state == LINKED and at > link.at + DAY:
                board.view.touch(row)
                link.at = at
            continue
        if event_id and customer.has_seen(xxh3_64_digest(event_id.encode())):
            return asked
        if link is not None:
            board.view.touch(row)
            link.state, link.at = ASKED, at
        elif not _add(board, row, key, at):
            continue
        asked = True
        board.say(Message(kind="point", alias=key, customer=_id(row), at=at))
    return asked


def note(board: "Switchboard", row: Row[Customer], keys: list[str], at: int) -> None:
    """Other aliases were seen with that of this row: once it is linked, so are they."""
    for key in keys:
        links = row.state.links
        link = links.find(key) if links is not None else None
        if link is not None:
            if at > link.at + DAY:
                board.view.touch(row)
                link.at = at
            continue
        links = board.links_of(row)
        if place_for(links, key, at, board.identity).free:
            links.aliases.append(Link(key, at, SEEN))


def refresh(board: "Switchboard", row: Row[Customer], key: str, at: int) -> None:
    """The customer was heard under that alias: it is in use."""
    links = row.state.links
    link = links.find(key) if links is not None else None
    if link is not None and link.state == LINKED and at > link.at + DAY:
        board.view.touch(row)
        link.at = at


def unlink(board: "Switchboard", customer_id: str, keys: list[str], at: int, digest: bytes) -> None:
    """Those aliases are the customer's no more; `digest` is the hash of the event that said so."""
    row = board.view.get("c:" + customer_id)
    if row is not None:
        customer = row.state
        if customer.has_seen(digest):
            board.alerts.count("duplicates")
            return
        board.view.touch(row)
        customer.seen = customer.seen[-HASH * (MAX_SEEN - 1) :] + digest
    for key in keys:
        if row is not None:
            _forget(board, row, key, at, "unlinked")
        board.say(Message(kind="lift", alias=key, customer=customer_id, at=at, digest=digest))


def at_customer(board: "Switchboard", message: Message) -> None:
    """What the row of a customer does about a message to it."""
    key = "c:" + message.customer
    row = board.view.get(key)
    if row is None:
        if not message.state:
            return
        row = board.view.add(key, Customer())
    if message.kind == "take":
        _take(board, row, message)
    elif message.kind == "forget":
        _forget(board, row, message.alias, message.at, "unlinked")
    else:
        _refused(board, row, message)


def _take(board: "Switchboard", row: Row[Customer], message: Message) -> None:
    """The alias is the customer's, and what was known under it is known of the customer."""
    links = row.state.links
    link = links.find(message.alias) if links is not None else None
    was = None if link is None else link.state
    if link is not None:
        board.view.touch(row)
        link.state = LINKED
    if not message.state:
        if was == ASKED:
            _tell(board, row, "linked", message)
        return
    others = take_over(board, row, message)
    if others is None:
        return
    _tell(board, row, "merged", message)
    if others:
        claim(board, row, others, message.at)


def _refused(board: "Switchboard", row: Row[Customer], message: Message) -> None:
    """The alias is another's, or nobody's."""
    links = row.state.links
    link = links.find(message.alias) if links is not None else None
    if link is None:
        return
    board.view.touch(row)
    link.state = REFUSED if message.kind == "deny" else SHARED
    link.at = max(message.at, link.at)
    kind: ChangeKind = "conflict" if message.kind == "deny" else "shared"
    _tell(board, row, kind, message, message.held_by or None)


def _add(board: "Switchboard", row: Row[Customer], key: str, at: int) -> bool:
    links = board.links_of(row)
    place = place_for(links, key, at, board.identity)
    if not place.free:
        if at >= links.told_at + DAY:
            links.told_at = at
            message = Message(kind="deny", alias=key, customer=_id(row), at=at)
            _tell(board, row, "too_many", message)
        return False
    links.aliases.append(Link(key, at))
    gone = place.gone
    if gone is not None:
        message = Message(kind="lift", alias=gone.key, customer=_id(row), at=at)
        board.say(message)
        _tell(board, row, "let_go", message)
    return True


def _forget(board: "Switchboard", row: Row[Customer], key: str, at: int, kind: ChangeKind) -> None:
    links = row.state.links
    link = links.drop(key) if links is not None else None
    if link is None or links is None:
        return
    board.view.touch(row)
    if not links.aliases and not links.told_at:
        row.state.links = None
    if link.state in (ASKED, LINKED):
        _tell(board, row, kind, Message(kind="forget", alias=key, customer=_id(row), at=at))


def _tell(
    board: "Switchboard",
    row: Row[Customer],
    kind: ChangeKind,
    message: Message,
    held_by: str | None = None,
) -> None:
    tell(
        board.decision, row.key, row.state, kind, message.alias, message.at,
        board.alerts.wall, held_by,
    )  # fmt: skip


def _id(row: Row[Customer]) -> str:
    return row.key.partition(":")[2]
