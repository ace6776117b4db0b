"""Oversight suspends a partner or a rule of sharing: nothing leaves, and what protects goes on (SG-42)."""

from typing import Any

import pytest

from services.sharing.store.registers import RegisterStore
from shared.oversight.suspensions import SuspensionKind, SuspensionStore
from shared.web.purpose import Purpose
from tests.integration.sharing import test_http
from tests.integration.sharing.test_http import Service

service = test_http.service
PATH = "/v1/oversight/suspensions"
OVERSIGHT = Purpose("OVERSIGHT", None)


async def suspend(service: Service, object_id: str, kind: str = "PARTNER", status: int = 201) -> Any:
    body = {
        "kind": kind,
        "object_id": object_id,
        "order_number": "IA-2027/17",
        "reason": "Complaints about what became of earlier notices are looked into.",
    }
    answer = await service.ask(
        "POST", PATH, "INDEPENDENT_AUTHORITY", subject="board", body=body, purpose=OVERSIGHT
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def lift(service: Service, suspension: dict[str, Any]) -> None:
    path = f"{PATH}/{suspension['suspension_id']}/lifting"
    body = {"order_number": "C-2027/3"}
    answer = await service.ask("POST", path, "COURT", subject="court", body=body, purpose=OVERSIGHT)
    assert answer.status_code == 200, answer.text


async def outcomes(service: Service) -> dict[str, tuple[str, list[str]]]:
    """Who would be told of a new hit, and why not."""
    share = await service.receive()
    await service.decide(share)
    shown = await service.legal("GET", f"/v1/shares/{share['share_id']}")
    return {each["authority_id"]: (each["outcome"], each["reasons"]) for each in shown["recipients"]}


@pytest.mark.parametrize("suspended", ["XBB-PIU-01", "XBB"])
async def test_nobody_is_told_while_their_authority_or_state_is_suspended(
    service: Service, suspended: str
) -> None:
    suspension = await suspend(service, suspended)
    outcome, reasons = (await outcomes(service))["XBB-PIU-01"]
    assert outcome == "BLOCK"
    assert any(reason.startswith("SG-29") for reason in reasons)
    await lift(service, suspension)
    assert (await outcomes(service))["XBB-PIU-01"][0] == "SEND"


async def test_an_agreement_that_is_suspended_carries_nothing(service: Service) -> None:
    agreements = (await service.legal("GET", "/v1/registers/agreements"))["entries"]
    (agreement,) = [each["entry"]["id"] for each in agreements if "XBB" in each["entry"]["parties"]]
    await suspend(service, agreement)
    outcome, reasons = (await outcomes(service))["XBB-PIU-01"]
    assert outcome != "SEND"
    assert any(reason.startswith("SG-30") for reason in reasons)


async def test_what_waits_to_leave_is_stopped_at_its_next_try(service: Service) -> None:
    share = await service.receive()
    await service.decide(share)
    await suspend(service, "XBB-PIU-01")
    await service.sharing.delivery.deliver_due()
    shown = await service.supervisor("GET", f"/v1/shares/{share['share_id']}")
    (notice,) = [each for each in shown["notices"] if each["authority_id"] == "XBB-PIU-01"]
    assert notice["state"] == "REFUSED"


async def test_two_people_of_the_office_cannot_put_a_suspended_partner_back(service: Service) -> None:
    await suspend(service, "XBB-PIU-01")
    entries = (await service.legal("GET", "/v1/registers/authorities"))["entries"]
    (entry,) = [each["entry"] for each in entries if each["entry"]["id"] == "XBB-PIU-01"]
    proposed = await service.legal("POST", "/v1/registers/authorities", entry)
    path = f"/v1/registers/approvals/{proposed['approval_id']}"
    decided = await service.ask("POST", path, "DPO", subject="dpo", body={})
    assert decided.json()["state"] == "APPROVED", decided.text
    async with service.sharing.engine.connect() as connection:
        standing = await RegisterStore(connection).authority("XBB-PIU-01")
    assert standing is not None
    assert standing.status == "SUSPENDED"
    assert (await outcomes(service))["XBB-PIU-01"][0] == "BLOCK"


async def test_the_emergency_rule_can_be_suspended_and_strangers_cannot(service: Service) -> None:
    await suspend(service, "EMERGENCY", "RULE")
    async with service.sharing.engine.connect() as connection:
        assert await SuspensionStore().stands(connection, SuspensionKind.RULE, "EMERGENCY")
    for kind, object_id in (("RULE", "MATCHER"), ("PARTNER", "XZZ-PIU-01"), ("ENTRY", "DEMO:DEMi.001")):
        refused = await suspend(service, object_id, kind, status=404)
        assert refused["code"] == "NOTHING_TO_SUSPEND"
    listed = (await service.supervisor("GET", PATH))["suspensions"]
    assert [each["object_id"] for each in listed] == ["EMERGENCY"]
    assert len(await service.records("oversight.suspend")) == 1
