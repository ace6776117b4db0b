"""Where bodies are read: small ones here, longer ones in processes of their own.

Reading is half of what a manifest costs. On the one event loop it made every other request wait; beside it, a
second processor does it meanwhile. A reader holds no database, no token and no address: what a hostile body
may break is one reader, which is started again.
"""

import asyncio
import pickle
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Final, Self

from services.ingest.errors import StoreUnavailable
from services.ingest.reading.reader_process import (
    LENGTH_OCTETS,
    READY,
    ReaderTerms,
    ReadingFault,
    framed,
)
from services.ingest.reading.submission import ReadingTerms, ReadSubmission, Submission, read_submission
from shared.observability.logging import get_logger
from shared.process import bare_environment

READ_HERE_BYTES: Final = 6_144
"""What is shorter is read sooner than it is handed over: some thirty travellers."""
LONG_BYTES: Final = 262_144
"""What is longer goes to a reader of its own, so that no manifest waits for it."""
PIPE_BYTES: Final = 2**20
START_SECONDS: Final = 30.0
READ_SECONDS: Final = 120.0
END_SECONDS: Final = 5.0
TRIES: Final = 2
RETRY_AFTER_SECONDS: Final = 2
COMMAND: Final = ("-P", "-m", "services.ingest.reading.reader_process")


class ReaderLost(Exception):
    """A reader ended, or answered nothing in time; its message was not read."""


class ReadingFailed(Exception):
    """A reader met an unforeseen fault, told by its type and place alone."""

    def __init__(self, fault: ReadingFault) -> None:
        super().__init__(f"{fault.kind} at {fault.place}")


class ReadHere:
    """Reads in this process; a long body in a thread, so that other carriers are answered meanwhile."""

    def __init__(self, terms: ReadingTerms) -> None:
        self._terms = terms

    async def __call__(self, submission: Submission) -> ReadSubmission:
        """Read one body."""
        if len(submission.body) <= LONG_BYTES:
            return read_submission(submission, self._terms)
        return await asyncio.to_thread(read_submission, submission, self._terms)


class Reader:
    """One process that reads, a body at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None, "the process was started with pipes"
        assert process.stdout is not None, "the process was started with pipes"
        self._process = process
        self._to, self._from = process.stdin, process.stdout

    @classmethod
    async def start(cls, terms: ReaderTerms, command: Sequence[str]) -> Self:
        """Start a process and wait until it is ready; our environment and its passwords do not go along.

        Raises:
            ReaderLost: It could not be started, ended, or was not ready in time.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=PIPE_BYTES,
                env=bare_environment(),
            )
        except OSError:
            raise ReaderLost from None
        reader = cls(process)
        if await reader.ask(framed(terms), START_SECONDS) != READY:
            raise ReaderLost
        return reader

    async def ask(self, question: bytes, seconds: float) -> Any:
        """Send a frame and wait for the answer.

        Raises:
            ReaderLost: None came in time; the process is ended.
        """
        try:
            async with asyncio.timeout(seconds):
                self._to.write(question)
                await self._to.drain()
                length = await self._from.readexactly(LENGTH_OCTETS)
                content = await self._from.readexactly(int.from_bytes(length))
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            await self.end(0.0)
            raise ReaderLost from None
        except asyncio.CancelledError:
            # Half a question or half an answer stands in the pipes: nobody can use them any more.
            self._process.kill()
            raise
        return pickle.loads(content)  # noqa: S301 # The same program, started by us (`reader_process.py`).

    async def end(self, patience_seconds: float = END_SECONDS) -> None:
        """Close its input, upon which it ends; or end it."""
        self._to.close()
        try:
            async with asyncio.timeout(patience_seconds):
                await self._process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()


class _Lane:
    """So many readers, each started when it is first needed; who finds all of them busy waits in turn."""

    def __init__(self, start: Callable[[], Awaitable[Reader]], number: int) -> None:
        self._start = start
        self._number = number
        self._places = asyncio.Semaphore(number)
        self._idle: list[Reader] = []
        self._under_way: set[asyncio.Task[Any]] = set()

    async def read(self, question: bytes) -> Any:
        """The answer to a question. Whoever asks may go away: the reader finishes, and is free again.

        Raises:
            ReaderLost: The reader ended over it.
        """
        return await asyncio.shield(self._task(question))

    def warm_up(self) -> None:
        """Start all readers now, before anybody needs them."""
        for _ in range(self._number):
            self._task(None)

    async def end(self) -> None:
        """Let what is under way finish, and end the readers."""
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await asyncio.gather(*(reader.end() for reader in self._idle))
        self._idle.clear()

    def _task(self, question: bytes | None) -> asyncio.Task[Any]:
        task = asyncio.create_task(self._turn(question))
        self._under_way.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and isinstance(task.exception(), ReaderLost):
            get_logger().error("reader_lost")

    async def _turn(self, question: bytes | None) -> Any:
        async with self._places:
            reader = self._idle.pop() if self._idle and question else await self._start()
            answer = None if question is None else await reader.ask(question, READ_SECONDS)
            self._idle.append(reader)
            return answer


class Readers:
    """Reads small bodies here and others in reader processes.

    Args:
        terms: What each reader is told at its start.
        here: Reads the small ones.
        number: How many readers there are, beside one for long bodies that is started with the first of them.
        command: What Python is to run as a reader, in tests.
    """

    def __init__(
        self, terms: ReaderTerms, here: ReadHere, number: int, command: Sequence[str] = COMMAND
    ) -> None:
        self._here = here
        self._usual, self._long = (_Lane(partial(Reader.start, terms, command), each) for each in (number, 1))

    async def __call__(self, submission: Submission) -> ReadSubmission:
        """Read one body.

        Raises:
            StoreUnavailable: Two readers in a row ended over it; nothing of it was taken.
            ReadingFailed: A fault that nobody foresaw.
        """
        size = len(submission.body)
        if size <= READ_HERE_BYTES:
            return await self._here(submission)
        lane = self._usual if size <= LONG_BYTES else self._long
        question = framed(submission)
        for _ in range(TRIES):
            with suppress(ReaderLost):
                return _read(await lane.read(question))
        raise StoreUnavailable(retry_after_seconds=RETRY_AFTER_SECONDS)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Have the readers start while the service does; end them once nobody is answered any more."""
        self._usual.warm_up()
        try:
            yield
        finally:
            await self._usual.end()
            await self._long.end()


def _read(answer: ReadSubmission | ReadingFault) -> ReadSubmission:
    if isinstance(answer, ReadingFault):
        raise ReadingFailed(answer)
    return answer
