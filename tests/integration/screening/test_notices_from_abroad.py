"""Another State's notice joins travellers of its flight, now and later, and goes when it is withdrawn."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.screening.notices.from_abroad import NoticesFromAbroad
from services.screening.notices.look_back import NoticesLookBack
from shared.contracts import HitConfirmedV1
from shared.contracts.notice_received import entry_of_notice
from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import a_traveller, somebody_else
from tests.integration.screening.test_rescreening import FakeIngest

#: On no list: the notice alone can be why anybody looks.
NOTICED = {
    "surname": "VOORBEELD",
    "given_names": "ANNA MARIA",
    "birth_date": "1983-07-09",
    "sex": "F",
    "nationality": "XBB",
    "documents": [{"type": "P", "number": "XB9911223", "issuer": "XBB"}],
}


def a_notice(desk: Desk, *, hours: float = 3, **changes: Any) -> dict[str, Any]:
    """XBB's notice about ANNA MARIA VOORBEELD on XA418."""
    day = (desk.clock.now() + timedelta(hours=hours)).date()
    notice: dict[str, Any] = {
        "message_id": str(uuid4()),
        "notice_id": str(uuid4()),
        "part": 0,
        "authority_id": "XBB-PIU-01",
        "state": "XBB",
        "received_at": desk.clock.now().isoformat(),
        "retention_until": (day + timedelta(days=90)).isoformat(),
        "flight": {"designator": "XA0418", "day": day.isoformat(), "origin": "XQB", "destination": "XQA"},
        "person": {
            "names": [{"text": "ANNA MARIA VOORBEELD", "is_original_script": False}],
            "birth_date": "1983-07-09",
            "nationalities": ["XBB"],
            "documents": [{"number": "XB 9911223", "issuer": "XBB"}],
        },
        "category": "REASONABLY_SUSPECTED",
        "list_reference": None,
        "tear_line": "Verify the document. Call XBB-PIU-01 before any measure.",
        "handling_code": "H1",
        "conditions": ["no-onward"],
        "source_grade": 1,
        "info_grade": "B",
    }
    return notice | changes


async def tell(desk: Desk, kind: str, body: dict[str, Any], *, status: int = 200) -> Any:
    message = {"message_id": body["message_id"], "kind": kind, "body": body}
    answer = await desk.client.post(
        "/internal/v1/inbox", headers=desk.service_headers("sharing"), json=message
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def notified(desk: Desk, **changes: Any) -> dict[str, Any]:
    notice = a_notice(desk, **changes)
    await tell(desk, "NoticeReceivedV1", notice)
    return notice


def a_withdrawal(desk: Desk, notice: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "message_id": str(uuid4()),
        "notice_id": notice["notice_id"],
        "authority_id": "XBB-PIU-01",
        "reason": "MISTAKEN_IDENTITY",
        "withdrawn_at": desk.clock.now().isoformat(),
    } | changes


async def hits(desk: Desk) -> list[tuple[str, str]]:
    rows = await desk.rows("SELECT entry_id, state FROM hit ORDER BY made_at, hit_id")
    return [(row.entry_id, row.state) for row in rows]


def entry_of(notice: dict[str, Any]) -> str:
    return entry_of_notice("XBB-PIU-01", UUID(notice["notice_id"]))


async def test_notice_meets_who_is_reported_on_its_flight_later(desk: Desk) -> None:
    notice = await notified(desk)
    traveller_id = uuid4()
    batch = desk.batch([somebody_else(1), a_traveller(**NOTICED)], ids=[uuid4(), traveller_id])
    await desk.deliver(batch)
    await desk.deliver(desk.batch([a_traveller(**NOTICED)], ids=[traveller_id]))
    assert await hits(desk) == [(entry_of(notice), "POSSIBLE_MATCH")]
    causes = await desk.rows("SELECT cause FROM hit_move")
    assert [row.cause for row in causes] == ["NOTICE_FROM_ABROAD"]


async def test_reviewer_is_told_whose_notice_it_is_and_confirmation_carries_it(desk: Desk) -> None:
    notice = await notified(desk)
    await desk.deliver(desk.batch([a_traveller(**NOTICED)]))
    hit_id = (await desk.queue())[0]["hit_id"]
    view = await desk.lease(hit_id)
    assert view["entry"]["publisher"] == "Notice of State XBB (XBB-PIU-01)"
    assert view["entry"]["tear_line"] == notice["tear_line"]
    assert {line["kind"]: line["relation"] for line in view["evidence"]}["doc_number"] == "AGREE"
    await desk.decide(hit_id, "SAME")
    await desk.decide(hit_id, "SAME", "verifier-2")
    state = await desk.state(hit_id)
    assert (state["state"], state["entry_status"]) == ("CONFIRMED", "ACTIVE")
    await desk.sent()
    told = next(each for each in desk.carrier.delivered if each.kind == "HitConfirmedV1")
    entry = HitConfirmedV1.model_validate(told.body).entry
    assert (entry.entry_id, entry.handling_code, entry.conditions) == (entry_of(notice), "H1", ["no-onward"])


@pytest.mark.parametrize(
    ("traveller", "is_met"),
    [
        ({"surname": "ANDERS", "given_names": "EMMA", "birth_date": "1990-01-01"}, True),
        ({"documents": []}, True),
        ({"documents": [], "birth_date": "1961-01-01"}, False),
        ({"documents": [], "surname": "ANDERS", "given_names": "EMMA"}, False),
        ({"documents": [{"type": "P", "number": "XB9911223", "issuer": "XCC"}], "surname": "ANDERS"}, False),
    ],
    ids=["document", "name-and-birth", "name-alone", "birth-alone", "document-of-another-state"],
)
async def test_document_decides_and_then_name_with_birth_date(
    desk: Desk, traveller: dict[str, Any], is_met: bool
) -> None:
    await notified(desk)
    await desk.deliver(desk.batch([a_traveller(**NOTICED) | traveller]))
    assert len(await hits(desk)) == int(is_met)


@pytest.mark.parametrize("flight", [{"designator": "XA419"}, {"day": "2026-01-01"}])
async def test_no_other_flight_is_compared(desk: Desk, flight: dict[str, str]) -> None:
    usual = a_notice(desk)["flight"]
    await notified(desk, flight=usual | flight)
    await desk.deliver(desk.batch([a_traveller(**NOTICED)]))
    assert await hits(desk) == []


async def test_notice_meets_who_was_reported_before_it(desk: Desk) -> None:
    people = {uuid4(): somebody_else(number) for number in range(3)} | {uuid4(): a_traveller(**NOTICED)}
    ingest = FakeIngest(desk, people)
    notice = await notified(desk)
    looking = NoticesLookBack(desk.service.ports.at(desk.clock), desk.service.current, ingest)
    while await looking.step():
        pass
    await ingest.hand_over()
    assert await hits(desk) == [(entry_of(notice), "POSSIBLE_MATCH")]
    asked = len(ingest.asked)
    assert not await looking.step()
    assert len(ingest.asked) == asked


async def test_withdrawn_notice_takes_its_matches_and_what_they_said(desk: Desk) -> None:
    notice = await notified(desk)
    await desk.deliver(desk.batch([a_traveller(**NOTICED)]))
    withdrawal = a_withdrawal(desk, notice)
    first = await tell(desk, "NoticeWithdrawnV1", withdrawal)
    assert await tell(desk, "NoticeWithdrawnV1", withdrawal) == first
    assert await hits(desk) == [(entry_of(notice), "ENTRY_REMOVED")]
    kept = await desk.rows("SELECT entry, evidence, compared_name FROM hit")
    kept += await desk.rows("SELECT * FROM notice_from_abroad")
    assert not any(word in str([tuple(row) for row in kept]) for word in ("VOORBEELD", "9911223"))
    await desk.deliver(desk.batch([a_traveller(**NOTICED)]))
    assert len(await hits(desk)) == 1
    await desk.beat()
    assert await hits(desk) == [(entry_of(notice), "CLOSED")]


async def test_nobody_else_withdraws_it(desk: Desk) -> None:
    notice = await notified(desk)
    await tell(desk, "NoticeWithdrawnV1", a_withdrawal(desk, notice, authority_id="XCC-PIU-01"))
    await desk.deliver(desk.batch([a_traveller(**NOTICED)]))
    assert len(await hits(desk)) == 1


async def test_confirmed_match_is_withdrawn_at_sharing_too(desk: Desk) -> None:
    notice = await notified(desk)
    await desk.deliver(desk.batch([a_traveller(**NOTICED)]))
    hit_id = (await desk.queue())[0]["hit_id"]
    await desk.decide(hit_id, "SAME")
    await desk.decide(hit_id, "SAME", "verifier-2")
    await tell(desk, "NoticeWithdrawnV1", a_withdrawal(desk, notice))
    await desk.sent()
    assert [each.body["hit_id"] for each in desk.carrier.delivered if each.kind == "HitWithdrawnV1"] == [
        hit_id
    ]
    assert (await desk.state(hit_id))["entry_status"] == "REMOVED"


async def test_notice_that_nobody_met_ends_after_its_flight(desk: Desk) -> None:
    await notified(desk)
    notices = NoticesFromAbroad(desk.service.ports.at(desk.clock), desk.service.current)
    assert await notices.beat() == 0
    desk.clock.advance(days=4)
    assert await notices.beat() == 1
    row = (await desk.rows("SELECT status, body FROM notice_from_abroad"))[0]
    assert (row.status, row.body) == ("EXPIRED", None)


async def test_match_outlives_its_flight_but_not_the_notices_time_here(desk: Desk) -> None:
    notice = await notified(desk)
    await desk.deliver(desk.batch([a_traveller(**NOTICED)]))
    hit_id = (await desk.queue())[0]["hit_id"]
    await desk.decide(hit_id, "SAME")
    await desk.decide(hit_id, "SAME", "verifier-2")
    notices = NoticesFromAbroad(desk.service.ports.at(desk.clock), desk.service.current)
    desk.clock.advance(days=4)
    assert await notices.beat() == 0
    desk.clock.advance(days=91)
    assert await notices.beat() == 1
    assert await hits(desk) == [(entry_of(notice), "ENTRY_REMOVED")]


async def test_only_sharing_tells_of_notices(desk: Desk) -> None:
    notice = a_notice(desk)
    message = {"message_id": notice["message_id"], "kind": "NoticeReceivedV1", "body": notice}
    answer = await desk.client.post(
        "/internal/v1/inbox", headers=desk.service_headers("ingest"), json=message
    )
    assert answer.status_code == 422
    assert await desk.count("notice_from_abroad") == 0
