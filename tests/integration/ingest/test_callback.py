"""What people decide about boarding reaches the carrier: once, signed, at a registered address alone."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.ingest.formats.acknowledgements import Acknowledgement, CustomsResponse, read_answers
from services.ingest.interactive.answer import Terms
from services.ingest.interactive.callback import ByDestination, CallbackCarrier, CallbackSigner, NoteTold
from services.ingest.interactive.directives_inbox import KIND
from services.ingest.ports import Ports
from shared.bus.errors import DeliveryRefused
from shared.bus.message import OutgoingMessage
from shared.bus.relay import Relay
from tests.integration.ingest.carrier_system import CarrierSystem, carrier_system
from tests.integration.ingest.conftest import CARRIER_ROW, Ingest
from tests.integration.ingest.test_interactive import check_in, directives
from tests.integration.ingest.test_reservations import Push, pnr

REJECTED = b"UNB+UNOA:4+XADCS+XAA+271114:0500+R1'UNH+1+CONTRL:D:3:UN'UCI+X+A+B+4+18'UNT+3+1'UNZ+1+R1'"
TAKEN = REJECTED.replace(b"+4+18'", b"+7'")


@pytest.fixture
async def carrier() -> AsyncIterator[CarrierSystem]:
    """The carrier's system."""
    async with carrier_system() as system:
        yield system


@pytest.fixture
async def desk(bare_ingest: Ingest, carrier: CarrierSystem, ingest: Ingest) -> Ingest:
    """A carrier with a registered callback whose party of three was answered."""
    assert bare_ingest is ingest
    await ingest.put_in_force("carriers", CARRIER_ROW | {"callback_url": carrier.url})
    ingest.screening.is_up = True
    return ingest


async def traveller_ids(ingest: Ingest) -> list[UUID]:
    rows = await ingest.rows("SELECT traveller_id FROM traveller ORDER BY record ->> 'carrier_reference'")
    return [row.traveller_id for row in rows]


async def decide(
    ingest: Ingest,
    traveller_id: UUID,
    meaning: str = "DO_NOT_BOARD",
    *,
    minutes: float | None = None,
    status: int = 200,
    sender: str = "screening",
    **change: Any,
) -> Any:
    """Screening's word of what people decided."""
    now = ingest.clock.now()
    body = {
        "message_id": str(uuid4()),
        "directive_id": str(uuid4()),
        "traveller_id": str(traveller_id),
        "flight_id": str(uuid4()),
        "meaning": meaning,
        "decided_at": now.isoformat(),
        "ends_at": None if minutes is None else (now + timedelta(minutes=minutes)).isoformat(),
    } | change
    token = ingest.issuer.service_token(sender, audience="ingest")
    answer = await ingest.http.post(
        "/internal/v1/inbox",
        json={"message_id": body["message_id"], "kind": "DirectiveChangedV1", "body": body},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def carry(ingest: Ingest) -> None:
    """Try everything that is due once, beside the service's own relay."""
    ports: Ports = ingest.app.state.ports
    signer = CallbackSigner(ports.authority, ingest.app.state.callback_keys, ingest.clock)
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False) as client:
        way = CallbackCarrier(client, ports.database, signer, is_loopback_allowed=True)
        relay = Relay(ports.database, ByDestination(ingest.screening, way), {KIND: NoteTold(ports)})
        await relay.deliver_due()


async def settled(ingest: Ingest) -> list[str]:
    """The states of all changes once the outbox is empty."""
    while await ingest.rows("SELECT 1 FROM outbox"):
        await carry(ingest)
    rows = await ingest.rows("SELECT state FROM directive_change ORDER BY decided_at, message_id")
    return [row.state for row in rows]


async def test_decision_reaches_the_carrier_as_a_change_of_its_answer(
    desk: Ingest, carrier: CarrierSystem, paxlst_a: bytes
) -> None:
    await check_in(desk, paxlst_a)
    await decide(desk, (await traveller_ids(desk))[2])
    assert await settled(desk) == ["ACKNOWLEDGED"]
    (callback,) = carrier.received
    change = callback.message
    assert (change.function, change.transaction_reference) == ("132", "XA0418A27111401")
    assert (change.header.recipient, change.header.access_reference) == ("XADCS", "XA418/271114/0530")
    (traveller,) = change.travellers
    assert (traveller.locator, traveller.carrier_reference) == ("TZ4X9B", "XA418-0003")
    assert (traveller.codes, traveller.texts) == (("1Z",), ("DO NOT BOARD. CONTACT THE AUTHORITY",))


async def test_change_goes_to_the_address_from_which_the_question_came(
    desk: Ingest, carrier: CarrierSystem, paxlst_a: bytes
) -> None:
    asked = paxlst_a.replace(b"UNOA:4+XADCS+GRGOVAPI+", b"UNOA:4+XADCS:ZZ:GATE7+GRGOVAPI:14+")
    await check_in(desk, asked)
    await decide(desk, (await traveller_ids(desk))[0])
    await settled(desk)
    (callback,) = carrier.received
    assert callback.body.splitlines()[1].startswith(b"UNB+UNOA:4+GRGOVAPI:14+XADCS:ZZ:GATE7+")


async def test_decision_stands_in_a_body_that_brings_reservations_too(
    desk: Ingest, carrier: CarrierSystem, paxlst_a: bytes
) -> None:
    await check_in(desk, paxlst_a)
    await decide(desk, (await traveller_ids(desk))[1])
    again = paxlst_a.replace(b"XA0418A27111401", b"XA0418A27111402")
    answer = await check_in(desk, again + bytes(Push((pnr("AAA111", "OSEI+KOFI"),))))
    first, second = read_answers(answer.content)
    assert isinstance(first, CustomsResponse)
    assert [each.codes[0] for each in first.travellers] == ["0Z", "1Z", "0Z"]
    assert isinstance(second, Acknowledgement)


async def test_carrier_can_check_who_sent_what_to_whom(
    desk: Ingest, carrier: CarrierSystem, paxlst_a: bytes
) -> None:
    await check_in(desk, paxlst_a)
    await decide(desk, (await traveller_ids(desk))[0])
    await settled(desk)
    keys = (await desk.http.get("/v1/interactive/keys")).json()
    (callback,) = carrier.received
    claims = callback.claims(keys)
    assert (claims["iss"], claims["aud"]) == ("XAA-PIU-01", carrier.url)
    assert claims["digest"] == callback.digest == callback.headers["content-digest"]
    assert claims["jti"] == callback.headers["idempotency-key"]


async def test_release_goes_back_as_ok_to_board(
    desk: Ingest, carrier: CarrierSystem, paxlst_a: bytes
) -> None:
    await check_in(desk, paxlst_a)
    traveller_id = (await traveller_ids(desk))[0]
    await decide(desk, traveller_id)
    await settled(desk)
    desk.clock.advance(minutes=5)
    await decide(desk, traveller_id, "BOARD")
    await settled(desk)
    assert [each.message.travellers[0].codes for each in carrier.received] == [("1Z",), ("0Z",)]


async def test_same_decision_twice_is_told_once(
    desk: Ingest, carrier: CarrierSystem, paxlst_a: bytes
) -> None:
    await check_in(desk, paxlst_a)
    traveller_id, message_id = (await traveller_ids(desk))[0], str(uuid4())
    first = await decide(desk, traveller_id, message_id=message_id)
    assert await decide(desk, traveller_id, message_id=message_id) == first
    await settled(desk)
    assert len(carrier.received) == 1


async def test_carrier_that_is_away_is_told_later(
    desk: Ingest, carrier: CarrierSystem, paxlst_a: bytes
) -> None:
    carrier.answers = [(503, "text/plain", b""), (500, "text/plain", b"")]
    await check_in(desk, paxlst_a)
    await decide(desk, (await traveller_ids(desk))[0])
    assert await settled(desk) == ["ACKNOWLEDGED"]
    assert len({each.headers["idempotency-key"] for each in carrier.received}) == 1
    assert len(carrier.received) == 3


@pytest.mark.parametrize("answer", [(302, "text/plain", b""), (200, "application/edifact", REJECTED)])
async def test_redirect_or_rejection_is_no_acknowledgement(
    desk: Ingest, carrier: CarrierSystem, paxlst_a: bytes, answer: tuple[int, str, bytes]
) -> None:
    carrier.answers = [answer]
    await check_in(desk, paxlst_a)
    await decide(desk, (await traveller_ids(desk))[0])
    while not carrier.received:
        await carry(desk)
    (waiting,) = await desk.rows("SELECT state FROM directive_change")
    assert waiting.state == "WAITING"


@pytest.mark.parametrize("content", [TAKEN, b"UNB+", b"THANKS"])
async def test_any_other_2xx_acknowledges(
    desk: Ingest, carrier: CarrierSystem, paxlst_a: bytes, content: bytes
) -> None:
    carrier.answers = [(200, "application/edifact", content)]
    await check_in(desk, paxlst_a)
    await decide(desk, (await traveller_ids(desk))[0])
    assert await settled(desk) == ["ACKNOWLEDGED"]


async def test_earlier_decision_that_comes_late_is_not_told(
    desk: Ingest, carrier: CarrierSystem, paxlst_a: bytes
) -> None:
    await check_in(desk, paxlst_a)
    traveller_id = (await traveller_ids(desk))[0]
    await decide(desk, traveller_id, "BOARD")
    earlier = (desk.clock.now() - timedelta(minutes=1)).isoformat()
    assert await decide(desk, traveller_id, decided_at=earlier) == {"state": "SUPERSEDED"}
    assert await settled(desk) == ["SUPERSEDED", "ACKNOWLEDGED"]
    assert [each.message.travellers[0].codes for each in carrier.received] == [("0Z",)]


async def test_hold_says_when_it_ends_and_is_not_told_after_it(
    desk: Ingest, carrier: CarrierSystem, paxlst_a: bytes
) -> None:
    await check_in(desk, paxlst_a)
    first, second, _ = await traveller_ids(desk)
    await decide(desk, first, "ADVISE", minutes=5)
    await settled(desk)
    (traveller,) = carrier.received[0].message.travellers
    assert (traveller.codes, traveller.texts) == (
        ("2Z",),
        ("ANSWER FOLLOWS. PLEASE WAIT UNTIL 0503 UTC",),
    )
    await decide(desk, second, "ADVISE", minutes=-1)
    assert "EXPIRED" in await settled(desk)
    assert len(carrier.received) == 1


async def test_decision_stands_when_the_traveller_checks_in_again(desk: Ingest, paxlst_a: bytes) -> None:
    await check_in(desk, paxlst_a)
    await decide(desk, (await traveller_ids(desk))[1])
    again = await check_in(desk, paxlst_a.replace(b"XA0418A27111401", b"XA0418A27111402"))
    assert [code for _, _, code in directives(again)] == ["0Z", "1Z", "0Z"]
    first = await check_in(desk, paxlst_a)
    assert [code for _, _, code in directives(first)] == ["0Z", "0Z", "0Z"]


async def test_decision_is_about_the_person_whatever_the_reference(desk: Ingest, paxlst_a: bytes) -> None:
    await check_in(desk, paxlst_a)
    await decide(desk, (await traveller_ids(desk))[1])
    other = paxlst_a.replace(b"XA0418A27111401", b"XA0418A27111402").replace(b"XA418-0002", b"XA418-0092")
    assert [code for _, _, code in directives(await check_in(desk, other))] == ["0Z", "1Z", "0Z"]


async def test_decision_stands_though_screening_is_late(desk: Ingest, paxlst_a: bytes) -> None:
    await check_in(desk, paxlst_a)
    await decide(desk, (await traveller_ids(desk))[1])
    desk.screening.is_up = False
    desk.app.state.interactive_terms = Terms(outage=Terms().table.meaning_of("9Z"))
    changed = paxlst_a.replace(b"XA0418A27111401", b"XA0418A27111402").replace(b"900711", b"900712")
    assert [code for _, _, code in directives(await check_in(desk, changed))][1] == "1Z"


async def test_ended_hold_holds_nobody(desk: Ingest, paxlst_a: bytes) -> None:
    await check_in(desk, paxlst_a)
    await decide(desk, (await traveller_ids(desk))[0], "ADVISE", minutes=5)
    later = paxlst_a.replace(b"XA0418A27111401", b"XA0418A27111402")
    desk.clock.advance(minutes=4)
    assert directives(await check_in(desk, later))[0][2] == "2Z"
    desk.clock.advance(minutes=1)
    later = paxlst_a.replace(b"XA0418A27111401", b"XA0418A27111403")
    assert directives(await check_in(desk, later))[0][2] == "0Z"


async def test_traveller_of_a_list_is_told_about_too(
    desk: Ingest, carrier: CarrierSystem, paxlst_a: bytes
) -> None:
    await desk.submit(paxlst_a)
    await decide(desk, (await traveller_ids(desk))[0])
    await settled(desk)
    (callback,) = carrier.received
    assert callback.message.header.recipient == "XA"
    assert callback.message.travellers[0].codes == ("1Z",)


async def test_carrier_without_a_callback_is_somebodys_task(ingest: Ingest, paxlst_a: bytes) -> None:
    ingest.screening.is_up = True
    await check_in(ingest, paxlst_a)
    assert await decide(ingest, (await traveller_ids(ingest))[0]) == {"state": "NO_CALLBACK"}
    assert await ingest.rows("SELECT 1 FROM outbox") == []


async def test_callback_that_left_the_register_gets_nothing(
    desk: Ingest, carrier: CarrierSystem, paxlst_a: bytes
) -> None:
    carrier.answers = [(503, "text/plain", b"")] * 50
    await check_in(desk, paxlst_a)
    await decide(desk, (await traveller_ids(desk))[0])
    while not carrier.received:
        await carry(desk)
    await desk.put_in_force("carriers", CARRIER_ROW)
    before = len(carrier.received)
    assert await settled(desk) == ["NO_CALLBACK"]
    assert len(carrier.received) - before <= 1


async def test_unknown_traveller_is_nobodys_business(desk: Ingest) -> None:
    assert await decide(desk, uuid4()) == {"state": "TRAVELLER_GONE"}


async def test_only_screening_decides_and_only_by_its_contract(desk: Ingest) -> None:
    refused = await decide(desk, uuid4(), sender="sharing", status=422)
    assert refused["code"] == "UNREADABLE_MESSAGE"
    await decide(desk, uuid4(), meaning="MAYBE", status=422)
    await decide(desk, uuid4(), hit_id=str(uuid4()), status=422)


async def test_each_decision_and_each_word_to_a_carrier_is_in_the_log(desk: Ingest, paxlst_a: bytes) -> None:
    await check_in(desk, paxlst_a)
    await decide(desk, (await traveller_ids(desk))[0])
    await settled(desk)
    rows = await desk.rows(
        "SELECT action, outcome FROM audit_record WHERE action LIKE 'directive.%' ORDER BY action"
    )
    assert {(row.action, row.outcome) for row in rows} == {
        ("directive.change", "DONE"),
        ("directive.tell", "DONE"),
    }


async def test_production_sends_nothing_but_https(
    desk: Ingest, carrier: CarrierSystem, paxlst_a: bytes
) -> None:
    carrier.answers = [(503, "text/plain", b"")] * 50
    await check_in(desk, paxlst_a)
    await decide(desk, (await traveller_ids(desk))[0])
    ports: Ports = desk.app.state.ports
    signer = CallbackSigner(ports.authority, desk.app.state.callback_keys, desk.clock)
    (row,) = await desk.rows("SELECT message_id, destination, kind, body FROM outbox")
    message = OutgoingMessage(row.message_id, row.destination, row.kind, row.body)
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False) as client:
        way = CallbackCarrier(client, ports.database, signer, is_loopback_allowed=False)
        with pytest.raises(DeliveryRefused, match="not https"):
            await way.deliver(message)
