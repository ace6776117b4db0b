"""What a measurement says, and on which machine it was taken."""

import json
import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; `goal` is design.md's, in words, and `conditions` say what was measured."""

    name: str
    value: float | None
    unit: str
    goal: str
    conditions: dict[str, Any] = field(default_factory=dict)

    def line(self, command: str) -> str:
        """The figure as one JSON line, with the command that takes it again and the machine's facts."""
        return json.dumps(
            {
                "figure": self.name,
                "value": None if self.value is None else round(self.value, 4),
                "unit": self.unit,
                "goal": self.goal,
                "conditions": self.conditions,
                "command": command,
                "machine": machine_facts(),
            }
        )


@cache
def machine_facts() -> dict[str, Any]:
    """Cores, memory, processor and Python of this machine."""
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "processor": _processor(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
    }


def _processor() -> str:
    cpu_facts = Path("/proc/cpuinfo")
    if not cpu_facts.is_file():
        return platform.processor()
    for line in cpu_facts.read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def middle_and_tail(
    name: str, seconds: list[float], goal: str, conditions: dict[str, Any]
) -> Iterator[Figure]:
    """The 50th and the 99th percentile of waits, in milliseconds."""
    for share in (0.5, 0.99):
        value = percentile(seconds, share) * 1000
        yield Figure(f"{name}_p{round(share * 100)}", value, "ms", goal, conditions)


def percentile(values: list[float], share: float) -> float:
    """The value that `share` (0.0-1.0) of the sorted values do not exceed.

    Raises:
        ValueError: There are no values.
    """
    if not values:
        raise ValueError("a percentile of no values")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
