"""The protection vault: a role of its own, reasons and nothing else."""

import json
import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.sharing.errors import VaultUnavailable
from services.sharing.shares.recipients import Outcome
from services.sharing.shares.records import NoticeState
from services.sharing.vault import ClaimSign, Finding, Protection
from shared.identifiers import HitId
from tests.integration.sharing.world import World

COUNTERPART = "XBB-PIU-01"
REFUGEE_DOCUMENT = [{"type": "PR", "number": "R7654321", "issuer": "XAA"}]


async def hit_of(world: World, share_id: UUID) -> HitId:
    async with world.engine.connect() as connection:
        query = text("SELECT hit_id FROM share WHERE share_id = :share_id")
        return HitId((await connection.execute(query, {"share_id": share_id})).scalar_one())


async def outcome_with(
    world: World, protection: Protection | None, **finding: Any
) -> tuple[Outcome, tuple[str, ...]]:
    share_id = await world.receive()
    if protection is not None:
        found = Finding(await hit_of(world, share_id), protection, **finding)
        await world.sharing.vault.record(found, by="asylum")
    await world.propose(share_id)
    verdict = (await world.decide(share_id))[COUNTERPART].verdict
    return verdict.outcome, verdict.reasons


async def everything_stored(world: World) -> str:
    """All rows outside the vault that an evaluation leaves, as text."""
    tables = ("verdict", "recipient", "notice", "audit_record", "approval", "outbox")
    async with world.engine.connect() as connection:
        rows = [
            [str(dict(row)) for row in (await connection.execute(text(f"SELECT * FROM {table}"))).mappings()]
            for table in tables
        ]
    return json.dumps(rows)


async def test_refugee_is_not_told_of_to_the_feared_state(world: World) -> None:
    outcome, reasons = await outcome_with(world, Protection.REFUGEE, feared_states=("XBB",))
    assert (outcome, reasons) == (Outcome.BLOCK, ("SG-35.PROTECTED_PERSON",))


async def test_no_finding_counts_as_none_without_a_claim_sign(world: World) -> None:
    assert await outcome_with(world, None) == (Outcome.SEND, ())


@pytest.mark.parametrize("sign", list(ClaimSign))
async def test_claim_sign_holds_until_the_asylum_officer_finds(world: World, sign: ClaimSign) -> None:
    outcome, reasons = await outcome_with(world, Protection.UNKNOWN, claim_signs=(sign,))
    assert (outcome, reasons) == (Outcome.HOLD, ("SG-35.HOLD_REVIEW",))


async def test_convention_travel_document_is_a_claim_sign(world: World) -> None:
    decisions = await world.shared(documents=REFUGEE_DOCUMENT)
    assert decisions[COUNTERPART].verdict.reasons == ("SG-35.HOLD_REVIEW",)


async def test_newest_finding_counts(world: World) -> None:
    share_id = await world.receive(documents=REFUGEE_DOCUMENT)
    hit_id = await hit_of(world, share_id)
    await world.sharing.vault.record(Finding(hit_id, Protection.APPLICANT, ("XBB",)), by="asylum")
    world.clock.advance(seconds=1)
    await world.sharing.vault.record(Finding(hit_id, Protection.NONE), by="asylum")
    await world.propose(share_id)
    assert (await world.decide(share_id))[COUNTERPART].verdict.permits


async def test_finding_made_after_approval_stops_delivery(world: World) -> None:
    share_id = await world.receive()
    await world.propose(share_id)
    notice_id = (await world.decide(share_id))[COUNTERPART].notice_id
    finding = Finding(await hit_of(world, share_id), Protection.APPLICANT, ("XBB",))
    await world.sharing.vault.record(finding, by="asylum")
    await world.deliver()
    assert (await world.notice(notice_id)).state is NoticeState.REFUSED
    assert world.held(COUNTERPART) == {}


async def test_own_state_is_told_whatever_the_protection(world: World) -> None:
    share_id = await world.receive()
    finding = Finding(await hit_of(world, share_id), Protection.REFUGEE, ("XBB",))
    await world.sharing.vault.record(finding, by="asylum")
    await world.propose(share_id)
    assert (await world.decide(share_id))["XAA-BORDER-01"].verdict.permits


async def test_what_the_vault_rests_on_stands_nowhere_else(world: World) -> None:
    await outcome_with(world, Protection.STATELESS, feared_states=("ZZZ",), former_residence=("YYY",))
    stored = await everything_stored(world)
    # Whole words: three letters also turn up by chance inside the sealed parts of a row.
    assert not re.findall(r"\b(?:STATELESS|ZZZ|YYY)\b|feared", stored)


async def test_log_does_not_tell_that_a_person_is_protected(world: World) -> None:
    await outcome_with(world, Protection.REFUGEE, feared_states=("XBB",))
    async with world.engine.connect() as connection:
        contents = (await connection.execute(text("SELECT content FROM audit_record"))).scalars()
        assert not [each for each in contents if b"SG-35" in bytes(each)]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM vault.finding",
        "SELECT * FROM vault.look_up",
        "INSERT INTO vault.look_up SELECT * FROM vault.look_up",
        "DELETE FROM vault.finding",
    ],
)
async def test_application_role_has_no_right_in_the_vault(world: World, statement: str) -> None:
    async with world.engine.connect() as connection:
        with pytest.raises(DBAPIError, match="permission denied"):
            await connection.execute(text(statement))


async def test_vault_role_sees_nothing_of_the_application(world: World) -> None:
    async with world.engine.begin() as connection:
        await connection.execute(text("SET LOCAL ROLE sharing_vault"))
        with pytest.raises(DBAPIError, match="permission denied"):
            await connection.execute(text("SELECT * FROM public.share"))


async def test_vault_that_cannot_be_reached_refuses(world: World) -> None:
    share_id = await world.receive()
    await world.propose(share_id)
    vault = world.sharing.vault
    vault._engine = _closed_engine()  # noqa: SLF001 - There is no other way to take the vault away.
    with pytest.raises(VaultUnavailable):
        await world.decide(share_id)
    assert await world.count("notice") == 0


def _closed_engine() -> Any:
    class Closed:
        def begin(self) -> Any:
            raise OSError("no such address")

    return Closed()
