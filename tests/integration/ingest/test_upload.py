"""A carrier's desk: files of any format, trials, the template, one's own receipts, the service's state."""

from typing import Any

import httpx
import pytest

from services.ingest.formats.sheet_template import template_csv, template_workbook
from services.ingest.ways_in.upload_routes import XLSX_TYPE
from tests.integration.ingest.conftest import CARRIER_ROW, Ingest

SHEET = template_csv()
CANARY = "CANARYNAME"


def headers_of(ingest: Ingest, carrier: str = "XA", **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {ingest.issuer.carrier_token(carrier)}", **more}


async def upload(
    ingest: Ingest, body: bytes, content_type: str = "text/csv", query: str = ""
) -> httpx.Response:
    return await ingest.http.post(
        f"/v1/manifests/upload{query}",
        content=body,
        headers=headers_of(ingest, **{"Content-Type": content_type}),
    )


async def form(ingest: Ingest, name: str, body: bytes, **fields: str) -> httpx.Response:
    return await ingest.http.post(
        "/v1/manifests/upload", files={"file": (name, body)}, data=fields, headers=headers_of(ingest)
    )


async def stored(ingest: Ingest) -> int:
    return len(await ingest.rows("SELECT 1 FROM traveller"))


@pytest.mark.parametrize(("body", "content_type"), [(SHEET, "text/csv"), (template_workbook(), XLSX_TYPE)])
async def test_template_as_it_is_downloaded_is_taken(ingest: Ingest, body: bytes, content_type: str) -> None:
    answer = await upload(ingest, body, content_type)
    assert (answer.status_code, answer.json()["kind"], answer.json()["status"]) == (
        202,
        "MANIFEST",
        "ACCEPTED",
    )
    assert answer.json()["travellers"] == {"stated": 1, "accepted": 1, "rejected": 0}
    assert answer.headers["location"] == f"/v1/receipts/{answer.json()['id']}"
    assert await stored(ingest) == 1


@pytest.mark.parametrize("name", ["list.csv", "list.CSV", "no ending"])
async def test_file_of_a_form_is_taken(ingest: Ingest, name: str) -> None:
    answer = await form(ingest, name, SHEET)
    assert (answer.status_code, answer.json()["is_test"]) == (202, False)


async def test_edifact_and_json_are_taken_by_the_same_door(ingest: Ingest, paxlst_a: bytes) -> None:
    assert (await form(ingest, "a.edi", paxlst_a)).json()["kind"] == "PAXLST"


async def test_trial_is_answered_and_not_stored_and_the_real_one_is_no_repeat(
    ingest: Ingest, paxlst_a: bytes
) -> None:
    for body, name in ((SHEET, "a.csv"), (paxlst_a, "a.edi")):
        trial = await form(ingest, name, body, is_test="on")
        assert (trial.status_code, trial.json()["is_test"]) == (202, True)
        assert trial.json()["travellers"]["accepted"] > 0
    assert await stored(ingest) == 0
    for table in ("flight", "outbox", "observed_batch"):
        assert await ingest.rows(f"SELECT 1 FROM {table}") == []
    real = await form(ingest, "a.edi", paxlst_a)
    assert (real.status_code, real.json()["is_test"]) == (202, False)
    assert await stored(ingest) == 3


async def test_trial_by_the_address_or_by_the_sheet_itself(ingest: Ingest) -> None:
    assert (await upload(ingest, SHEET, query="?is_test=true")).json()["is_test"] is True
    said = SHEET.replace(b"Test,no", b"Test,yes")
    assert (await upload(ingest, said)).json()["is_test"] is True
    assert await stored(ingest) == 0


async def test_sheet_that_cannot_be_taken_says_where_and_what_to_do(ingest: Ingest) -> None:
    answer = await upload(ingest, SHEET.replace(b"Flight number,XA418", b"Note,x"))
    assert (answer.status_code, answer.json()["code"]) == (422, "SHEET_MALFORMED")
    assert answer.json()["detail"] == (
        "The sheet could not be taken: FLIGHT_FACT_MISSING, column Flight number. "
        "Say it above the travellers, or in a column of this title in each row."
    )


async def test_fault_of_a_row_names_row_and_column_and_never_what_stood_there(ingest: Ingest) -> None:
    body = SHEET + f"{CANARY},X,03/04/1984,F\r\n".encode()
    answer = await upload(ingest, body)
    assert answer.json()["travellers"] == {"stated": 2, "accepted": 1, "rejected": 1}
    (fault,) = answer.json()["faults"]
    assert (fault["code"], fault["segment"], fault["position"], fault["traveller"]) == (
        "DATE_AMBIGUOUS",
        "Date of birth",
        14,
        2,
    )
    assert CANARY not in answer.text
    (row,) = await ingest.rows("SELECT message::text AS content FROM message")
    assert CANARY not in row.content


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"--b\r\nbroken", "multipart/form-data; boundary=b"),
        (b"", "multipart/form-data"),
        (
            b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nno file\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
    ],
)
async def test_form_without_a_file_is_told(ingest: Ingest, content: bytes, content_type: str) -> None:
    answer = await upload(ingest, content, content_type)
    assert (answer.status_code, answer.json()["code"]) == (400, "UPLOAD_MALFORMED")


async def test_templates_need_no_token(bare_ingest: Ingest) -> None:
    as_csv = await bare_ingest.http.get("/v1/manifests/template.csv")
    as_workbook = await bare_ingest.http.get("/v1/manifests/template.xlsx")
    assert (as_csv.status_code, as_csv.content) == (200, SHEET)
    assert (as_workbook.status_code, as_workbook.content[:2]) == (200, b"PK")
    assert "attachment" in as_workbook.headers["content-disposition"]


async def listed(ingest: Ingest, carrier: str, query: str = "") -> list[dict[str, Any]]:
    answer = await ingest.http.get(f"/v1/receipts{query}", headers=headers_of(ingest, carrier))
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["receipts"]
    return rows


async def test_carrier_lists_its_own_receipts_newest_first(ingest: Ingest, paxlst_a: bytes) -> None:
    first = (await ingest.submit(paxlst_a)).json()
    ingest.clock.advance(seconds=1)
    second = (await upload(ingest, SHEET)).json()
    assert await listed(ingest, "XA") == [second, first]
    assert await listed(ingest, "XA", "?limit=1") == [second]
    assert await listed(ingest, "XB") == []
    assert await listed(ingest, "XA", "?since=2199-01-01T00:00:00") == []


async def test_carrier_sees_what_its_handler_sent_and_the_handler_only_its_own(
    ingest: Ingest, paxlst_a: bytes
) -> None:
    await ingest.put_in_force("carriers", CARRIER_ROW | {"designator": "QH", "reports_for": ["XA"]})
    by_handler = (await ingest.submit(paxlst_a, carrier="QH")).json()
    ingest.clock.advance(seconds=1)
    by_carrier = (await upload(ingest, SHEET)).json()
    assert await listed(ingest, "XA") == [by_carrier, by_handler]
    assert await listed(ingest, "QH") == [by_handler]


async def test_service_state_is_open_and_says_whether_messages_are_taken(bare_ingest: Ingest) -> None:
    answer = await bare_ingest.http.get("/v1/service-state")
    assert answer.status_code == 200
    assert answer.json() | {"at": ""} == {
        "service": "ingest",
        "at": "",
        "accepting": True,
        "retry_after_seconds": None,
        "screening": "CURRENT",
        "advice": "Send as always.",
    }


async def test_service_that_ends_tells_when_to_come_back(bare_ingest: Ingest) -> None:
    bare_ingest.app.state.is_draining = True
    answer = await bare_ingest.http.get("/v1/service-state")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert (answer.json()["accepting"], answer.json()["retry_after_seconds"]) == (False, 30)
