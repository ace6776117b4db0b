"""A long import as a person sees it: a bar on a terminal, a line at each tenth elsewhere."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from deploy.local.faults import LocalFault
from deploy.local.terminal import ERRORS, say

ASK_SECONDS: Final = 0.5
_WORDS: Final = {
    "WAITING": "waiting for its turn",
    "COMPARING": "reading the version in force",
    "READING": "reading the file",
    "JUDGING": "asking the safeguards and storing",
    "DONE": "done",
}
_TENTHS: Final = 10

Ask = Callable[[], dict[str, Any]]
"""What `GET /v1/watchlist/imports` answers."""


@contextmanager
def shown_import(ask: Ask, source: str) -> Iterator[None]:
    """Show how far a source's import is while the block waits for its end."""
    stop = threading.Event()
    show = _Bar() if ERRORS.is_terminal else _Lines()
    watching = threading.Thread(target=_watch, args=(ask, source, show, stop), daemon=True)
    with show.shown():
        watching.start()
        try:
            yield
        finally:
            stop.set()
            watching.join()


def _watch(ask: Ask, source: str, show: "_Bar | _Lines", stop: threading.Event) -> None:
    while not stop.wait(ASK_SECONDS):
        try:
            imports = ask()["imports"]
        except LocalFault:
            # Who imports is told why; that the bar stands still for a moment tells nothing more.
            continue
        for each in imports:
            if each["source"] == source:
                show(each)


class _Bar:
    """A bar of bytes, with the phase, the persons so far and how many of them are new or changed."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TextColumn("{task.fields[persons]}"),
            TimeElapsedColumn(),
            console=ERRORS,
        )
        self._task: TaskID | None = None

    def shown(self) -> Progress:
        """The bar, to be shown during a block."""
        return self._progress

    def __call__(self, told: dict[str, Any]) -> None:
        """Show how far it is."""
        if self._task is None:
            self._task = self._progress.add_task("", total=told["bytes"], persons="")
        self._progress.update(
            self._task,
            description=_WORDS.get(told["phase"], told["phase"]),
            completed=int(told["bytes"] * told["share"]),
            persons=_persons(told),
        )


class _Lines:
    """A line for each phase, and for each tenth of a file that is being read."""

    def __init__(self) -> None:
        self._said: tuple[str, int] | None = None

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Nothing stays on the screen."""
        yield

    def __call__(self, told: dict[str, Any]) -> None:
        """Say how far it is, where that is news."""
        news = (told["phase"], int(told["share"] * _TENTHS))
        if news != self._said:
            self._said = news
            read = int(told["bytes"] * told["share"])
            words = _WORDS.get(told["phase"], told["phase"])
            say(f"{words}: {read:,} of {told['bytes']:,} bytes, {_persons(told)}")


def _persons(told: dict[str, Any]) -> str:
    return f"{told['rows']:,} persons, {told['changed']:,} new, changed or gone"
