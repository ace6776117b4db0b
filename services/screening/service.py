"""The screening service as one value, and how a route gets hold of it at the time of its request."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from services.screening.batches.window import TravellerWindow
from services.screening.ports import Ports
from services.screening.settings import ScreeningSettings
from services.screening.watchlist.current_matcher import CurrentMatcher
from services.screening.watchlist.list_files import ListFiles
from services.screening.watchlist.progress import UnderWay
from shared.clock import Clock
from shared.web.scripted_clock import request_clock


@dataclass(frozen=True)
class ScreeningService:
    """What the lifespan opened: ports, the matcher in force, randomness; `wake` ends the watcher's pause.

    `list_files` gets lists from where they are registered, `window` asks ingest for travellers.
    `under_way` are the imports of this worker. `built_algorithm` and `built_threshold` are those of the code,
    whether or not a list is in force.
    """

    settings: ScreeningSettings
    ports: Ports
    current: CurrentMatcher
    draw: Callable[[], float]
    built_algorithm: str
    built_threshold: float
    list_files: ListFiles
    window: TravellerWindow
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    under_way: UnderWay = field(default_factory=UnderWay)


async def service(request: Request) -> ScreeningService:
    """The service behind a route; a coroutine, since FastAPI asks a thread for every plain function."""
    found: ScreeningService = request.app.state.screening
    return found


async def request_ports(
    opened: Annotated[ScreeningService, Depends(service)],
    clock: Annotated[Clock, Depends(request_clock)],
) -> Ports:
    """The ports at the time of this request."""
    return opened.ports.at(clock)


Service = Annotated[ScreeningService, Depends(service)]
RequestPorts = Annotated[Ports, Depends(request_ports)]
