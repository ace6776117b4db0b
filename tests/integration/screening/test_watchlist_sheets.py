"""Nominations by sheet: drafts, never entries; the same reference is the same nomination."""

import csv
import io

from services.screening.watchlist.sources.national_columns import COLUMNS
from tests.integration.screening.conftest import Desk
from tests.integration.screening.test_nominations import decide
from tests.integration.screening.test_watchlist_versions import register

SHEET = "/v1/nominations/sheet"


def a_sheet(desk: Desk, *rows: dict[str, str]) -> bytes:
    """A sheet of rows like the template's example, their dates as seen from the test's own today."""
    today = desk.clock.now().date()
    usual = {column.title: column.example for column in COLUMNS} | {
        "Review due": today.replace(year=today.year + 1, month=1, day=31).isoformat(),
        "Expires": today.replace(year=today.year + 3).isoformat(),
    }
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(usual))
    writer.writeheader()
    writer.writerows(usual | row for row in rows)
    return text.getvalue().encode()


async def test_a_sheet_makes_drafts_that_go_the_way_of_every_nomination(desk: Desk) -> None:
    await register(desk, source_id="NATIONAL")
    body = a_sheet(desk, {}, {"Reference": "XAA-2", "Date of birth": "some day"})
    made = await desk.ask("steward", "POST", SHEET, params={"as": "NATIONAL"}, content=body, status=201)
    assert (made["drafted_count"], made["faults_count"]) == (1, 1)
    assert made["faults"][0]["sentence"].startswith("Row 3, Date of birth: ")
    assert await desk.count("watchlist_entry") == 2
    (drafted,) = made["drafted"]
    path = f"/v1/nominations/{drafted['nomination_id']}"
    await desk.ask("steward", "POST", f"{path}/submission")
    decided = await decide(desk, path)
    assert (decided["entry_id"], decided["state"]) == ("NATIONAL:XAA-2027-0001", "ACTIVATED")
    again = await desk.ask("steward", "POST", SHEET, params={"as": "NATIONAL"}, content=body, status=201)
    assert [fault["code"] for fault in again["faults"]] == ["REFERENCE_IN_USE", "DATE_UNREADABLE"]


async def test_a_sheet_that_comes_again_changes_open_drafts_and_makes_none_twice(desk: Desk) -> None:
    await register(desk, source_id="NATIONAL")

    async def send(**cells: str) -> list[str]:
        made = await desk.ask(
            "steward", "POST", SHEET, params={"as": "NATIONAL"}, content=a_sheet(desk, cells), status=201
        )
        found = [each["outcome"] for each in made["drafted"]]
        return found + [each["code"] for each in made["faults"]]

    assert await send() == ["NEW"]
    assert await send() == ["UNCHANGED"]
    assert await send(Sex="M") == ["CHANGED"]
    assert await desk.count("nomination") == 1
    await desk.rows_written("UPDATE nomination SET nominator = 'somebody-else'")
    assert await send() == ["NOMINATION_OF_ANOTHER"]
    await desk.rows_written("UPDATE nomination SET nominator = 'steward', state = 'SUBMITTED'")
    assert await send() == ["NOMINATION_WAITS"]
    await desk.rows_written("UPDATE nomination SET state = 'REJECTED'")
    assert await send() == ["NEW"]


async def test_only_a_national_source_takes_sheets_and_only_nominators_send_them(desk: Desk) -> None:
    await register(desk, source_id="FOREIGN", kind="PARTNER")
    for source in ("FOREIGN", "NOWHERE"):
        refused = await desk.ask(
            "steward", "POST", SHEET, params={"as": source}, content=a_sheet(desk, {}), status=422
        )
        assert "not a national one" in refused["detail"]
    broken = await desk.ask("steward", "POST", SHEET, params={"as": "DEMO"}, content=b"<html>", status=422)
    assert broken["detail"].endswith(
        "(COLUMN_UNKNOWN at column 1, line 1). Screening goes on with the last version."
    )
    await desk.ask("supervisor", "POST", SHEET, params={"as": "DEMO"}, content=b"", status=403)
    for form, start in (("csv", b"\xef\xbb\xbfReference,"), ("xlsx", b"PK")):
        answer = await desk.client.get(
            "/v1/nominations/template", params={"form": form}, headers=desk.headers("steward")
        )
        assert answer.content.startswith(start)
