"""A changed list meets travellers whom ingest has, a page at a time, and those it may concern come again."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.screening.batches.rescreen import Rescreening
from shared.bus.errors import DeliveryPostponed
from shared.bus.message import OutgoingMessage
from shared.contracts.rescreening import WindowTravellersV1
from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import ESEMPIO, HADI, MISALI, a_traveller, somebody_else
from tests.integration.screening.test_watchlist_versions import import_as, register

PAOLO = {"surname": "ESEMPIO", "given_names": "PAOLO", "birth_date": "1988-11-30", "nationality": "XDD"}


def columns_of(travellers: dict[UUID, dict[str, Any]]) -> dict[str, list[Any]]:
    """Travellers as a page has them."""
    names = [name for name in WindowTravellersV1.model_fields if name != "traveller_id"]
    facts = {name: [each.get(name) for each in travellers.values()] for name in names}
    return {"traveller_id": [str(each) for each in travellers], **facts}


@dataclass
class FakeIngest:
    """Ingest with some pages of travellers; sends again by delivering to the desk what was asked for."""

    desk: Desk
    travellers: dict[UUID, dict[str, Any]]
    a_page: int = 2
    is_up: bool = True
    asked: list[OutgoingMessage] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)

    async def deliver(self, message: OutgoingMessage) -> dict[str, Any]:
        """Answer a page, or keep what has to come again."""
        if not self.is_up:
            raise DeliveryPostponed(destination="ingest", reason="it is down")
        self.asked.append(message)
        if message.kind == "WindowPageWantedV1":
            return self._page(message.body)
        ids = [UUID(each) for each in message.body["travellers"]]
        batch = self.desk.batch([self.travellers[each] for each in ids], ids=ids)
        again = {"rescreening_id": message.body["rescreening_id"], "generation": message.body["generation"]}
        self.waiting.append(batch | again)
        return {"resent": len(ids)}

    def _page(self, wanted: Any) -> dict[str, Any]:
        ids = sorted(self.travellers)
        if wanted["reported_since"] is not None:
            return {"travellers": columns_of({}), "place": None}
        start = 0 if wanted["after"] is None else ids.index(UUID(wanted["after"]["flight_id"])) + 1
        page = ids[start : start + self.a_page]
        is_last = start + self.a_page >= len(ids)
        place = None if is_last else {"day": wanted["first_day"], "flight_id": str(page[-1])}
        return {"travellers": columns_of({each: self.travellers[each] for each in page}), "place": place}

    async def hand_over(self, *, status: int = 200) -> None:
        """Deliver what was to come again."""
        for body in self.waiting:
            message = {"message_id": body["message_id"], "kind": "TravellersToRescreenV1", "body": body}
            answer = await self.desk.client.post(
                "/internal/v1/inbox", headers=self.desk.service_headers("ingest"), json=message
            )
            assert answer.status_code == status, answer.text


def rescreening(desk: Desk, ingest: FakeIngest, **options: int) -> Rescreening:
    service = desk.service
    return Rescreening(service.ports.at(desk.clock), service.current, ingest, **options)


async def run_out(desk: Desk, work: Rescreening) -> None:
    """Carry out what is due, the second round included."""
    while await work.step():
        pass
    desk.clock.advance(seconds=61)
    while await work.step():
        pass


@pytest.fixture
async def window(desk: Desk) -> FakeIngest:
    """Five travellers of the window, one of whom a later list names; the list in force has met them."""
    people = [PAOLO, *(somebody_else(number) for number in range(4))]
    ingest = FakeIngest(desk, {uuid4(): a_traveller(documents=[]) | each for each in people})
    work = rescreening(desk, ingest)
    await work.plan()
    await run_out(desk, work)
    ingest.asked.clear()
    ingest.waiting.clear()
    return ingest


async def states(desk: Desk) -> list[tuple[str, str]]:
    rows = await desk.rows(
        "SELECT hit.entry_id, hit_move.cause FROM hit JOIN hit_move USING (hit_id) ORDER BY hit_move.move_id"
    )
    return [(row.entry_id, row.cause) for row in rows]


async def test_new_entry_meets_those_whom_it_may_concern_and_nobody_else(
    desk: Desk, window: FakeIngest
) -> None:
    await desk.load([HADI, MISALI, ESEMPIO], "2027-11-02T00:00:00.000Z")
    work = rescreening(desk, window)
    planned = await work.plan()
    assert planned is not None
    assert planned.entry_ids == ("DEMO:DEMi.003",)
    await run_out(desk, work)
    await window.hand_over()
    assert await states(desk) == [("DEMO:DEMi.003", "RESCREEN")]
    (row,) = await desk.rows("SELECT * FROM rescreening ORDER BY made_at DESC LIMIT 1")
    assert (row.state, row.compared, row.sent_again) == ("DONE", 5, 1)
    assert await desk.audited("rescreen.end") == 2


async def test_an_unchanged_list_meets_nobody(desk: Desk, window: FakeIngest) -> None:
    assert await rescreening(desk, window).plan() is None
    assert not await rescreening(desk, window).step()
    assert window.asked == []


async def test_an_existing_hit_is_not_doubled(desk: Desk, window: FakeIngest) -> None:
    await desk.load([HADI, MISALI, ESEMPIO], "2027-11-02T00:00:00.000Z")
    paolo = next(each for each, facts in window.travellers.items() if facts["surname"] == "ESEMPIO")
    await desk.deliver(desk.batch([window.travellers[paolo]], ids=[paolo]))
    work = rescreening(desk, window)
    await work.plan()
    await run_out(desk, work)
    await window.hand_over()
    await window.hand_over()
    assert await states(desk) == [("DEMO:DEMi.003", "SCREENED")]


async def test_another_worker_goes_on_where_one_stopped(desk: Desk, window: FakeIngest) -> None:
    await desk.load([HADI, MISALI, ESEMPIO], "2027-11-02T00:00:00.000Z")
    first = rescreening(desk, window, pages_a_step=2)
    await first.plan()
    assert await first.step()
    (row,) = await desk.rows("SELECT * FROM rescreening ORDER BY made_at DESC LIMIT 1")
    assert (row.state, row.compared) == ("RUNNING", 4)
    assert len(window.asked) == 2 + len(window.waiting)
    await run_out(desk, rescreening(desk, window))
    (row,) = await desk.rows("SELECT * FROM rescreening ORDER BY made_at DESC LIMIT 1")
    assert (row.state, row.compared) == ("DONE", 5)


async def test_a_pass_waits_while_ingest_is_away(desk: Desk, window: FakeIngest) -> None:
    await desk.load([HADI, MISALI, ESEMPIO], "2027-11-02T00:00:00.000Z")
    work = rescreening(desk, window)
    await work.plan()
    window.is_up = False
    with pytest.raises(DeliveryPostponed):
        await work.step()
    window.is_up = True
    await run_out(desk, work)
    await window.hand_over()
    assert [entry for entry, _ in await states(desk)] == ["DEMO:DEMi.003"]


async def test_a_pass_over_many_entries_names_none_and_meets_the_whole_list(
    desk: Desk, window: FakeIngest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("services.screening.batches.rescreen", "services.screening.store.rescreening"):
        monkeypatch.setattr(f"{module}.MOST_NAMED", 0)
    await desk.load([HADI, MISALI, ESEMPIO], "2027-11-02T00:00:00.000Z")
    work = rescreening(desk, window)
    planned = await work.plan()
    assert planned is not None
    assert (planned.entries, planned.entry_ids) == (1, ())
    await run_out(desk, work)
    await window.hand_over()
    assert await states(desk) == [("DEMO:DEMi.003", "RESCREEN")]
    shown = (await desk.ask("steward", "GET", "/v1/watchlist"))["rescreenings"][0]
    assert (shown["entries"], shown["compared"]) == (1, 5)


async def test_a_worker_with_the_list_of_before_takes_them_later(desk: Desk, window: FakeIngest) -> None:
    await desk.load([HADI, MISALI, ESEMPIO], "2027-11-02T00:00:00.000Z")
    work = rescreening(desk, window)
    await work.plan()
    await run_out(desk, work)
    window.waiting[0]["generation"] += 1
    await window.hand_over(status=503)
    assert await states(desk) == []


async def test_an_entry_that_comes_back_meets_the_travellers_again(desk: Desk, window: FakeIngest) -> None:
    await desk.load([HADI], "2027-11-02T00:00:00.000Z")
    work = rescreening(desk, window)
    assert await work.plan() is None
    await desk.load([HADI, MISALI], "2027-11-03T00:00:00.000Z")
    planned = await work.plan()
    assert planned is not None
    assert planned.entry_ids == ("DEMO:DEMi.002",)


async def test_whoever_cannot_be_read_is_sent_again(desk: Desk, window: FakeIngest) -> None:
    window.travellers[UUID(int=1)] = {"given_names": "NO SURNAME KEY"}
    await desk.load([HADI, MISALI, ESEMPIO], "2027-11-02T00:00:00.000Z")
    work = rescreening(desk, window)
    await work.plan()
    await run_out(desk, work)
    assert str(UUID(int=1)) in window.waiting[0]["travellers"][0]["traveller_id"]


STOLEN = {"type": "P", "number": "XD 5550001", "issuer": "XDD"}
LOST_AND_STOLEN = (
    b"number,state,kind,date,type\nXD5550001,XDD,STOLEN,2027-03-02,P\nXD7,XDD,LOST,2027-03-02,P\n"
)
ONE_MORE = b"XD8,XDD,LOST,2027-03-02,P\n"


async def reported(desk: Desk, content: bytes, day: int) -> None:
    """A version of the documents' list that goes into force; its matcher is in use then."""
    await import_as(desk, "documents", "DOCUMENTS", content, dated=f"2027-10-{day:02}T00:00:00Z")
    await desk.service.current.refresh()


@pytest.fixture
async def documented(desk: Desk, window: FakeIngest) -> FakeIngest:
    """The window, one traveller of which presents a document that a registered source can report."""
    await register(desk, source_id="DOCUMENTS", reader="documents", allow_list=["LOST", "STOLEN"])
    bearer = next(iter(sorted(window.travellers)))
    window.travellers[bearer]["documents"] = [STOLEN]
    return window


async def test_newly_reported_document_meets_who_presented_it_and_nobody_else(
    desk: Desk, documented: FakeIngest
) -> None:
    await reported(desk, LOST_AND_STOLEN, 1)
    work = rescreening(desk, documented)
    planned = await work.plan()
    assert planned is not None
    assert (planned.entry_ids, len(planned.documents)) == ((), 1)
    await run_out(desk, work)
    await documented.hand_over()
    assert await states(desk) == [("DOC:DOCUMENTS:XDD:XD5550001", "RESCREEN")]
    (row,) = await desk.rows("SELECT * FROM rescreening ORDER BY made_at DESC LIMIT 1")
    assert (row.state, row.compared, row.sent_again) == ("DONE", 5, 1)
    shown = (await desk.ask("steward", "GET", "/v1/watchlist"))["rescreenings"][0]
    assert (shown["entries"], shown["document_lists"]) == (0, 1)


async def test_document_that_was_reported_before_meets_nobody_again(
    desk: Desk, documented: FakeIngest
) -> None:
    await reported(desk, LOST_AND_STOLEN, 1)
    work = rescreening(desk, documented)
    await work.plan()
    await run_out(desk, work)
    documented.waiting.clear()
    assert await work.plan() is None
    desk.clock.advance(seconds=1)
    await reported(desk, LOST_AND_STOLEN + ONE_MORE, 2)
    await run_out(desk, await planned_again(work))
    assert documented.waiting == []


async def test_what_happened_to_a_document_is_met_again_when_it_changes(
    desk: Desk, documented: FakeIngest
) -> None:
    await reported(desk, LOST_AND_STOLEN.replace(b"STOLEN", b"LOST"), 1)
    work = rescreening(desk, documented)
    await work.plan()
    await run_out(desk, work)
    documented.waiting.clear()
    desk.clock.advance(seconds=1)
    await reported(desk, LOST_AND_STOLEN + ONE_MORE, 2)
    await run_out(desk, await planned_again(work))
    assert len(documented.waiting) == 1


async def planned_again(work: Rescreening) -> Rescreening:
    assert await work.plan() is not None
    return work
