"""The witness over HTTP: `POST /add-checkpoint`, and the last cosigned note of each log to read.

Source: C2SP tlog-witness (submission prefix `/`).
"""

import asyncio
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from services.witness.judgement import Judgement, judge, origin_of
from services.witness.store import Evidence, WitnessFile
from shared.audit.checkpoint import CheckpointRefused
from shared.audit.witness_request import MAX_REQUEST_BYTES, SIZE_MEDIA_TYPE, AddCheckpoint
from shared.clock import Clock, SystemClock


class Witness:
    """One witness at work.

    Args:
        file: Its key and memory.
        clock: The time that its cosignatures state.
    """

    def __init__(self, file: WitnessFile, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    async def add_checkpoint(self, request: Request) -> Response:
        """Cosign a checkpoint that continues what was seen, or refuse."""
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > MAX_REQUEST_BYTES:
                return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        # In a thread: the answer waits for the disk, and other logs need not.
        return await asyncio.to_thread(self._decide, body)

    async def latest(self, request: Request) -> Response:
        """The last note of a log that was cosigned, for whoever checks what it was shown."""
        note = await asyncio.to_thread(self._file.latest, request.path_params["origin"])
        return _refused(HTTPStatus.NOT_FOUND) if note is None else PlainTextResponse(note)

    def _decide(self, body: bytes) -> Response:
        try:
            asked = AddCheckpoint.parse(body)
            origin = origin_of(asked)
        except CheckpointRefused:
            return _refused(HTTPStatus.BAD_REQUEST)
        logs, now = self._file.logs(), self._clock.now()
        with self._file.deciding() as decision:
            judged = judge(asked, logs, decision.seen(origin))
            line = ""
            if judged.checkpoint is not None:
                line = self._file.cosigner().cosign(judged.text, now)
                decision.remember(judged.checkpoint, asked.note + line)
            if judged.is_evidence:
                decision.keep_evidence(Evidence(now.isoformat(), origin, judged.status, body), asked.note)
        return _answer(judged, line)


def create_witness(file: WitnessFile, clock: Clock | None = None) -> Starlette:
    """The application of one witness."""
    witness = Witness(file, clock or SystemClock())
    return Starlette(
        routes=[
            Route("/add-checkpoint", witness.add_checkpoint, methods=["POST"]),
            Route("/checkpoint/{origin:path}", witness.latest),
        ]
    )


def _answer(judged: Judgement, line: str) -> Response:
    if judged.status == HTTPStatus.OK:
        return PlainTextResponse(line)
    if judged.stands_at is not None:
        return Response(f"{judged.stands_at}\n", judged.status, media_type=SIZE_MEDIA_TYPE)
    return _refused(judged.status)


def _refused(status: HTTPStatus) -> Response:
    return PlainTextResponse(f"{status.phrase}\n", status)
