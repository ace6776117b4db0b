"""Registers: two people in two roles put an entry in force; one suspends it."""

from datetime import date
from typing import Any

import pytest

from services.sharing.errors import RegisterEntryRefused, RegisterEntryUnknown
from services.sharing.store.registers import Register
from shared.approval.errors import ApprovalRoleRefused, SamePerson
from shared.security.roles import Role
from tests.integration.sharing.world import DPO, LEGAL, SUPERVISOR, World, a_person
from tests.unit.sharing.samples import a_legal_row, an_agreement, an_authority


async def in_force(world: World, register: Register) -> set[str]:
    return {body.get("id") or body["state"] for _, body in await world.sharing.registry.entries(register)}


async def test_proposed_entry_is_not_in_force(world: World) -> None:
    await world.sharing.registry.propose(
        Register.AUTHORITY, an_authority("XEE-PIU-01", "XEE").as_json(), LEGAL
    )
    assert "XEE-PIU-01" not in await in_force(world, Register.AUTHORITY)
    assert len(await world.sharing.registry.pending(Register.AUTHORITY)) == 1


async def test_second_person_puts_it_in_force(world: World) -> None:
    await world.put(Register.AUTHORITY, an_authority("XEE-PIU-01", "XEE").as_json())
    assert "XEE-PIU-01" in await in_force(world, Register.AUTHORITY)


async def test_nobody_approves_their_own_entry(world: World) -> None:
    registry = world.sharing.registry
    proposal = await registry.propose(Register.AUTHORITY, an_authority().as_json(), LEGAL)
    with pytest.raises(SamePerson):
        await registry.approve(proposal.approval_id, LEGAL)


async def test_rejected_entry_never_comes_in_force(world: World) -> None:
    registry = world.sharing.registry
    body = an_authority("XEE-PIU-01", "XEE").as_json()
    proposal = await registry.propose(Register.AUTHORITY, body, LEGAL)
    await registry.reject(proposal.approval_id, DPO)
    assert "XEE-PIU-01" not in await in_force(world, Register.AUTHORITY)


async def test_country_risk_is_the_human_rights_officers(world: World) -> None:
    with pytest.raises(ApprovalRoleRefused):
        await world.sharing.registry.propose(Register.COUNTRY_RISK, _risk(), SUPERVISOR)


async def test_legal_row_is_the_legal_officers(world: World) -> None:
    admin = a_person("admin", Role.ADMIN)
    with pytest.raises(ApprovalRoleRefused):
        await world.sharing.registry.propose(Register.LEGAL_ROW, a_legal_row().as_json(), admin)


@pytest.mark.parametrize("clause", ["non_refoulement_clause", "redress_clause", "oversight_clause"])
async def test_agreement_without_a_needed_clause_is_not_activated(world: World, clause: str) -> None:
    body = an_agreement(id="NEW").as_json() | {clause: False}
    with pytest.raises(RegisterEntryRefused):
        await world.sharing.registry.propose(Register.AGREEMENT, body, LEGAL)


@pytest.mark.parametrize(
    "changes",
    [
        {"recall_sla_h": None},
        {"parties": ["XBB", "XCC"]},
        {"valid_to": "2024-01-01"},
        {"surprise": 1},
        {"max_retention_days": 1827},
    ],
)
async def test_unfit_agreement_is_refused(world: World, changes: dict[str, Any]) -> None:
    with pytest.raises(RegisterEntryRefused):
        await world.sharing.registry.propose(
            Register.AGREEMENT, an_agreement(id="NEW").as_json() | changes, LEGAL
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": "NATIONAL"},
        {"state": "XAA"},
        {"recall_endpoint": "http://10.0.0.1/v1"},
        {"duty_desk": {"endpoint": "https://169.254.169.254/"}},
    ],
)
async def test_unfit_authority_is_refused(world: World, changes: dict[str, Any]) -> None:
    with pytest.raises(RegisterEntryRefused):
        await world.sharing.registry.propose(Register.AUTHORITY, an_authority().as_json() | changes, LEGAL)


async def test_private_key_is_never_registered(world: World) -> None:
    body = an_authority().as_json()
    body["keys"][0]["jwk"]["d"] = "secret"
    with pytest.raises(RegisterEntryRefused):
        await world.sharing.registry.propose(Register.AUTHORITY, body, LEGAL)


async def test_one_person_suspends_an_authority_at_once(world: World) -> None:
    await world.sharing.registry.suspend(Register.AUTHORITY, "XBB-PIU-01", "misuse", SUPERVISOR)
    decisions = await world.shared()
    assert "SG-29.NOT_ACTIVE" in decisions["XBB-PIU-01"].verdict.reasons


async def test_only_what_there_is_can_be_suspended(world: World) -> None:
    with pytest.raises(RegisterEntryUnknown):
        await world.sharing.registry.suspend(Register.AUTHORITY, "NOBODY", "misuse", SUPERVISOR)
    with pytest.raises(RegisterEntryUnknown):
        await world.sharing.registry.suspend(Register.COUNTRY_RISK, "XBB", "misuse", SUPERVISOR)


async def test_each_activation_is_a_version_of_its_own(world: World) -> None:
    await world.put(Register.LEGAL_ROW, a_legal_row(valid_to=date(2031, 1, 1)).as_json())
    await world.put(Register.LEGAL_ROW, a_legal_row(valid_to=date(2032, 1, 1)).as_json())
    entries = {body["id"]: (n, body) for n, body in await world.sharing.registry.entries(Register.LEGAL_ROW)}
    version, body = entries["ROW-SHARE"]
    assert (version, body["valid_to"]) == (2, "2032-01-01")


def _risk() -> dict[str, Any]:
    return {
        "state": "XBB",
        "level": "LOW",
        "death_penalty": False,
        "sources": ["report"],
        "assessed_at": "2026-05-01",
    }
