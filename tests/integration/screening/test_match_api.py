"""Many questions at once, and a client of the OpenSanctions match API."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import a_traveller
from tests.integration.screening.test_entries import merged, two_lists

CASE = "C-2027-0014"
WHY = "A colleague at the port asks whether this person is listed; the reply is on paper."
HEADERS = {"Purpose-Code": "TERR_TRAVEL", "Purpose-Case": CASE, "Purpose-Statement": quote(WHY)}
PERSON = {
    "schema": "Person",
    "properties": {"name": ["Samir Hadi Namudhaji"], "birthDate": ["1979-05-14"], "nationality": ["xbb"]},
}


def recorded(entity: dict[str, Any]) -> dict[str, Any]:
    """The body that yente-client 0.2.0 sent for an entity (recorded from it)."""
    return {"queries": {"q": entity}, "weights": {}, "config": {}}


@pytest.fixture
async def case(desk: Desk) -> Desk:
    body = {"case_id": CASE, "members": ["verifier-1"]}
    await desk.ask("supervisor", "POST", "/v1/cases", json=body, status=204)
    return desk


async def match(desk: Desk, body: dict[str, Any], *, dataset: str = "default", **more: Any) -> Any:
    return await desk.ask("verifier-1", "POST", f"/match/{dataset}", json=body, headers=HEADERS, **more)


async def test_the_clients_own_request_is_answered_in_its_shape(case: Desk) -> None:
    answer = await match(case, recorded(PERSON))
    (result,) = answer["responses"]["q"]["results"]
    assert (result["id"], result["caption"]) == ("DEMO:DEMi.001", "SAMIR HADI NAMUDHAJI")
    assert (result["schema"], result["match"], result["datasets"]) == ("Person", True, ["DEMO"])
    assert result["properties"]["birthDate"] == ["1979-05-14"]
    assert result["features"].keys() == result["explanations"].keys() >= {"name", "birth_date"}
    assert answer["responses"]["q"]["total"] == {"value": 1, "relation": "eq"}
    assert answer["responses"]["q"]["query"]["properties"] == PERSON["properties"]
    assert answer["limit"] == 5


async def test_each_person_leaves_one_audit_record(case: Desk) -> None:
    other = {"schema": "Person", "properties": {"lastName": "Osei", "firstName": "Kofi"}}
    await match(case, {"queries": {"one": PERSON, "two": other}})
    assert await case.audited("screen.run", "PERMITTED") == 2


async def test_every_name_of_a_person_is_compared(case: Desk) -> None:
    person = {**PERSON, "properties": {**PERSON["properties"], "name": "Kofi Osei"}}  # type: ignore[dict-item]
    person["properties"]["alias"] = ["Samir Hadi Namudhaji"]  # type: ignore[index]
    answer = await match(case, recorded(person))
    assert [each["id"] for each in answer["responses"]["q"]["results"]] == ["DEMO:DEMi.001"]


async def test_without_a_purpose_nothing_is_answered(case: Desk) -> None:
    headers = case.headers("verifier-1")
    answer = await case.client.post("/match/default", json=recorded(PERSON), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "PURPOSE_MISSING")


async def test_an_api_key_is_our_token(case: Desk) -> None:
    token = case.headers("verifier-1")["Authorization"].removeprefix("Bearer ")
    headers = {**HEADERS, "Authorization": f"ApiKey {token}"}
    answer = await case.client.post("/match/default", json=recorded(PERSON), headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize(("dataset", "found"), [("DEMO", 1), ("demo", 1)])
async def test_a_dataset_is_a_list_source(case: Desk, dataset: str, found: int) -> None:
    answer = await match(case, recorded(PERSON), dataset=dataset)
    assert len(answer["responses"]["q"]["results"]) == found


async def test_an_unknown_dataset_is_none(case: Desk) -> None:
    await match(case, recorded(PERSON), dataset="sanctions", status=404)


@pytest.mark.parametrize(
    "parameters", [{"algorithm": "logic-v2"}, {"include_dataset": "x"}, {"limit": 0}, {"topics": "sanction"}]
)
async def test_what_cannot_be_honoured_is_refused(case: Desk, parameters: dict[str, Any]) -> None:
    await match(case, recorded(PERSON), params=parameters, status=422)


@pytest.mark.parametrize(
    "entity",
    [
        {"schema": "Vessel", "properties": {"name": "Sample"}},
        {"schema": "Person", "properties": {}},
        {"schema": "Person", "properties": {"name": [f"Name {number}" for number in range(11)]}},
        {"schema": "Person", "properties": {"name": "Samir", "birthDate": "1979-13-40"}},
    ],
)
async def test_a_query_that_cannot_be_read_is_told_so_beside_the_others(
    case: Desk, entity: dict[str, Any]
) -> None:
    answer = await match(case, {"queries": {"bad": entity, "good": PERSON}})
    assert answer["responses"]["bad"]["status"] == 400
    assert len(answer["responses"]["good"]["results"]) == 1


@pytest.mark.parametrize(
    "entity",
    [
        {"schema": "Vessel", "properties": {"name": "Sample"}},
        {"schema": "Person", "properties": {"birthDate": "1979-05-14"}},
        {"schema": "Person", "properties": {"name": "Samir", "birthDate": "1979-13-40"}},
        {"schema": "Person", "properties": {"name": "...."}},
    ],
)
async def test_what_the_client_would_show_as_nobody_found_is_a_problem(
    case: Desk, entity: dict[str, Any]
) -> None:
    answer = await match(case, recorded(entity), status=400)
    assert answer["code"] == "QUERY_NOT_COMPARABLE"
    assert answer["detail"]


async def test_a_refusal_of_the_only_query_refuses_the_request(case: Desk) -> None:
    for number in range(5):
        await match(case, recorded({"schema": "Person", "properties": {"name": f"Kofi Osei{number}"}}))
    answer = await match(case, recorded(PERSON), status=403)
    assert answer["code"] == "REFUSED_BY_SAFEGUARD"
    assert await case.audited("screen.run", "REFUSED") == 1


@pytest.mark.parametrize("dataset", ["default", "demo", "other"])
async def test_a_person_of_several_lists_is_told_with_what_each_says(case: Desk, dataset: str) -> None:
    await two_lists(case)
    await merged(case)
    looks = await case.audited("record.read", "PERMITTED")
    answer = await match(case, recorded(PERSON), dataset=dataset)
    (result,) = answer["responses"]["q"]["results"]
    assert (result["id"], result["datasets"]) == ("DEMO:DEMi.001", ["DEMO", "OTHER"])
    # As FollowTheMoney says them: two letters where there are any, all in small ones.
    assert result["properties"]["nationality"] == ["xbb", "xcc"]
    assert result["properties"]["gender"] == ["male"]
    assert await case.audited("record.read", "PERMITTED") == looks + 2


async def test_threshold_and_cutoff_are_the_clients(case: Desk) -> None:
    answer = await match(case, recorded(PERSON), params={"threshold": 1.0, "cutoff": 0.0})
    assert answer["responses"]["q"]["results"][0]["match"] is False


async def test_health_is_open(desk: Desk) -> None:
    for path in ("/healthz", "/readyz"):
        assert (await desk.client.get(path)).json() == {"status": "ok"}


async def test_a_batch_answers_each_person_for_itself(case: Desk) -> None:
    listed = {key: value for key, value in a_traveller().items() if key != "role"}
    queries: list[dict[str, Any]] = [
        {"traveller": listed, "statement": "The first person of the party, as the port asks."},
        {"traveller": {"given_names": "NO SURNAME"}},
        {"traveller": {"surname": "OSEI", "given_names": "KOFI"}},
    ]
    body = {"queries": queries}
    answers = (await case.ask("verifier-1", "POST", "/v1/match/batch", json=body, headers=HEADERS))["answers"]
    assert [len(each["matches"]) for each in answers] == [1, 0, 0]
    assert answers[1]["fault"] == "UNREADABLE_TRAVELLER"
    assert await case.audited("screen.run", "PERMITTED") == 2


async def test_a_refusal_of_one_is_no_refusal_of_all(case: Desk) -> None:
    people = [{"traveller": {"surname": f"OSEI{number}"}} for number in range(7)]
    answers = (
        await case.ask("verifier-1", "POST", "/v1/match/batch", json={"queries": people}, headers=HEADERS)
    )["answers"]
    assert [each["refused"] is None for each in answers] == [True] * 5 + [False] * 2
    assert answers[6]["refused"]["code"] == "REFUSED_BY_SAFEGUARD"
