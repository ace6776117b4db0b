"""Flights that ought to be reported: by schedule or by habit, and those of which nothing, too late or too
little came. The clock stands at 2027-11-14 04:58 UTC, a Sunday.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from services.ingest.expected.watch import FLIGHT_ALARMS, FlightWatch
from services.ingest.ports import Ports
from tests.integration.ingest.conftest import Ingest

HEADER = "Flight,Origin,Destination,Departure,Arrival,Days,From,To,Seats\n"
PERIOD = "2027-11-01,2027-12-01"
# Departs at 10:00 in Dubai, 06:00 UTC: an hour and two minutes from now.
SOON = f"XA418,DXB,ATH,10:00,13:35,1234567,{PERIOD},\n"


@pytest.fixture
def greek(ingest: Ingest) -> Iterator[Ingest]:
    """The service as Greece's, so that flights to Athens cross the border."""
    ports: Ports = ingest.app.state.ports
    ingest.app.state.ports = replace(ports, own_state="GRC")
    yield ingest
    ingest.app.state.ports = ports


def watch_of(ingest: Ingest) -> FlightWatch:
    ports: Ports = ingest.app.state.ports
    return FlightWatch(ports)


def manifest(paxlst: bytes, departs: str = "2711141000", reference: str = "XA0418A27111401") -> bytes:
    """The worked example with another departure."""
    changed = paxlst.replace(b"DTM+189:2711140530", b"DTM+189:" + departs.encode())
    return changed.replace(b"DTM+232:2711140905:201'", b"").replace(b"XA0418A27111401", reference.encode())


async def import_schedule(
    ingest: Ingest, text: str, *, schedule_format: str = "csv", role: str = "ADMIN"
) -> httpx.Response:
    token = ingest.issuer.token(role, subject="somebody")
    return await ingest.http.post(
        f"/v1/expected-flights/imports?format={schedule_format}",
        content=text.encode(),
        headers={"Authorization": f"Bearer {token}"},
    )


async def listed(ingest: Ingest, query: str = "?from=2027-11-14&to=2027-11-15") -> dict[str, Any]:
    token = ingest.issuer.token("ADMIN", subject="admin")
    answer = await ingest.get(f"/v1/expected-flights{query}", token)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def the_flight(ingest: Ingest) -> dict[str, Any]:
    """The one flight of today."""
    (flight,) = (await listed(ingest))["flights"]
    shown: dict[str, Any] = flight
    return shown


async def test_flight_without_manifest_is_missing_an_hour_before_departure(greek: Ingest) -> None:
    watch, before = watch_of(greek), FLIGHT_ALARMS.labels("MISSING")._value.get()  # noqa: SLF001
    answer = await import_schedule(greek, HEADER + SOON)
    assert (answer.status_code, answer.json()["legs"], answer.json()["faults"]) == (201, 1, [])
    assert await watch.beat() == 0
    assert (await the_flight(greek))["state"] == "EXPECTED"
    greek.clock.advance(minutes=3)
    assert await watch.beat() == 1
    flight = await the_flight(greek)
    assert (flight["state"], [each["kind"] for each in flight["alarms"]]) == ("MISSING", ["MISSING"])
    assert FLIGHT_ALARMS.labels("MISSING")._value.get() == before + 1  # noqa: SLF001
    records = await greek.rows("SELECT 1 FROM audit_record WHERE action = 'flight.alarm'")
    assert len(records) == 1


async def test_alarm_is_raised_once_whoever_looks(greek: Ingest) -> None:
    await import_schedule(greek, HEADER + SOON)
    greek.clock.advance(minutes=30)
    assert [await watch_of(greek).beat() for _ in range(2)] == [1, 0]


async def test_flight_whose_manifest_came_is_received(greek: Ingest, paxlst_a: bytes) -> None:
    await import_schedule(greek, HEADER + SOON)
    await greek.submit(manifest(paxlst_a))
    assert await watch_of(greek).beat() == 0
    flight = await the_flight(greek)
    assert (flight["state"], flight["travellers"]) == ("RECEIVED", 3)
    (seen,) = (await greek.get("/v1/flights", greek.issuer.token("ADMIN", subject="a"))).json()["flights"]
    assert flight["flight_id"] == seen["id"]


async def test_missing_flight_whose_manifest_comes_before_departure_is_received(
    greek: Ingest, paxlst_a: bytes
) -> None:
    await import_schedule(greek, HEADER + SOON)
    greek.clock.advance(minutes=30)
    await watch_of(greek).beat()
    await greek.submit(manifest(paxlst_a))
    assert await watch_of(greek).beat() == 0
    assert (await the_flight(greek))["state"] == "RECEIVED"


async def test_manifest_after_departure_is_late(greek: Ingest, paxlst_a: bytes) -> None:
    await import_schedule(greek, HEADER + SOON)
    greek.clock.advance(minutes=65)
    await greek.submit(manifest(paxlst_a))
    assert await watch_of(greek).beat() == 1
    assert (await the_flight(greek))["state"] == "LATE"


async def test_flight_with_too_few_travellers_is_partial_once_due(greek: Ingest, paxlst_a: bytes) -> None:
    await import_schedule(greek, HEADER + SOON.replace(",\n", ",180\n"))
    await greek.submit(manifest(paxlst_a))
    assert await watch_of(greek).beat() == 0
    assert (await the_flight(greek))["state"] == "RECEIVED"
    greek.clock.advance(minutes=5)
    assert await watch_of(greek).beat() == 1
    assert (await the_flight(greek))["state"] == "PARTIAL"


async def test_crew_list_alone_is_no_manifest(greek: Ingest, paxlst_a: bytes) -> None:
    await import_schedule(greek, HEADER + SOON)
    await greek.submit(manifest(paxlst_a).replace(b"BGM+745'", b"BGM+250'"))
    greek.clock.advance(minutes=5)
    await watch_of(greek).beat()
    assert (await the_flight(greek))["state"] == "MISSING"


async def test_flight_under_a_partners_number_is_the_one_expected(greek: Ingest, paxlst_a: bytes) -> None:
    await import_schedule(greek, HEADER + SOON)
    await greek.submit(manifest(paxlst_a).replace(b"TDT+20+XA418", b"TDT+20+XA0418"))
    await watch_of(greek).beat()
    assert (await the_flight(greek))["state"] == "RECEIVED"


async def test_cancelled_flight_is_awaited_no_more(greek: Ingest, paxlst_a: bytes) -> None:
    await import_schedule(greek, HEADER + SOON)
    await greek.submit(manifest(paxlst_a))
    await greek.submit(manifest(paxlst_a, reference="XA0418A27111402").replace(b"BGM+745'", b"BGM+745+XF'"))
    async with greek.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE flight SET status = 'CANCELLED'")
    await watch_of(greek).beat()
    assert (await the_flight(greek))["state"] == "CANCELLED"
    assert (await listed(greek))["total"]["due"] == 0


async def test_flight_of_three_sundays_in_four_is_expected_on_the_next(
    greek: Ingest, paxlst_a: bytes
) -> None:
    for weeks in (1, 2, 4):
        day = date(2027, 11, 14) - timedelta(weeks=weeks)
        await greek.submit(manifest(paxlst_a, f"{day:%y%m%d}1000", f"R{weeks}"))
    await watch_of(greek).beat()
    flight = await the_flight(greek)
    assert (flight["basis"], flight["departs_at"]) == ("LEARNED", "2027-11-14T06:00:00Z")


async def test_schedule_overrules_what_was_learned(greek: Ingest, paxlst_a: bytes) -> None:
    for weeks in (1, 2, 3):
        day = date(2027, 11, 14) - timedelta(weeks=weeks)
        await greek.submit(manifest(paxlst_a, f"{day:%y%m%d}1000", f"R{weeks}"))
    await import_schedule(greek, HEADER + SOON.replace("XA418", "XA999"))
    await watch_of(greek).beat()
    assert (await the_flight(greek))["number"] == "999"


async def test_coverage_counts_each_day_and_carrier(greek: Ingest, paxlst_a: bytes) -> None:
    other = SOON.replace("XA418", "XA420")
    await import_schedule(greek, HEADER + SOON + other)
    await greek.submit(manifest(paxlst_a))
    greek.clock.advance(minutes=30)
    await watch_of(greek).beat()
    found = await listed(greek)
    (row,) = found["coverage"]
    assert (row["day"], row["carrier"], row["due"]) == ("2027-11-14", "XA", 2)
    assert (row["coverage_percent"], row["in_time_percent"]) == (50.0, 50.0)
    assert found["flights"][0]["state"] == "MISSING"
    assert found["total"]["missing"] == 1


async def test_new_schedule_takes_the_place_of_the_old(greek: Ingest) -> None:
    await import_schedule(greek, HEADER + SOON)
    await import_schedule(greek, HEADER + SOON.replace("XA418", "XA420"))
    assert (await the_flight(greek))["number"] == "420"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (HEADER, "NO_FLIGHT_OF_OURS"),
        (HEADER + SOON.replace("ATH", "JFK"), "NO_FLIGHT_OF_OURS"),
        ("who,knows\n", "HEADER_MISSING"),
    ],
)
async def test_schedule_that_names_no_flight_of_ours_changes_nothing(
    greek: Ingest, text: str, fault: str
) -> None:
    await import_schedule(greek, HEADER + SOON)
    answer = await import_schedule(greek, text)
    assert (answer.status_code, answer.json()["fault"]) == (400, fault)
    assert (await the_flight(greek))["number"] == "418"


async def test_carrier_may_not_say_what_is_expected(greek: Ingest) -> None:
    answer = await import_schedule(greek, HEADER + SOON, role="AUDITOR")
    assert answer.status_code == 403


@pytest.mark.parametrize("query", ["?from=2027-11-15&to=2027-11-15", "?from=2027-01-01&to=2027-12-01"])
async def test_period_has_to_be_one(greek: Ingest, query: str) -> None:
    token = greek.issuer.token("ADMIN", subject="admin")
    answer = await greek.get(f"/v1/expected-flights{query}", token)
    assert (answer.status_code, answer.json()["code"]) == (422, "PERIOD_REFUSED")
