import pytest

from tests.integration.ingest.conftest import Ingest


async def test_flight_shows_figures_and_nobody(ingest: Ingest, paxlst_a: bytes) -> None:
    await ingest.submit(paxlst_a.replace(b"DTM+329:900711", b"DTM+329:901341"))
    await ingest.screen()
    token = ingest.issuer.token("ANALYST", subject="verifier-1")
    answer = await ingest.get("/v1/flights", token)
    (flight,) = answer.json()["flights"]
    assert (flight["carrier"], flight["number"], flight["origin"], flight["destination"]) == (
        "XA",
        "418",
        "DXB",
        "ATH",
    )
    assert (flight["departure"], flight["arrival"]) == ("2027-11-14T05:30", "2027-11-14T09:05")
    assert (flight["departs_at"], flight["arrives_at"]) == ("2027-11-14T01:30:00Z", "2027-11-14T07:05:00Z")
    assert (flight["messages"], flight["travellers"], flight["screened"], flight["faults"]) == (1, 2, 2, 1)
    detail = await ingest.get(f"/v1/flights/{flight['id']}", token)
    (message,) = detail.json()["messages"]
    assert (message["function"], message["status"]) == ("PASSENGER_LIST", "ACCEPTED_WITH_FAULTS")
    assert message["faults"] == [
        {
            "severity": "TRAVELLER_REJECTED",
            "code": "BIRTH_DATE_IMPOSSIBLE",
            "segment": "DTM",
            "position": 31,
            "traveller": 2,
            "element": 1,
        }
    ]
    for private in ("PAPADAKI", "Q7KD2M", "XA418-0002", "AT3312087"):
        assert private not in answer.text + detail.text


@pytest.mark.parametrize(
    ("query", "found"),
    [("from=2027-11-14&to=2027-11-15", 1), ("to=2027-11-14", 0), ("from=2027-11-15", 0)],
)
async def test_flights_are_found_by_local_departure_date(
    ingest: Ingest, paxlst_a: bytes, query: str, found: int
) -> None:
    await ingest.submit(paxlst_a)
    token = ingest.issuer.token("ADMIN", subject="admin")
    answer = await ingest.get(f"/v1/flights?{query}", token)
    assert len(answer.json()["flights"]) == found


async def test_unknown_flight_is_not_found(ingest: Ingest) -> None:
    token = ingest.issuer.token("ADMIN", subject="admin")
    answer = await ingest.get("/v1/flights/00000000-0000-7000-8000-000000000000", token)
    assert (answer.status_code, answer.json()["code"]) == (404, "FLIGHT_NOT_FOUND")


async def test_carrier_may_not_look_at_flights(ingest: Ingest) -> None:
    assert (await ingest.get("/v1/flights", ingest.issuer.carrier_token("XA"))).status_code == 403


async def test_service_is_ready_when_its_database_answers(ingest: Ingest) -> None:
    answer = await ingest.http.get("/health/ready")
    assert answer.json() == {"ready": True, "checks": {"database": True}}
