"""How the server tells the application that it is about to end."""

import asyncio
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Ending:
    """First *draining* is set: no new connections should come. Then *stopping*: streams end."""

    draining: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
