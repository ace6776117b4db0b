"""Reading a long body without the cycle collector, which would look at all that was read again and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

LONG_BODY_BYTES = 262_144


class _Pause:
    """How many long bodies are read now, in whatever threads, and whether collecting is to go on after."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._readers = 0
        self._resumes = False

    def begin(self) -> None:
        with self._lock:
            self._readers += 1
            if self._readers == 1:
                self._resumes = gc.isenabled()
                gc.disable()

    def end(self) -> None:
        with self._lock:
            self._readers -= 1
            if self._readers == 0 and self._resumes:
                gc.enable()


_PAUSE = _Pause()


@contextmanager
def without_collecting(body_bytes: int) -> Iterator[None]:
    """Let no cycle collection run while a long body is read; a short one is read as ever.

    What readers make holds no cycles, and is freed as soon as nobody holds it. The collector would find
    nothing, but pass over every traveller read so far with each new generation: 64 times the length cost 72
    times as much, and 64 times without it.
    """
    if body_bytes <= LONG_BODY_BYTES:
        yield
        return
    _PAUSE.begin()
    try:
        yield
    finally:
        _PAUSE.end()
