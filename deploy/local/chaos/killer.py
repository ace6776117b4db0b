"""Ends processes at random moments, from a seed that is printed."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from shared.bus.wake import wait_for

MIN_PAUSE_SECONDS = 0.8
MAX_PAUSE_SECONDS = 4.0


@dataclass
class Killer:
    """Sends SIGKILL to one of the victims after each random pause.

    Args:
        processes: The running processes by name, asked anew each time, because the supervisor restarts them.
        victims: The names that may be killed.
        random: Decides whom and when.
        on_kill: Told each name that was killed.
    """

    processes: Callable[[], Mapping[str, int]]
    victims: Sequence[str]
    random: Random
    on_kill: Callable[[str], object]
    killed: list[str] = field(default_factory=list)

    async def run(self, stop: asyncio.Event) -> None:
        """Kill until `stop`."""
        while not stop.is_set():
            pause = self.random.uniform(MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS)
            await wait_for(stop, pause)
            if not stop.is_set():
                self._kill(self.random.choice(self.victims))

    def _kill(self, victim: str) -> None:
        process_id = self.processes().get(victim)
        if process_id is None:
            return
        try:
            os.kill(process_id, signal.SIGKILL)
        except ProcessLookupError:
            # It was down already; the supervisor is bringing it back.
            return
        self.killed.append(victim)
        self.on_kill(victim)
