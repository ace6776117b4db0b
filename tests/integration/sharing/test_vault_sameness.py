"""A protected person cannot be told from another by what the service does, counts or shows (SG-35)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from services.sharing.shares.facts import Assessment
from services.sharing.shares.recipients import Outcome
from services.sharing.shares.safeguards import shown_outcome, shown_reasons
from services.sharing.vault import ClaimSign, Finding, Protection
from tests.integration.sharing.test_vault import COUNTERPART, hit_of
from tests.integration.sharing.world import World

TABLES = (
    "verdict",
    "recipient",
    "notice",
    "notice_try",
    "audit_record",
    "approval",
    "outbox",
    "vault.look_up",
)
ORDINARY = ("SUPERVISOR", "LIAISON", "DPO", "AUDITOR")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The texts of the statements that are executed, in their order, without what pools do between."""
    seen: list[str] = []

    def note(*arguments: Any) -> None:
        seen.append(" ".join(str(arguments[2]).split()))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def counted(world: World) -> dict[str, int]:
    """How many rows each table has; the vault's are seen by the superuser's eyes only."""
    async with world.engine.begin() as connection:
        found = {}
        for table in TABLES:
            role = "sharing_vault" if table.startswith("vault.") else None
            if role is not None:
                await connection.exec_driver_sql(f"SET LOCAL ROLE {role}")
            rows = await connection.exec_driver_sql(f"SELECT count(*) FROM {table}")
            found[table] = rows.scalar_one()
        return found


async def decided(world: World, share_id: UUID, *, has_risk: bool) -> tuple[Any, list[str], dict[str, int]]:
    """The counterpart's verdict, the vault's statements meanwhile, and what was added to each table."""
    await world.propose(share_id, assessment=Assessment(individual_risk=has_risk))
    before = await counted(world)
    with statements() as seen:
        decision = (await world.decide(share_id))[COUNTERPART]
    after = await counted(world)
    of_vault = [each for each in seen if "vault." in each or "sharing_vault" in each]
    return decision, of_vault, {table: after[table] - before[table] for table in TABLES}


@pytest.mark.parametrize("protection", [Protection.NONE, Protection.REFUGEE, Protection.UNKNOWN])
async def test_the_vault_asks_and_writes_the_same_whatever_it_holds(
    world: World, protection: Protection
) -> None:
    plain = await world.receive()
    other = await world.receive()
    finding = Finding(await hit_of(world, other), protection, feared_states=("XDD",))
    await world.sharing.vault.record(finding, by="asylum")
    _, without, written = await decided(world, plain, has_risk=False)
    _, with_finding, also_written = await decided(world, other, has_risk=False)
    assert without
    assert with_finding == without, "the same queries in the same order, so the same time"
    assert also_written["vault.look_up"] == written["vault.look_up"]


async def test_a_protected_person_is_refused_like_one_at_individual_risk(world: World) -> None:
    at_risk, protected = await world.receive(), await world.receive()
    finding = Finding(await hit_of(world, protected), Protection.REFUGEE, feared_states=("XBB", "XCC", "XDD"))
    await world.sharing.vault.record(finding, by="asylum")
    risk, risk_statements, risk_rows = await decided(world, at_risk, has_risk=True)
    refugee, refugee_statements, refugee_rows = await decided(world, protected, has_risk=False)
    assert risk.verdict.outcome is refugee.verdict.outcome is Outcome.BLOCK
    for role in ORDINARY:
        shown = [shown_reasons(each.verdict.reasons, (role,)) for each in (risk, refugee)]
        assert shown[0] == shown[1] == ("NOT_AUTHORISED",), role
    assert refugee_statements == risk_statements
    assert refugee_rows == risk_rows, "not in counts either"


async def test_a_hold_for_a_claim_is_the_same_as_a_block_for_individual_risk(world: World) -> None:
    """HOLD and BLOCK: the same statements, rows, records and obligations, whoever looks (SG-16, SG-35)."""
    at_risk, claiming = await world.receive(), await world.receive()
    sign = Finding(
        await hit_of(world, claiming), Protection.UNKNOWN, claim_signs=(ClaimSign.NO_CONSULAR_CONTACT,)
    )
    await world.sharing.vault.record(sign, by="asylum")
    block, block_statements, block_rows = await decided(world, at_risk, has_risk=True)
    hold, hold_statements, hold_rows = await decided(world, claiming, has_risk=False)
    assert (block.verdict.outcome, hold.verdict.outcome) == (Outcome.BLOCK, Outcome.HOLD)
    for role in ORDINARY:
        shown = [shown_reasons(each.verdict.reasons, (role,)) for each in (block, hold)]
        outcomes = {
            shown_outcome(each.verdict.outcome, told) for each, told in zip((block, hold), shown, strict=True)
        }
        assert (shown[0] == shown[1], outcomes) == (True, {"BLOCK"}), role
    assert (hold_statements, hold_rows) == (block_statements, block_rows)
    assert hold.verdict.obligations == block.verdict.obligations
    assert await records_of(world, claiming) == await records_of(world, at_risk)


async def records_of(world: World, share_id: UUID) -> list[tuple[str, str, str, list[str]]]:
    """What the log holds of the decision on a share, without what differs between any two."""
    async with world.engine.connect() as connection:
        query = text("SELECT content FROM audit_record WHERE action = 'share.send' ORDER BY record_id")
        records = [json.loads(bytes(row)) for row in (await connection.execute(query)).scalars()]
    mine = [each for each in records if each["facts"]["share_id"] == str(share_id)]
    return sorted(
        (each["facts"]["candidate"], each["facts"]["outcome"], each["outcome"], each["reasons"])
        for each in mine
    )
