"""What a person sees on the terminal: steps and sentences on standard error, results on standard output."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from rich.console import Console

ERRORS: Final = Console(stderr=True, highlight=False)
OUTPUT: Final = Console(highlight=False)

EXIT_FAULT: Final = 2
EXIT_INTERRUPTED: Final = 130


def print_json(value: Mapping[str, Any]) -> None:
    """One line for a machine."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def say(sentence: str) -> None:
    """One line for a person, beside the result."""
    ERRORS.print(sentence, markup=False, soft_wrap=True)


class Steps:
    """Tells the step that is being done: a spinner on a terminal, one line a step elsewhere."""

    def __init__(self) -> None:
        self._status = ERRORS.status("starting") if ERRORS.is_terminal else None

    def __call__(self, step: str) -> None:
        """Show the next step."""
        if self._status is None:
            say(f"{step} ...")
        else:
            self._status.update(step)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show steps while the block runs."""
        if self._status is None:
            yield
            return
        with self._status:
            yield
