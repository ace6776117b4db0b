"""`./run exchange`: a kit for a trial, and the trial itself against any endpoint.

Source: sharing-protocol.md §9.7; design.md §5.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import ClassVar, Final
from uuid import UUID

import httpx

from deploy.local.conformity.kit import Kit
from deploy.local.conformity.kit_file import make_kit, read_kit
from deploy.local.conformity.trial import Answer, AwaitDone, Outcome, Result, Send, try_all
from deploy.local.terminal import say
from services.sharing.errors import EnvelopeRefused
from services.sharing.protocol.envelope import open_envelope
from services.sharing.protocol.http_signature import SignedRequest
from shared.clock import SystemClock
from shared.errors import DomainError

TIMEOUT_SECONDS: Final = 30.0
#: The protocol gives 72 hours; two engineers who wait for each other have less patience.
DRILL_SECONDS: Final = 120.0
MAX_MESSAGE_BYTES: Final = 64 * 1024
_WORDS: Final = {Outcome.PASSED: "passed", Outcome.FAILED: "FAILED", Outcome.NOT_TRIED: "not tried"}


class EndpointAway(DomainError):
    """The endpoint gave no answer at all."""

    code: ClassVar[str] = "ENDPOINT_AWAY"
    sentence: ClassVar[str] = "The endpoint {url} cannot be reached: {reason}."


def new_kit(folder: Path, authority: str) -> int:
    """Make the keys of a trial and say what to do with them."""
    kit, public = make_kit(folder, authority)
    say(f"{kit} is yours alone. Give {public} to the counterpart, who registers it for the trial.")
    say(f"Then fill in `recipient` (their authority and public keys) and `agreement_id` in {kit}.")
    return 0


def conform(url: str, kit_file: Path, *, as_json: bool, listen: int | None = None) -> int:
    """Run every check against an endpoint.

    Args:
        url: The counterpart's `/v1/exchange`.
        kit_file: See `conformity/kit_file.py`.
        as_json: One JSON object instead of sentences.
        listen: A port of this machine at which the counterpart's DONE arrives, for the recall drill.

    Returns:
        0 when nothing failed, else 1.

    Raises:
        KitFault: The file is no kit.
        EndpointAway: Nothing answers there.
    """
    kit = read_kit(kit_file, url, SystemClock())
    results = asyncio.run(_tried(kit, listen))
    failed = [result for result in results if result.outcome is Outcome.FAILED]
    if as_json:
        report = {
            "url": url,
            "recipient": kit.recipient,
            "passed": not failed,
            "checks": [result.as_json() for result in results],
        }
        sys.stdout.write(json.dumps(report) + "\n")
    else:
        _print(results)
    return 1 if failed else 0


async def _tried(kit: Kit, listen: int | None) -> list[Result]:
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client:
        if listen is None:
            return await try_all(kit, _sender(client))
        async with _listening(kit, listen) as await_done:
            return await try_all(kit, _sender(client), await_done)


def _sender(client: httpx.AsyncClient) -> Send:
    async def send(request: SignedRequest) -> Answer:
        try:
            answer = await client.request(
                request.method, request.target, content=request.body, headers=dict(request.headers)
            )
        except httpx.HTTPError as fault:
            raise EndpointAway(url=request.target, reason=type(fault).__name__) from None
        return Answer(answer.status_code, answer.text)

    return send


@contextlib.asynccontextmanager
async def _listening(kit: Kit, port: int) -> AsyncIterator[AwaitDone]:
    """Our own endpoint for as long as the trial lasts: it reads who is done with what, and keeps nothing."""
    done: set[UUID] = set()
    news = asyncio.Condition()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ValueError, EnvelopeRefused, OSError):
            recall = _done_with(kit, await _body(reader))
            async with news:
                done.update([recall] if recall else [])
                news.notify_all()
        # No receipt: the trial takes nothing into a ledger, and the counterpart's next tries find nobody.
        writer.write(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        writer.close()

    async def await_done(recall: UUID) -> bool:
        try:
            async with asyncio.timeout(DRILL_SECONDS), news:
                await news.wait_for(lambda: recall in done)
        except TimeoutError:
            return False
        return True

    async with await asyncio.start_server(answer, "127.0.0.1", port):
        yield await_done


async def _body(reader: asyncio.StreamReader) -> str:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii", errors="replace").lower()
    sizes = [line.partition(":")[2] for line in head.split("\r\n") if line.startswith("content-length:")]
    size = int(sizes[0]) if sizes else 0
    return (await reader.readexactly(min(size, MAX_MESSAGE_BYTES))).decode("ascii")


def _done_with(kit: Kit, signed: str) -> UUID | None:
    """The recall that a message of the counterpart says is carried out; its signature is verified."""
    found = open_envelope(signed, recipient=kit.sender.authority_id, key_of=kit.keys.get, now=kit.now())
    return found.in_reply_to if found.type == "DONE" and found.sender == kit.recipient else None


def _print(results: Sequence[Result]) -> None:
    for result in results:
        found = f" {result.found[:1].upper()}{result.found[1:]}." if result.found else ""
        sys.stdout.write(f"{_WORDS[result.outcome]:<9}  {result.rule:<6} {result.sentence}{found}\n")
    passed = sum(result.outcome is Outcome.PASSED for result in results)
    failed = sum(result.outcome is Outcome.FAILED for result in results)
    sys.stdout.write(f"{passed} of {len(results)} checks passed, {failed} failed.\n")
