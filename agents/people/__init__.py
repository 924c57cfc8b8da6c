"""One person over all channels: rows are linked, handed over, followed and let go again."""

from agents.people.identified import count_identified
from agents.people.landing import LANDED, landed, landing
from agents.people.messages import Message, Sealer
from agents.people.switchboard import MAX_HOPS, SPECIAL, UNLINKED, Switchboard

__all__ = [
    "LANDED", "MAX_HOPS", "SPECIAL", "UNLINKED", "Message", "Sealer", "Switchboard",
    "count_identified", "landed", "landing",
]  # fmt: skip
