from dataclasses import replace

import pytest

from services.ingest.registers.rows import RegistersInForce
from services.ingest.store.registers import RegisterStore
from tests.integration.ingest.conftest import CARRIER_ROW, LEGAL_ROW, Ingest


def bearer(ingest: Ingest, role: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {ingest.issuer.token(role, subject=role.lower())}"}


async def propose(ingest: Ingest, role: str = "SUPERVISOR", **row: object) -> str:
    answer = await ingest.http.post(
        "/v1/registers",
        json={"register": "carriers", "row": CARRIER_ROW | row},
        headers=bearer(ingest, role),
    )
    assert answer.status_code == 201, answer.text
    identifier: str = answer.json()["approval_id"]
    return identifier


async def decide(ingest: Ingest, proposal: str, role: str, **decision: object) -> int:
    answer = await ingest.http.post(
        f"/v1/registers/{proposal}/approval", json=decision, headers=bearer(ingest, role)
    )
    return answer.status_code


async def carriers(ingest: Ingest) -> list[str]:
    answer = await ingest.http.get("/v1/registers", headers=bearer(ingest, "AUDITOR"))
    return [row["key"] for row in answer.json()["registers"]["carriers"]]


async def test_nothing_changes_until_a_second_person_approves(bare_ingest: Ingest) -> None:
    proposal = await propose(bare_ingest)
    assert await carriers(bare_ingest) == []
    assert await decide(bare_ingest, proposal, "LEGAL") == 200
    assert await carriers(bare_ingest) == ["XA"]


async def test_nobody_approves_their_own_proposal(bare_ingest: Ingest) -> None:
    proposal = await propose(bare_ingest)
    assert await decide(bare_ingest, proposal, "SUPERVISOR") == 403
    assert await carriers(bare_ingest) == []


async def test_change_is_judged_with_both_persons_and_recorded(bare_ingest: Ingest) -> None:
    proposal = await propose(bare_ingest)
    assert await decide(bare_ingest, proposal, "LEGAL") == 200
    (record,) = await bare_ingest.rows(
        "SELECT actor, outcome FROM audit_record WHERE action = 'config.change'"
    )
    assert tuple(record) == ("legal", "PERMITTED")


async def test_change_that_the_safeguards_refuse_is_not_written(bare_ingest: Ingest) -> None:
    ports = bare_ingest.app.state.ports
    bare_ingest.app.state.ports = replace(ports, is_chain_ok=lambda: False)
    proposal = await propose(bare_ingest)
    assert await decide(bare_ingest, proposal, "LEGAL") == 403
    assert await carriers(bare_ingest) == []
    (record,) = await bare_ingest.rows(
        "SELECT actor, outcome FROM audit_record WHERE action = 'config.change'"
    )
    assert tuple(record) == ("legal", "REFUSED")
    bare_ingest.app.state.ports = ports
    assert await decide(bare_ingest, proposal, "LEGAL") == 200
    assert await carriers(bare_ingest) == ["XA"]


async def test_change_counts_at_once_in_every_process_and_unchanged_rows_are_not_read_again(
    bare_ingest: Ingest,
) -> None:
    processes = [RegisterStore(), RegisterStore()]

    async def in_force() -> list[RegistersInForce]:
        async with bare_ingest.app.state.ports.database.connect() as connection:
            return [
                await store.in_force(connection, sender="XA", client="carrier-XA", data_class="API")
                for store in processes
            ]

    assert [each.carriers for each in await in_force()] == [(), ()]
    for pushes in (2, 3):
        await decide(bare_ingest, await propose(bare_ingest, push_max=pushes), "LEGAL")
        first, again = await in_force(), await in_force()
        assert [each.carriers[0].push_max for each in first] == [pushes, pushes]
        assert all(one is other for one, other in zip(first, again, strict=True))


async def test_proposal_is_decided_once(bare_ingest: Ingest) -> None:
    proposal = await propose(bare_ingest)
    assert await decide(bare_ingest, proposal, "LEGAL", reject=True) == 200
    assert await decide(bare_ingest, proposal, "LEGAL") == 409
    assert await carriers(bare_ingest) == []


async def test_row_goes_out_of_force_by_two_persons(bare_ingest: Ingest) -> None:
    await bare_ingest.put_in_force("carriers", CARRIER_ROW)
    answer = await bare_ingest.http.post(
        "/v1/registers",
        json={"register": "carriers", "row": CARRIER_ROW, "remove": True},
        headers=bearer(bare_ingest, "SUPERVISOR"),
    )
    assert await decide(bare_ingest, answer.json()["approval_id"], "LEGAL") == 200
    assert await carriers(bare_ingest) == []


async def test_law_is_entered_by_the_legal_role_alone(bare_ingest: Ingest) -> None:
    answer = await bare_ingest.http.post(
        "/v1/registers",
        json={"register": "legal-rows", "row": LEGAL_ROW},
        headers=bearer(bare_ingest, "SUPERVISOR"),
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "APPROVAL_ROLE_REFUSED")


@pytest.mark.parametrize(
    ("register", "row", "member"),
    [
        ("carriers", CARRIER_ROW | {"designator": "far too long"}, "designator"),
        ("carriers", CARRIER_ROW | {"surprise": 1}, "row"),
        ("routes", {"origin": "XQA", "destination": "anywhere"}, "origin"),
        (
            "collection-profiles",
            {
                "data_class": "API",
                "allowed_elements": ["religion"],
                "instrument_ref": "a",
                "assessment_ref": "b",
            },
            "allowed_elements",
        ),
        ("legal-rows", LEGAL_ROW | {"purpose_code": "OVERSIGHT"}, "row"),
    ],
)
async def test_row_that_breaks_its_schema_is_refused(
    bare_ingest: Ingest, register: str, row: dict[str, object], member: str
) -> None:
    answer = await bare_ingest.http.post(
        "/v1/registers", json={"register": register, "row": row}, headers=bearer(bare_ingest, "LEGAL")
    )
    assert (answer.status_code, answer.json()["code"], answer.json()["member"]) == (
        422,
        "REGISTER_MALFORMED",
        member,
    )


async def test_pending_proposal_is_shown_with_its_digest(bare_ingest: Ingest) -> None:
    proposal = await propose(bare_ingest)
    answer = await bare_ingest.http.get("/v1/registers", headers=bearer(bare_ingest, "LEGAL"))
    (pending,) = answer.json()["pending"]
    assert pending["approval_id"] == proposal
    assert pending["payload_digest"].startswith("sha256:")
    assert pending["payload"]["row"]["designator"] == "XA"
