"""What beats beside the requests: it outlives what it is told to outlive, and ends when told to."""

import asyncio

import pytest

from shared.beating import keep_beating

WORDS = "Zephyrine Quillfeather"


class Beats:
    """Fails as often as it has faults, then tells the service to end."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.stop = asyncio.Event()
        self.number = 0

    async def __call__(self) -> int:
        self.number += 1
        if self.faults:
            raise self.faults.pop(0)
        self.stop.set()
        return self.number


async def test_beat_is_repeated_after_a_fault_whose_words_are_not_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    beats = Beats(OSError(WORDS), ValueError(WORDS))
    await keep_beating(beats, beats.stop, every_seconds=0.0, failed="beat_failed", faults=(ValueError,))
    assert beats.number == 3
    told = capsys.readouterr().out
    assert (told.count("beat_failed"), "ValueError" in told, WORDS in told) == (2, True, False)


async def test_fault_that_nobody_named_ends_it() -> None:
    beats = Beats(ValueError(WORDS))
    with pytest.raises(ValueError, match=WORDS):
        await keep_beating(beats, beats.stop, every_seconds=0.0, failed="beat_failed")


async def test_pause_ends_when_the_service_does() -> None:
    stop, beaten = asyncio.Event(), asyncio.Event()

    async def beat() -> None:
        beaten.set()

    beating = asyncio.create_task(keep_beating(beat, stop, every_seconds=86_400.0, failed="beat_failed"))
    await beaten.wait()
    stop.set()
    await beating


async def test_nothing_beats_in_a_service_that_ends() -> None:
    beats = Beats()
    beats.stop.set()
    await keep_beating(beats, beats.stop, every_seconds=0.0, failed="beat_failed")
    assert beats.number == 0
