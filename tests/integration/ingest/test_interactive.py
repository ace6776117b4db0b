import asyncio
from typing import Any

import httpx
import pytest

from services.ingest.formats.acknowledgements import CustomsResponse, read_answers
from services.ingest.intake.observed import KIND
from services.ingest.interactive.answer import Terms
from shared.bus.message import OutgoingMessage
from tests.integration.ingest.conftest import Ingest

CODES = ["0Z", "0Z", "0Z"]


async def check_in(ingest: Ingest, body: bytes, *, carrier: str = "XA", **headers: str) -> httpx.Response:
    """Post a message as a check-in desk."""
    sent = {"Content-Type": "application/edifact"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    token = ingest.issuer.carrier_token(carrier)
    return await ingest.http.post(
        "/v1/interactive", content=body, headers=sent | {"Authorization": f"Bearer {token}"}
    )


def directives(response: httpx.Response) -> list[tuple[str | None, str | None, str]]:
    """Each traveller's references and directive in a CUSRES."""
    found = []
    for each in read_answers(response.content):
        assert isinstance(each, CustomsResponse)
        found += [(one.locator, one.carrier_reference, one.codes[0]) for one in each.travellers]
    return found


@pytest.fixture
def screened(ingest: Ingest) -> Ingest:
    """The service beside a screening that answers."""
    ingest.screening.is_up = True
    return ingest


async def test_each_traveller_gets_a_directive_in_the_order_sent(screened: Ingest, paxlst_a: bytes) -> None:
    response = await check_in(screened, paxlst_a)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("application/edifact")
    assert directives(response) == [
        ("Q7KD2M", "XA418-0001", "0Z"),
        ("Q7KD2M", "XA418-0002", "0Z"),
        ("TZ4X9B", "XA418-0003", "0Z"),
    ]


async def test_party_is_screened_before_it_is_answered(screened: Ingest, paxlst_a: bytes) -> None:
    response = await check_in(screened, paxlst_a)
    assert [len(each.body["travellers"]) for each in screened.screening.delivered][:1] == [3]
    token = screened.issuer.carrier_token("XA")
    receipt = (await screened.get(response.headers["Location"], token)).json()
    assert (receipt["screened"], receipt["travellers"]["accepted"]) == (3, 3)
    assert await screened.rows("SELECT 1 FROM observed_batch") == []


async def test_json_answer_says_the_same(screened: Ingest, paxlst_a: bytes) -> None:
    response = await check_in(screened, paxlst_a, Accept="application/json")
    told = response.json()
    assert told["transaction_reference"] == "XA0418A27111401"
    assert [(each["traveller"], each["directive"], each["code"]) for each in told["directives"]] == [
        (1, "BOARD", "0Z"),
        (2, "BOARD", "0Z"),
        (3, "BOARD", "0Z"),
    ]


async def test_unreadable_traveller_is_asked_for_again_while_the_others_may_board(
    screened: Ingest, paxlst_a: bytes
) -> None:
    body = paxlst_a.replace(b"DTM+329:900711", b"DTM+329:901311")
    response = await check_in(screened, body)
    assert [code for _, _, code in directives(response)] == ["0Z", "4Z", "0Z"]
    in_json = (await check_in(screened, body, Accept="application/json")).json()["directives"][1]
    assert (in_json["directive"], in_json["fault"]["code"]) == ("RESUBMIT", "BIRTH_DATE_IMPOSSIBLE")


@pytest.mark.parametrize("accept", ["application/edifact", "application/json"])
async def test_same_message_gets_the_same_answer_byte_for_byte(
    screened: Ingest, paxlst_a: bytes, accept: str
) -> None:
    first = await check_in(screened, paxlst_a, Accept=accept)
    screened.clock.advance(minutes=3)
    screened.screening.is_up = False
    again = await check_in(screened, paxlst_a, Accept=accept)
    assert (again.status_code, again.content) == (200, first.content)


async def test_late_screening_is_answered_by_the_outage_rule(ingest: Ingest, paxlst_a: bytes) -> None:
    ingest.app.state.interactive_terms = Terms(outage=Terms().table.meaning_of("9Z"))
    response = await check_in(ingest, paxlst_a)
    assert [code for _, _, code in directives(response)] == ["9Z", "9Z", "9Z"]
    assert (await ingest.rows("SELECT was_in_time FROM interactive_answer"))[0].was_in_time is False
    await ingest.screen()
    assert await ingest.rows("SELECT 1 FROM observed_batch") == []


async def test_outage_lets_board_unless_a_state_says_otherwise(ingest: Ingest, paxlst_a: bytes) -> None:
    assert [code for _, _, code in directives(await check_in(ingest, paxlst_a))] == CODES


class NeverAnswers:
    """A screening that takes a batch and says nothing."""

    async def deliver(self, message: OutgoingMessage) -> dict[str, Any]:
        assert message.kind == KIND
        await asyncio.Event().wait()
        raise AssertionError("nobody sets the event")


async def test_deadline_ends_the_wait(ingest: Ingest, paxlst_a: bytes) -> None:
    ingest.app.state.screening_carrier = NeverAnswers()
    ingest.app.state.interactive_terms = Terms(deadline_seconds=0.1)
    response = await check_in(ingest, paxlst_a)
    assert [code for _, _, code in directives(response)] == CODES
    assert len(await ingest.rows("SELECT 1 FROM outbox")) == 1


async def test_answers_of_a_match_and_of_nobody_are_alike(ingest: Ingest, paxlst_a: bytes) -> None:
    """Screening's reply is a count; nothing that it found reaches the answer."""
    ingest.screening.is_up = True
    first = await check_in(ingest, paxlst_a, Accept="application/json")
    other = await check_in(ingest, paxlst_a.replace(b"A27111401", b"A27111499"), Accept="application/json")
    said = [
        [(each["directive"], each["code"], each["text"]) for each in response.json()["directives"]]
        for response in (first, other)
    ]
    assert said[0] == said[1]


async def test_refused_message_is_answered_as_at_messages(screened: Ingest, paxlst_a: bytes) -> None:
    truncated = await check_in(screened, paxlst_a[:600])
    assert truncated.status_code == 400
    assert b"CONTRL" in truncated.content
    stranger = await check_in(screened, paxlst_a, carrier="QQ")
    assert stranger.status_code == 403
    assert b"SENDER UNKNOWN" in stranger.content


async def test_test_message_is_answered_and_nothing_is_stored(screened: Ingest, paxlst_a: bytes) -> None:
    response = await check_in(screened, paxlst_a.replace(b"++APIS'", b"++APIS++++1'"))
    assert [code for _, _, code in directives(response)] == CODES
    assert await screened.rows("SELECT 1 FROM traveller") == []
    assert await screened.rows("SELECT 1 FROM interactive_answer") == []


async def test_several_messages_are_answered_in_one_interchange(screened: Ingest, paxlst_a: bytes) -> None:
    other = paxlst_a.replace(b"XA0418A27111401", b"XA0418A27111402")
    response = await check_in(screened, paxlst_a + other)
    assert len(directives(response)) == 6
    in_json = await check_in(screened, paxlst_a + other, Accept="application/json")
    assert [len(each["directives"]) for each in in_json.json()] == [3, 3]


async def test_same_message_twice_at_once_is_answered_alike(ingest: Ingest, paxlst_a: bytes) -> None:
    ingest.screening.is_up = True
    first, second = await asyncio.gather(check_in(ingest, paxlst_a), check_in(ingest, paxlst_a))
    assert first.content == second.content
    assert len(await ingest.rows("SELECT 1 FROM interactive_answer")) == 1


async def test_stored_answers_hold_nobodys_references(screened: Ingest, paxlst_a: bytes) -> None:
    await check_in(screened, paxlst_a)
    (row,) = await screened.rows("SELECT directives, envelope FROM interactive_answer")
    stored = f"{row.directives}{row.envelope}"
    assert not any(each in stored for each in ("Q7KD2M", "XA418-0001", "PAPADAKI"))
