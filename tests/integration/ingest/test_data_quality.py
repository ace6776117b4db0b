"""How good the data of carriers are: counted beside the requests, told without anybody in them."""

import csv
import io
from typing import Any
from uuid import UUID

import httpx

from services.ingest.ports import Ports
from services.ingest.quality.roll_up import QualityRollUp
from tests.integration.ingest.conftest import Ingest

PERIOD = "from=2027-11-14&to=2027-11-16"
MESSAGE_ID = UUID("0193a8b0-0000-7000-8000-000000000001")


async def counted(ingest: Ingest) -> int:
    """Let the reports come to rest and the flights be counted; how many there were."""
    ports: Ports = ingest.app.state.ports
    ingest.clock.advance(minutes=2)
    return await QualityRollUp(ports).beat()


async def quality(ingest: Ingest, query: str = PERIOD) -> dict[str, Any]:
    token = ingest.issuer.token("ADMIN", subject="admin")
    answer = await ingest.get(f"/v1/data-quality?{query}", token)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def tell(ingest: Ingest, body: dict[str, Any], *, sender: str = "screening") -> httpx.Response:
    """Deliver counts of false possible matches as another service."""
    return await ingest.http.post(
        "/internal/v1/inbox",
        json={"message_id": str(MESSAGE_ID), "kind": "FalseMatchesV1", "body": body},
        headers={"Authorization": f"Bearer {ingest.issuer.service_token(sender, audience='ingest')}"},
    )


def many(paxlst: bytes, times: int) -> bytes:
    """The worked example with its first traveller many times, under other names and documents."""
    head, rest = paxlst.split(b"NAD+FL+++PAPADAKI", 1)
    one, others = rest.split(b"NAD+FL+++OSEI", 1)
    tail = others[others.index(b"CNT+") :]
    people = [
        (b"NAD+FL+++PAPADAKI" + one)
        .replace(b"ELENI MARIA", f"ELENI{chr(65 + place)}".encode())
        .replace(b"AT3312087", f"AT33120{place:02}".encode())
        .replace(b"XA418-0001", f"XA418-{place:04}".encode())
        for place in range(times)
    ]
    return head + b"".join(people) + tail.replace(b"CNT+42:3", f"CNT+42:{times}".encode())


async def test_flight_is_counted_once_its_reports_rest(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(paxlst_a)
    ports: Ports = ingest.app.state.ports
    assert await QualityRollUp(ports).beat() == 0
    assert [await counted(ingest), await counted(ingest)] == [1, 0]
    await ingest.submit(paxlst_a.replace(b"XA0418A27111401", b"XA0418A27111402"))
    assert await counted(ingest) == 1


async def test_completeness_and_verified_share_of_a_carrier(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(many(paxlst_a, 20).replace(b"RFF+SEA:12A'", b""))
    await counted(ingest)
    (carrier,) = (await quality(ingest))["carriers"]
    assert (carrier["carrier"], carrier["flights"], carrier["travellers"]) == ("XA", 1, 20)
    assert carrier["elements"]["seat"] == {"missing": 20, "complete_percent": 0.0}
    assert carrier["elements"]["birth_date"] == {"missing": 0, "complete_percent": 100.0}
    assert carrier["elements"]["document_expiry"]["missing"] == 0
    assert carrier["verified_percent"] == 100.0
    assert carrier["days"][0]["day"] == "2027-11-14"


async def test_small_counts_of_people_are_hidden(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(paxlst_a.replace(b"DTM+329:900711", b"DTM+329:901341"))
    await counted(ingest)
    (carrier,) = (await quality(ingest))["carriers"]
    assert (carrier["travellers"], carrier["verified_percent"]) == ("<10", None)
    assert carrier["faults"] == {"BIRTH_DATE_IMPOSSIBLE": "<10"}


async def test_timeliness_is_measured_in_utc_against_the_departure(ingest: Ingest, paxlst_a: bytes) -> None:
    # 10:00 in Dubai is 06:00 UTC, an hour and two minutes after the list came.
    await ingest.submit(paxlst_a.replace(b"DTM+189:2711140530", b"DTM+189:2711141000"))
    await counted(ingest)
    (carrier,) = (await quality(ingest))["carriers"]
    assert carrier["timeliness"]["first_report_minutes_before"] == 61
    assert (carrier["timeliness"]["in_time"], carrier["timeliness"]["late"]) == (1, 0)


async def test_list_after_departure_is_late(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(paxlst_a)
    await counted(ingest)
    (carrier,) = (await quality(ingest))["carriers"]
    assert carrier["timeliness"]["late"] == 1
    assert carrier["timeliness"]["first_report_minutes_before"] < 0


async def test_flights_are_told_where_one_carrier_is_asked_for(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(paxlst_a)
    await counted(ingest)
    (flight,) = (await quality(ingest, f"{PERIOD}&carrier=XA"))["flights"]
    assert (flight["number"], flight["travellers"]) == ("418", "<10")
    assert (await quality(ingest, f"{PERIOD}&carrier=XB"))["carriers"] == []


async def test_message_that_could_not_be_read_counts_for_its_sender(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(paxlst_a[: paxlst_a.index(b"CNT+")])
    (carrier,) = (await quality(ingest))["carriers"]
    assert sum(carrier["rejected_messages"].values()) == 1


async def test_figures_outlive_the_travellers(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(many(paxlst_a, 12))
    await counted(ingest)
    before = (await quality(ingest))["carriers"]
    ports: Ports = ingest.app.state.ports
    async with ports.database.begin() as connection:
        await connection.exec_driver_sql('UPDATE traveller SET record = \'{"surname": ""}\'')
    assert await counted(ingest) == 0
    assert (await quality(ingest))["carriers"] == before


async def test_table_has_a_line_a_carrier_and_day(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(many(paxlst_a, 12))
    await counted(ingest)
    token = ingest.issuer.token("ADMIN", subject="admin")
    answer = await ingest.http.get(
        f"/v1/data-quality?{PERIOD}", headers={"Authorization": f"Bearer {token}", "Accept": "text/csv"}
    )
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["carrier"], row["day"], row["travellers"]) == ("XA", "2027-11-14", "12")
    assert row["birth_date_complete_percent"] == "100.0"


async def test_causes_of_false_matches_add_up(ingest: Ingest) -> None:
    body = {
        "message_id": str(MESSAGE_ID),
        "carriers": [
            {"carrier": "XA", "day": "2027-11-14", "matches": 30, "elements": {"birth_date": 12, "sex": 3}}
        ],
    }
    assert [(await tell(ingest, body)).status_code for _ in range(2)] == [200, 200]
    (carrier,) = (await quality(ingest))["carriers"]
    assert carrier["different_person"] == {"matches": 30, "elements": {"birth_date": 12, "sex": "<10"}}


async def test_only_screening_may_count_matches(ingest: Ingest) -> None:
    row = {"carrier": "XA", "day": "2027-11-14", "matches": 1}
    body = {"message_id": str(MESSAGE_ID), "carriers": [row]}
    assert (await tell(ingest, body, sender="sharing")).status_code == 422
    assert (await tell(ingest, {**body, "hit_id": "x"})).status_code == 422
    assert (await tell(ingest, {**body, "message_id": str(UUID(int=1))})).status_code == 422


async def test_carrier_sees_its_own_quality_and_nothing_of_matches(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(many(paxlst_a, 12))
    await counted(ingest)
    row = {"carrier": "XA", "day": "2027-11-14", "matches": 30}
    await tell(ingest, {"message_id": str(MESSAGE_ID), "carriers": [row]})
    own = await ingest.get(f"/v1/data-quality/mine?{PERIOD}", ingest.issuer.carrier_token("XA"))
    (carrier,) = own.json()["carriers"]
    assert (carrier["travellers"], "different_person" in carrier) == (12, False)
    other = await ingest.get(f"/v1/data-quality/mine?{PERIOD}", ingest.issuer.carrier_token("XB"))
    assert other.json()["carriers"] == []
    assert (await ingest.get("/v1/data-quality", ingest.issuer.carrier_token("XA"))).status_code == 403
