"""The use cases of a running sharing service, wired once; routes find them at `app.state.sharing`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import httpx
from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncEngine

from services.sharing.custody.changes import Custody
from services.sharing.delivery.courier import Courier
from services.sharing.exchange.clocks import ExchangeClocks
from services.sharing.exchange.desk import ExchangeDesk
from services.sharing.exchange.pnr_grants import GrantPnr
from services.sharing.exchange.receive import ReceiveExchange
from services.sharing.exchange.records import ExchangeMessage
from services.sharing.exchange.sending import ExchangeSending
from services.sharing.ports import Policy
from services.sharing.protocol.own_keys import OwnKeys
from services.sharing.registers.registry import Registry
from services.sharing.settings import SharingSettings
from services.sharing.shares.corrections import CorrectRecords
from services.sharing.shares.decide import DecideShare
from services.sharing.shares.reading import ReadGate
from services.sharing.shares.recipients import StateOf
from services.sharing.shares.records import Notice
from services.sharing.shares.screening_client import HitStates
from services.sharing.shares.share import ShareHit
from services.sharing.shares.withdrawals import Withdrawals
from services.sharing.vault import Judge, Vault
from shared.approval.approvals import Approvals
from shared.audit.log import AuditLog
from shared.clock import Clock
from shared.identifiers import Identifiers

SERVICE: Final = "sharing"


class SafeguardsEngine(Policy, Judge, Protocol):
    """What sharing asks of the policy engine: whole verdicts, and SG-35 alone for the vault."""


@dataclass(frozen=True, slots=True)
class Foundations:
    """What everything else stands on; tests put fakes of our own ports here."""

    settings: SharingSettings
    engine: AsyncEngine
    vault_engine: AsyncEngine
    policy: SafeguardsEngine
    hit_states: HitStates
    transport: httpx.AsyncClient
    state_of: StateOf
    audit: AuditLog
    chain_is_whole: Callable[[], bool]
    clock: Clock
    identifiers: Identifiers


@dataclass(frozen=True, slots=True)
class Sharing:
    """The use cases."""

    engine: AsyncEngine
    keys: OwnKeys
    approvals: Approvals
    audit: AuditLog
    clock: Clock
    vault: Vault
    registry: Registry
    share_hit: ShareHit
    decide: DecideShare
    custody: Custody
    gate: ReadGate
    delivery: Courier[Notice]
    receive: ReceiveExchange
    desk: ExchangeDesk
    sending: ExchangeSending
    grant_pnr: GrantPnr
    withdrawals: Withdrawals
    corrections: CorrectRecords
    exchange_delivery: Courier[ExchangeMessage]
    clocks: ExchangeClocks
    exchange_url: str | None
    exchange_refusal_seconds: float


async def sharing_of(request: Request) -> Sharing:
    """The use cases of the application that answers this request; a coroutine, so that no thread is taken."""
    sharing: Sharing = request.app.state.sharing
    return sharing
