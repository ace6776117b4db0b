"""What a process of ours does about itself at its start."""

import gc
import os
import resource
import sys
from typing import Final

COLLECTOR_THRESHOLDS: Final = (20_000, 20, 50)


def forbid_core_dumps() -> None:
    """Let no crash of this process write its memory to a file: it holds messages before they are filtered."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def spare_the_collector() -> None:
    """Take what was made at the start out of the collector's sight, and let it look less often.

    Modules, tables of airports and schemas never become garbage, and looking through them again stops every
    request for tens of milliseconds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTOR_THRESHOLDS)
    gc.enable()


def bare_environment() -> dict[str, str]:
    """What a process that we start beside us is told: where our modules are, and none of our passwords."""
    return {"PYTHONPATH": os.pathsep.join(each or os.curdir for each in sys.path)}
