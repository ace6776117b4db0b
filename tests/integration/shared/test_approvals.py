import asyncio
import json
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.approval.approvals import Approval, Approvals, ApprovalState, payload_digest
from shared.approval.errors import (
    ApprovalConflict,
    ApprovalRoleRefused,
    ApprovalUnknown,
    SamePerson,
    SameRole,
)
from shared.approval.rules import ApprovalRule
from shared.audit.log import AuditLog
from shared.audit.reads import AuditFilter, search
from shared.identifiers import RandomIdentifiers
from tests.fakes import FixedClock

PAYLOAD = {"airports": ["XQA", "XQB"], "until": "2028-01-01"}
RULES = (
    ApprovalRule("ROUTE", frozenset({"SUPERVISOR", "LEGAL"}), frozenset({"SUPERVISOR", "LEGAL", "DPO"})),
    ApprovalRule(
        "LIST", frozenset({"LIST_STEWARD"}), frozenset({"LIST_STEWARD", "APPROVER"}), different_roles=False
    ),
)


@pytest.fixture
def approvals(audit: AuditLog, clock: FixedClock) -> Approvals:
    return Approvals(RULES, audit, clock, RandomIdentifiers(clock))


@pytest.fixture
async def proposal(engine: AsyncEngine, approvals: Approvals) -> Approval:
    """A route that `supervisor` proposed as SUPERVISOR."""
    async with engine.begin() as connection:
        return await approvals.propose(connection, "ROUTE", "XQA-XQB", PAYLOAD, "supervisor", "SUPERVISOR")


async def state_of(engine: AsyncEngine, approvals: Approvals, proposal: Approval) -> ApprovalState:
    async with engine.connect() as connection:
        return (await approvals.get(connection, proposal.approval_id)).state


async def test_approver_sees_exactly_what_was_proposed(
    engine: AsyncEngine, approvals: Approvals, proposal: Approval, clock: FixedClock
) -> None:
    async with engine.connect() as connection:
        (shown,) = await approvals.pending(connection, "ROUTE")
    assert shown == proposal
    assert shown.payload == PAYLOAD
    assert shown.payload_digest == payload_digest(PAYLOAD)
    assert (shown.proposer, shown.proposed_at, shown.version) == ("supervisor", clock.now(), 1)


async def test_rule_of_a_kind_can_be_asked_for(approvals: Approvals) -> None:
    assert approvals.rule("ROUTE") is RULES[0]


async def test_second_person_approves(engine: AsyncEngine, approvals: Approvals, proposal: Approval) -> None:
    async with engine.begin() as connection:
        decided = await approvals.approve(connection, proposal.approval_id, "legal", "LEGAL", 1)
    assert (decided.state, decided.decided_by, decided.version) == (ApprovalState.APPROVED, "legal", 2)
    async with engine.connect() as connection:
        assert await approvals.pending(connection, "ROUTE") == []
        assert await approvals.listed(connection, "ROUTE", ApprovalState.APPROVED) == [decided]


async def test_each_step_is_audited_with_the_digest(
    engine: AsyncEngine, approvals: Approvals, proposal: Approval
) -> None:
    async with engine.begin() as connection:
        await approvals.approve(connection, proposal.approval_id, "legal", "LEGAL", 1)
        found = await search(connection, AuditFilter(object_id=str(proposal.approval_id)), limit=10)
    records = {row["action"]: row for row in (json.loads(record.content) for record in found)}
    assert {action: row["actor"] for action, row in records.items()} == {
        "approval.propose": "supervisor",
        "approval.approve": "legal",
    }
    assert {row["facts"]["payload_digest"] for row in records.values()} == {proposal.payload_digest}


@pytest.mark.parametrize(
    ("person", "role", "version", "fault"),
    [
        ("supervisor", "LEGAL", 1, SamePerson),
        ("other", "SUPERVISOR", 1, SameRole),
        ("other", "ANALYST", 1, ApprovalRoleRefused),
        ("other", "LEGAL", 2, ApprovalConflict),
    ],
)
async def test_approval_that_must_not_be(
    engine: AsyncEngine,
    approvals: Approvals,
    proposal: Approval,
    *,
    person: str,
    role: str,
    version: int,
    fault: type[Exception],
) -> None:
    async with engine.connect() as connection:
        with pytest.raises(fault):
            await approvals.approve(connection, proposal.approval_id, person, role, version)
    assert await state_of(engine, approvals, proposal) is ApprovalState.PENDING


async def test_same_role_is_enough_where_the_rule_says_so(engine: AsyncEngine, approvals: Approvals) -> None:
    async with engine.begin() as connection:
        held = await approvals.propose(connection, "LIST", "UN_SC", {}, "steward", "LIST_STEWARD")
        decided = await approvals.approve(connection, held.approval_id, "steward-2", "LIST_STEWARD", 1)
    assert decided.state is ApprovalState.APPROVED


async def test_only_listed_roles_propose(engine: AsyncEngine, approvals: Approvals) -> None:
    async with engine.connect() as connection:
        with pytest.raises(ApprovalRoleRefused):
            await approvals.propose(connection, "ROUTE", "XQA-XQB", PAYLOAD, "dpo", "DPO")


async def test_one_person_is_enough_to_withdraw(
    engine: AsyncEngine, approvals: Approvals, proposal: Approval
) -> None:
    async with engine.begin() as connection:
        decided = await approvals.reject(connection, proposal.approval_id, "supervisor", "SUPERVISOR", 1)
    assert decided.state is ApprovalState.REJECTED


async def test_strange_roles_do_not_reject(
    engine: AsyncEngine, approvals: Approvals, proposal: Approval
) -> None:
    async with engine.connect() as connection:
        with pytest.raises(ApprovalRoleRefused):
            await approvals.reject(connection, proposal.approval_id, "carrier", "CARRIER", 1)


async def test_decision_is_final(engine: AsyncEngine, approvals: Approvals, proposal: Approval) -> None:
    async with engine.begin() as connection:
        await approvals.reject(connection, proposal.approval_id, "legal", "LEGAL", 1)
    async with engine.connect() as connection:
        for version in (1, 2):
            with pytest.raises(ApprovalConflict):
                await approvals.approve(connection, proposal.approval_id, "dpo", "DPO", version)


async def test_unknown_proposal(engine: AsyncEngine, approvals: Approvals) -> None:
    async with engine.connect() as connection:
        with pytest.raises(ApprovalUnknown):
            await approvals.approve(connection, uuid4(), "legal", "LEGAL", 1)


async def test_of_two_that_approve_at_once_one_is_told(
    engine: AsyncEngine, approvals: Approvals, proposal: Approval
) -> None:
    both_looked = asyncio.Barrier(2)

    async def approve(person: str, role: str) -> str:
        async with engine.begin() as connection:
            await approvals.get(connection, proposal.approval_id)
            await both_looked.wait()
            try:
                await approvals.approve(connection, proposal.approval_id, person, role, 1)
            except ApprovalConflict:
                return "conflict"
            await connection.execute(text("INSERT INTO specimen VALUES (gen_random_uuid(), 'effect')"))
            return "approved"

    outcomes = await asyncio.gather(approve("legal", "LEGAL"), approve("dpo", "DPO"))
    assert sorted(outcomes) == ["approved", "conflict"]
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM specimen")) == 1


async def test_database_itself_refuses_ones_own_approval(engine: AsyncEngine, proposal: Approval) -> None:
    statement = text("UPDATE approval SET state = 'APPROVED', decided_by = proposer, decided_role = 'LEGAL'")
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError, match="approval_"):
            await connection.execute(statement)


async def test_application_cannot_change_a_proposals_payload(engine: AsyncEngine, proposal: Approval) -> None:
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError, match="permission denied"):
            await connection.execute(text("UPDATE approval SET payload = '{}'"))
