"""A request may say "two minutes from now" in the `local` profile: scripted officers do not wait.

The header is `Scripted-Clock-Offset`, 0 to 7200 seconds. In `production` any request with it is refused.
"""

from datetime import timedelta
from typing import Final

from fastapi import Request

from shared.clock import Clock, OffsetClock
from shared.errors import DomainError

HEADER: Final = "Scripted-Clock-Offset"
MAX_OFFSET_SECONDS: Final = 7200


class ScriptedClockRefused(DomainError):
    """The header is not allowed here, or not a number of seconds that we take."""

    code = "SCRIPTED_CLOCK_REFUSED"
    sentence = "The scripted clock is refused: {reason}."


async def request_clock(request: Request) -> Clock:
    """The time of this request: the application's clock, shifted where the header asks for it.

    It awaits nothing. FastAPI runs a plain function on another thread, for which every request would wait
    while the event loop's own thread has work to do.

    Raises:
        ScriptedClockRefused: Not the `local` profile, or not 0 to 7200 whole seconds (400).
    """
    clock: Clock = request.app.state.clock
    value = request.headers.get(HEADER)
    if value is None:
        return clock
    if request.app.state.profile != "local":
        raise ScriptedClockRefused(reason="only the local profile has one")
    if not (value.isascii() and value.isdigit()) or len(value) > len(str(MAX_OFFSET_SECONDS)):
        raise ScriptedClockRefused(reason="it takes whole seconds")
    if int(value) > MAX_OFFSET_SECONDS:
        raise ScriptedClockRefused(reason=f"it goes up to {MAX_OFFSET_SECONDS} seconds")
    return OffsetClock(clock, timedelta(seconds=int(value)))
