"""Counterpart authorities of the demonstration world: XBB, XCC and XDD behind one loopback address.

`python -m deploy.local.counterpart_simulator` verifies, decrypts and checks each notice as a recipient does
(sharing-protocol.md §6), and answers with a signed acknowledgement. Over `/control` it can be told to be
down, slow or wrong; `/received` shows what it holds. Everybody in it is fictional.
"""

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import uvicorn
from fastapi import Body, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from joserfc.jwk import ECKey, OKPKey
from pydantic import BaseModel, ConfigDict

from deploy.local.machine import HOST, write_secret
from services.sharing.errors import EnvelopeRefused
from services.sharing.protocol.canonical import digest_of
from services.sharing.protocol.envelope import MAX_NOTICE_BYTES, open_notice, sign
from shared.clock import Clock, SystemClock
from shared.security.keys import KeyFile

COUNTERPARTS: Final = {"XBB-PIU-01": "XBB", "XCC-PIU-01": "XCC", "XDD-PIU-01": "XDD"}
MEDIA_TYPE: Final = "application/jose"
SLOW_SECONDS: Final = 30.0
KEY_LIFE: Final = timedelta(days=365)
KEYS_FILE: Final = "counterpart-keys.json"
PREFIX: Final = "COUNTERPART_SIMULATOR_"
_STATUS_OF: Final = {"E401": 401, "E403": 403, "E409": 409, "E410": 410, "E415": 415}

Mode = Literal["up", "down", "slow", "wrong"]


@dataclass
class Held:
    """A notice that a counterpart holds: once, however often it came."""

    digest: str
    acknowledgement: str
    envelope: dict[str, Any]
    payload: dict[str, Any]
    receipts: int = 1


@dataclass
class Counterpart:
    """One authority: its keys, what it was told to be, and what it holds by message id."""

    authority_id: str
    state: str
    signing: OKPKey
    sealing: ECKey
    made_at: datetime
    mode: Mode = "up"
    held: dict[str, Held] = field(default_factory=dict)

    @property
    def signing_kid(self) -> str:
        """The id of the key that signs acknowledgements."""
        return f"{self.authority_id}.{self.signing.thumbprint()[:16]}"

    @property
    def sealing_kid(self) -> str:
        """The id of the key that notices are sealed to."""
        return f"{self.authority_id}.{self.sealing.thumbprint()[:16]}"

    def public_keys(self) -> list[dict[str, Any]]:
        """The public halves, as the register of authorities holds them."""
        life = {
            "not_before": self.made_at.isoformat(),
            "not_after": (self.made_at + KEY_LIFE).isoformat(),
        }
        signing = {"kid": self.signing_kid, "use": "sig", "alg": "EdDSA", "jwk": _public(self.signing)}
        sealing = {"kid": self.sealing_kid, "use": "enc", "alg": "ECDH-ES", "jwk": _public(self.sealing)}
        return [signing | life, sealing | life]


class Control(BaseModel):
    """What counterparts are told to be; all of them when none is named."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode
    authority_id: str | None = None


class Simulator:
    """All counterparts, and the public keys of the one who sends to them.

    Args:
        counterparts: By authority id.
        sender_keys: Key id → public JWK of the sending authority.
        clock: The time that freshness is judged by.
        slow_seconds: How long a slow counterpart takes.
    """

    def __init__(
        self,
        counterparts: Mapping[str, Counterpart],
        sender_keys: Mapping[str, Mapping[str, str]],
        *,
        clock: Clock,
        slow_seconds: float = SLOW_SECONDS,
    ) -> None:
        self.counterparts = dict(counterparts)
        self._sender_keys = sender_keys
        self._clock = clock
        self._slow_seconds = slow_seconds

    async def receive(self, counterpart: Counterpart, notice: str) -> Response:
        """Take one notice as its recipient does."""
        if counterpart.mode == "down":
            return Response(status_code=503)
        if counterpart.mode == "slow":
            await asyncio.sleep(self._slow_seconds)
        try:
            held = self._hold(counterpart, notice)
        except EnvelopeRefused as refusal:
            code = str(refusal.facts["code_sent"])
            return JSONResponse({"code": code}, status_code=_STATUS_OF[code])
        answer = held.acknowledgement if counterpart.mode != "wrong" else _signed_by_a_stranger(held)
        return Response(answer, media_type=MEDIA_TYPE)

    def control(self, order: Control) -> None:
        """Tell counterparts what to be."""
        for counterpart in self.counterparts.values():
            if order.authority_id in {None, counterpart.authority_id}:
                counterpart.mode = order.mode

    def _hold(self, counterpart: Counterpart, notice: str) -> Held:
        now, digest = self._clock.now(), digest_of(notice.encode())
        envelope, payload = open_notice(
            notice,
            recipient=counterpart.authority_id,
            key_of=self._sender_keys.get,
            private_key=counterpart.sealing,
            now=now,
        )
        message_id = str(envelope.message_id)
        held = counterpart.held.get(message_id)
        if held is not None and held.digest != digest:
            raise EnvelopeRefused(code_sent="E409", reason="the identifier was used for another message")
        if held is not None:
            held.receipts += 1
            return held
        acknowledgement = sign(
            {
                "message_id": message_id,
                "received_hash": digest,
                "received_at": now.isoformat(),
                "recipient": counterpart.authority_id,
            },
            kid=counterpart.signing_kid,
            key=counterpart.signing,
        )
        outside = envelope.as_json()
        del outside["payload"]
        inside = payload.model_dump(mode="json", by_alias=True, exclude_none=True)
        counterpart.held[message_id] = Held(digest, acknowledgement, outside, inside)
        return counterpart.held[message_id]


def create_simulator(simulator: Simulator) -> FastAPI:
    """The counterparts' own addresses, and the local ones that steer them."""
    app = FastAPI(title="Counterpart simulator", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.simulator = simulator

    @app.post("/{authority_id}/v1/exchange")
    async def exchange(authority_id: str, request: Request) -> Response:
        """Receive a notice."""
        counterpart = simulator.counterparts.get(authority_id)
        if counterpart is None:
            return Response(status_code=404)
        octets = bytearray()
        async for part in request.stream():
            octets += part
            if len(octets) > MAX_NOTICE_BYTES:
                return Response(status_code=413)
        return await simulator.receive(counterpart, octets.decode("ascii", errors="replace"))

    @app.get("/{authority_id}/public-keys")
    async def public_keys(authority_id: str) -> list[dict[str, Any]]:
        """The keys for the register."""
        counterpart = simulator.counterparts.get(authority_id)
        return [] if counterpart is None else counterpart.public_keys()

    @app.post("/control")
    async def control(order: Annotated[Control, Body()]) -> dict[str, str]:
        """Tell counterparts to be up, down, slow or wrong."""
        simulator.control(order)
        return {each.authority_id: each.mode for each in simulator.counterparts.values()}

    @app.get("/received")
    async def received() -> dict[str, list[dict[str, Any]]]:
        """What each counterpart holds; `receipts` counts how often it came."""
        return {
            each.authority_id: [
                {"message_id": message_id, "receipts": held.receipts, "digest": held.digest}
                | {"envelope": held.envelope, "payload": held.payload}
                for message_id, held in each.held.items()
            ]
            for each in simulator.counterparts.values()
        }

    @app.get("/health/live")
    @app.get("/health/ready")
    async def ready() -> dict[str, bool]:
        """It answers."""
        return {"ready": True}

    return app


def load_counterparts(folder: Path, now: datetime) -> dict[str, Counterpart]:
    """The counterparts with the keys of a folder, made when it has none."""
    path = folder / KEYS_FILE
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_secret(path, json.dumps(_new_keys(now)))
    kept = json.loads(path.read_text(encoding="utf-8"))
    return {
        authority_id: Counterpart(
            authority_id,
            COUNTERPARTS[authority_id],
            OKPKey.import_key(keys["signing"]),
            ECKey.import_key(keys["sealing"]),
            datetime.fromisoformat(keys["made_at"]),
        )
        for authority_id, keys in kept.items()
    }


def _new_keys(now: datetime) -> dict[str, dict[str, Any]]:
    return {
        authority_id: {
            "signing": OKPKey.generate_key("Ed25519").as_dict(private=True),
            "sealing": ECKey.generate_key("P-256").as_dict(private=True),
            "made_at": now.astimezone(UTC).isoformat(),
        }
        for authority_id in COUNTERPARTS
    }


def _public(key: OKPKey | ECKey) -> dict[str, str]:
    return {name: str(value) for name, value in key.as_dict(private=False).items()}


def _signed_by_a_stranger(held: Held) -> str:
    """An acknowledgement whose signature is nobody's that the sender knows."""
    kid = "stranger.0"
    return sign({"received_hash": held.digest}, kid=kid, key=OKPKey.generate_key("Ed25519"))


def main() -> None:
    """Serve; `COUNTERPART_SIMULATOR_PORT`, `_FOLDER` and `_SENDER_KEY_FILE` say where and for whom."""
    folder = Path(os.environ[f"{PREFIX}FOLDER"])
    # Of the sender's key only the public half is used, as a counterpart would have got it out of band.
    sender = KeyFile.load(Path(os.environ[f"{PREFIX}SENDER_KEY_FILE"]))
    clock = SystemClock()
    keys = {sender.kid: {name: str(value) for name, value in sender.public_jwk().items()}}
    simulator = Simulator(load_counterparts(folder, clock.now()), keys, clock=clock)
    port = int(os.environ[f"{PREFIX}PORT"])
    uvicorn.run(create_simulator(simulator), host=HOST, port=port, log_config=None, access_log=False)


if __name__ == "__main__":
    main()
