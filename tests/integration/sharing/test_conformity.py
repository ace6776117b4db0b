"""The checks of the protocol's §9.7, run against our own service."""

import json
from typing import Any
from uuid import UUID

import httpx
from joserfc.jwk import OKPKey
from joserfc.util import json_b64decode

from deploy.local.conformity.kit import Kit
from deploy.local.conformity.trial import Answer, Outcome, try_all
from services.sharing.protocol.http_signature import SignedRequest
from services.sharing.protocol.sender import Sender
from services.sharing.registers.entries import AuthorityKey
from services.sharing.store.registers import Register, RegisterStore
from shared.identifiers import AuthorityId, RandomIdentifiers
from shared.security.keys import KeyFile
from tests.fakes import FixedClock
from tests.integration.sharing.two_states import ADDRESS, State, TwoStates
from tests.unit.sharing.samples import NOW

OUR_DESK = "http://127.0.0.1:8302/v1/exchange"


class Desk(httpx.AsyncBaseTransport):
    """The endpoint of whoever tries: it keeps what comes and gives no receipt."""

    def __init__(self) -> None:
        self.came: list[dict[str, Any]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        content = (await request.aread()).decode()
        self.came.append(json_b64decode(content.split(".")[1].encode()))
        return httpx.Response(503)


async def a_kit(state: State, clock: FixedClock) -> Kit:
    """XTS, registered at a State with a key of its own and a treaty."""
    key = OKPKey.generate_key("Ed25519", private=True)
    seal = OKPKey.generate_key("X25519", private=True)
    await state.know("XTS-PIU-01", like="XAA-PIU-01", endpoint=OUR_DESK)
    life = {"not_before": NOW.isoformat(), "not_after": "2027-01-01T00:00:00Z"}
    keys = [
        {"kid": "XTS-PIU-01.sig", "use": "sig", "alg": "EdDSA", "jwk": public(key), **life},
        {"kid": "XTS-PIU-01.enc", "use": "enc", "alg": "ECDH-ES", "jwk": public(seal), **life},
    ]
    await state.set_authority("XTS-PIU-01", keys=keys)
    async with state.sharing.engine.connect() as connection:
        agreements = await RegisterStore(connection).newest(Register.AGREEMENT)
    agreement = next(body["id"] for _, body in agreements if "XTS" in body["parties"])
    private = OKPKey.import_key(json.loads((state.folder / "notice-sealing.json").read_text()))
    sealing = {name: str(value) for name, value in private.as_dict(private=False).items()}
    return Kit(
        sender=Sender(AuthorityId("XTS-PIU-01"), "XTS-PIU-01.sig", key),
        recipient=state.authority,
        url=f"{ADDRESS[state.name]}/v1/exchange",
        seal_to=AuthorityKey.model_validate(
            {"kid": sealing["kid"], "use": "enc", "alg": "ECDH-ES", "jwk": sealing, **life}
        ),
        keys=signing_keys(state),
        agreement_id=agreement,
        now=clock.now,
        new_id=RandomIdentifiers(clock).new,
    )


def public(key: OKPKey) -> dict[str, str]:
    return {name: str(value) for name, value in key.as_dict(private=False).items() if name != "kid"}


def signing_keys(state: State) -> dict[str, dict[str, str]]:
    content = json.loads((state.folder / "notice-signing.json").read_text())
    key = KeyFile.load(state.folder / "notice-signing.json")
    jwk = {name: str(key.public_jwk()[name]) for name in ("kty", "crv", "x")}
    return {content["kid"]: jwk}


async def test_our_own_service_passes_every_check(both: TwoStates) -> None:
    xbb = both.xbb
    kit, desk = await a_kit(xbb, both.clock), Desk()
    both.wire.ends["http://127.0.0.1:8302"] = desk  # type: ignore[assignment]

    async def send(request: SignedRequest) -> Answer:
        headers = dict(request.headers)
        found = await xbb.client.post("/v1/exchange", content=request.body, headers=headers)
        return Answer(found.status_code, found.text)

    async def done(recall: UUID) -> bool:
        await xbb.deliver()
        return any(each["type"] == "DONE" and each["in_reply_to"] == str(recall) for each in desk.came)

    results = await try_all(kit, send, done)

    assert [result.as_json() for result in results if result.outcome is not Outcome.PASSED] == []
    assert len(results) == 28
