"""Steps of a machine, carried out one after the other on the event loop of the service that it walks."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

Given = TypeVar("Given")


@dataclass(frozen=True)
class Stepping:
    """A running service: called with a step, it carries it out and gives what the step gives."""

    runner: asyncio.Runner

    def __call__(self, step: Coroutine[Any, Any, Given]) -> Given:
        return self.runner.run(step)
