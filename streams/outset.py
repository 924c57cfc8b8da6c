"""What is seen to before a process begins to work: its broker, its topics, its permissions."""

import asyncio
from collections.abc import Callable, Iterable

from streams import permissions
from streams.settings import Settings
from streams.topics import ensure, reach

Part = tuple[Settings, tuple[str, ...]]
"""The settings of an agent, and the further roles of its logic."""


async def prepare(parts: Iterable[Part], sleep: Callable[[float], None]) -> None:
    """For all agents of a process, one after the other: what is wrong is told once, and always
    the same first. `sleep` is called between two tries to reach the broker. Raises Unusable."""
    first, *others = parts
    client = await asyncio.to_thread(reach, first[0], sleep=sleep)
    for settings, further in (first, *others):
        await asyncio.to_thread(ensure, settings, client, further)
        if not settings.embedded:
            await asyncio.to_thread(permissions.check, settings, client, further)
