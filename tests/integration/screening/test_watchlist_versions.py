"""What a version changes, going back to one, documents apart from persons, foreign rows that wait."""

import hashlib
from typing import Any

import pytest

from services.screening.store.rows import from_json
from services.screening.watchlist.sources.lost_document import LostDocument
from tests.integration.screening.conftest import SOURCE, Desk
from tests.integration.screening.lists import ESEMPIO, HADI, MISALI, Listed, a_traveller, un_list

SECOND_DAY, THIRD_DAY = "2027-11-02T00:00:00.000Z", "2027-11-03T00:00:00.000Z"
HADI_ELSEWHERE = Listed("DEMi.001", HADI.names, HADI.birth_date, "XCC", HADI.document)
DOCUMENTS = b"number,state,kind,date\nXB 4471902,XBB,STOLEN,2027-03-02\nXC1,XCC,REVOKED,2027-03-02\n"


async def register(desk: Desk, **changes: Any) -> None:
    """Register a source by two people."""
    body = {"register": "list-sources", "row": SOURCE | changes}
    proposed = await desk.ask("supervisor", "POST", "/v1/registers", json=body, status=201)
    await desk.approve(f"/v1/registers/{proposed['approval_id']}", "legal")


async def import_as(desk: Desk, reader: str, source: str, content: bytes, **query: str) -> Any:
    """Import a file that is held, and release it by two people."""
    version = await desk.ask(
        "steward",
        "POST",
        "/v1/watchlist/imports",
        params={
            "source": reader,
            "as": source,
            "sha256": hashlib.sha256(content).hexdigest(),
            "dated": "2027-10-01T00:00:00Z",
        }
        | query,
        content=content,
    )
    path = f"/v1/watchlist/versions/{version['version_id']}"
    await desk.approve(path, "steward")
    return await desk.approve(path, "supervisor")


async def test_a_held_version_tells_what_it_changes(desk: Desk) -> None:
    held = await desk.import_list(un_list([HADI_ELSEWHERE, ESEMPIO], SECOND_DAY))
    path = f"/v1/watchlist/versions/{held['version_id']}/delta"
    delta = await desk.ask("supervisor", "GET", path)
    assert [each["name"] for each in delta["added"]] == ["PAOLO ESEMPIO"]
    assert [each["entry_id"] for each in delta["removed"]] == ["DEMO:DEMi.002"]
    (changed,) = delta["changed"]
    assert changed["is_identifying"]
    assert changed["changes"] == [{"field": "nationalities", "added": ["XCC"], "removed": ["XBB"]}]
    assert await desk.audited("record.read", "PERMITTED") == 1
    await desk.ask("front-line", "GET", path, status=403)


async def test_the_version_in_force_is_compared_with_the_one_before(desk: Desk) -> None:
    first = (await desk.rows("SELECT version_id FROM list_version"))[0].version_id
    desk.clock.advance(seconds=1)
    second = await desk.load([HADI], SECOND_DAY)
    delta = await desk.ask("steward", "GET", f"/v1/watchlist/versions/{second}/delta")
    assert (delta["base"], delta["removed_count"]) == (str(first), 1)
    whole = await desk.ask("steward", "GET", f"/v1/watchlist/versions/{first}/delta")
    assert (whole["base"], whole["added_count"]) == (None, 2)


async def test_two_people_go_back_and_what_was_removed_stays_away(desk: Desk) -> None:
    await desk.load([HADI, MISALI, ESEMPIO], SECOND_DAY)
    versions = await desk.rows("SELECT version_id FROM list_version ORDER BY generated_at")
    path = f"/v1/watchlist/versions/{versions[0].version_id}/return"
    removal = "/v1/watchlist/entries/DEMO:DEMi.001/removal"
    await desk.ask("steward", "POST", removal, json={"reason": "DELISTED"}, status=204)
    proposed = await desk.ask("steward", "POST", path)
    assert (proposed["is_done"], proposed["version"]["state"]) == (False, "SUPERSEDED")
    await desk.ask("steward", "POST", path, status=403)
    done = await desk.ask("supervisor", "POST", path)
    assert (done["is_done"], done["version"]["state"]) == (True, "IN_FORCE")
    states = await desk.rows("SELECT entry_id, status FROM watchlist_entry ORDER BY entry_id")
    assert [row.status for row in states] == ["REMOVED", "ACTIVE", "SUSPENDED"]
    await desk.ask("supervisor", "POST", path, status=409)


async def test_going_back_lists_again_whom_a_broken_file_had_left_out(desk: Desk) -> None:
    await desk.load([HADI], SECOND_DAY)
    versions = await desk.rows("SELECT version_id FROM list_version ORDER BY generated_at")
    path = f"/v1/watchlist/versions/{versions[0].version_id}/return"
    await desk.ask("supervisor", "POST", path)
    await desk.ask("steward", "POST", path)
    states = await desk.rows("SELECT status FROM watchlist_entry ORDER BY entry_id")
    assert [row.status for row in states] == ["ACTIVE", "ACTIVE"]


async def test_documents_stand_apart_and_are_no_list_of_persons(empty_desk: Desk) -> None:
    desk = empty_desk
    await desk.put_in_force()
    await register(desk, source_id="DOCUMENTS", reader="documents", allow_list=["LOST", "STOLEN"])
    version = await import_as(desk, "documents", "DOCUMENTS", DOCUMENTS)
    assert (version["state"], version["stored"]) == ("IN_FORCE", 1)
    assert version["by_regime"] == {"REVOKED": 1, "STOLEN": 1}
    store = desk.service.ports.stores.documents
    async with desk.service.ports.database.connect() as connection:
        found = await store.look_up(connection, [("xb4471902", "XBB"), ("XC1", "XCC"), ("XB4471902", "XCC")])
        assert await store.look_up(connection, []) == []
    assert [(each.source_id, each.document.number) for each in found] == [("DOCUMENTS", "XB 4471902")]
    assert isinstance(found[0].document, LostDocument)
    await desk.service.current.refresh()
    await desk.deliver(desk.batch([a_traveller()]), status=503)


@pytest.mark.parametrize("kind", ["PARTNER", "REGIONAL"])
async def test_a_foreign_row_waits_and_screens_nobody(desk: Desk, kind: str) -> None:
    await register(desk, source_id="FOREIGN", kind=kind)
    abroad = Listed("DEMi.009", ("GRETA", "BEISPIEL"), "1980-01-02", "XCC", ("XC77", "XCC"))
    version = await import_as(desk, "un", "FOREIGN", un_list([abroad], SECOND_DAY))
    assert version["state"] == "IN_FORCE"
    (entry,) = await desk.rows("SELECT * FROM watchlist_entry WHERE source_id = 'FOREIGN'")
    assert (entry.status, entry.is_used) == ("SUBMITTED", False)
    await desk.service.current.refresh()
    traveller = a_traveller(
        surname="BEISPIEL",
        given_names="GRETA",
        birth_date="1980-01-02",
        sex="F",
        nationality="XCC",
        documents=[{"type": "P", "number": "XC77", "issuer": "XCC"}],
    )
    await desk.deliver(desk.batch([traveller]))
    assert await desk.count("hit") == 0
    await import_as(desk, "un", "FOREIGN", un_list([abroad, MISALI], THIRD_DAY))
    states = await desk.rows("SELECT status FROM watchlist_entry WHERE source_id = 'FOREIGN'")
    assert [row.status for row in states] == ["SUBMITTED", "SUBMITTED"]


async def test_a_file_that_says_less_of_everybody_waits_for_two_people(desk: Desk) -> None:
    drifted = un_list([HADI, MISALI], SECOND_DAY).replace(b"INDIVIDUAL_DATE_OF_BIRTH", b"INDIVIDUAL_BIRTH")
    digest = hashlib.sha256(drifted).hexdigest()
    version = await desk.import_list(drifted, digest=digest)
    assert (version["state"], version["stored"], version["delta_pct"]) == ("HELD", 2, 100.0)
    (row,) = await desk.rows("SELECT body FROM watchlist_entry WHERE entry_id = 'DEMO:DEMi.001'")
    assert from_json(row.body)["birth_dates"], "what is in force says what it said"
    path = f"/v1/watchlist/versions/{version['version_id']}"
    await desk.approve(path, "steward")
    assert (await desk.approve(path, "supervisor"))["state"] == "IN_FORCE"


async def test_a_file_that_calls_everybody_by_another_reference_waits_for_two_people(desk: Desk) -> None:
    renumbered = un_list([HADI, MISALI], SECOND_DAY).replace(b"DEMi.", b"DEMi-")
    version = await desk.import_list(renumbered, digest=hashlib.sha256(renumbered).hexdigest())
    assert (version["state"], version["delta_pct"]) == ("HELD", 100.0)
    rows = await desk.rows("SELECT DISTINCT status FROM watchlist_entry")
    assert [row.status for row in rows] == ["ACTIVE"]


async def test_a_file_that_says_only_other_words_of_everybody_is_in_force(desk: Desk) -> None:
    reworded = un_list([HADI, MISALI], SECOND_DAY).replace(b"2027-06-01", b"2027-10-01")
    version = await desk.import_list(reworded, digest=hashlib.sha256(reworded).hexdigest())
    assert version["state"] == "IN_FORCE"
