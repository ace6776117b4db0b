"""The use cases of a running sharing service, wired once; routes find them at `app.state.sharing`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

import httpx
from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncEngine

from services.sharing.decide import DecideShare
from services.sharing.deliver import Delivery, Transmitter
from services.sharing.notices import Sender
from services.sharing.reading import ReadGate
from services.sharing.recipients import StateOf
from services.sharing.registry import RULES, Registry
from services.sharing.safeguards import Policy, Safeguards
from services.sharing.screening_client import HitStates
from services.sharing.settings import SharingSettings
from services.sharing.share import SHARE_RULE, ShareHit
from services.sharing.vault import Judge, Vault
from shared.approval.approvals import Approvals
from shared.audit.log import AuditLog
from shared.clock import Clock
from shared.identifiers import AuthorityId, Identifiers
from shared.security.keys import KeyFile

SERVICE: Final = "sharing"
SIGNING_KEY_FILE: Final = "notice-signing.json"


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
    approvals: Approvals
    audit: AuditLog
    vault: Vault
    registry: Registry
    share_hit: ShareHit
    decide: DecideShare
    gate: ReadGate
    delivery: Delivery


def wire(base: Foundations) -> Sharing:
    """Build every use case.

    Raises:
        UnusableKey: There is no usable key that signs notices.
    """
    settings, clock = base.settings, base.clock
    sender = load_sender(settings, clock)
    approvals = Approvals((SHARE_RULE, *RULES), base.audit, clock, base.identifiers)
    vault = Vault(base.vault_engine, base.policy, clock, base.identifiers)
    safeguards = Safeguards(
        base.policy,
        vault,
        own_state=settings.own_state,
        own_authority=sender.authority_id,
        chain_is_whole=base.chain_is_whole,
        clock=clock,
        identifiers=base.identifiers,
    )
    share_hit = ShareHit(
        base.engine,
        safeguards=safeguards,
        hit_states=base.hit_states,
        approvals=approvals,
        audit=base.audit,
        own_state=settings.own_state,
        own_authority=sender.authority_id,
        state_of=base.state_of,
        clock=clock,
        identifiers=base.identifiers,
    )
    return Sharing(
        engine=base.engine,
        approvals=approvals,
        audit=base.audit,
        vault=vault,
        registry=_registry(base, approvals),
        share_hit=share_hit,
        decide=DecideShare(
            base.engine,
            share_hit=share_hit,
            safeguards=safeguards,
            hit_states=base.hit_states,
            approvals=approvals,
            audit=base.audit,
            sender=sender,
            lifetime=timedelta(hours=settings.notice_lifetime_hours),
            clock=clock,
            identifiers=base.identifiers,
        ),
        gate=ReadGate(
            base.engine,
            policy=base.policy,
            audit=base.audit,
            own_authority=sender.authority_id,
            chain_is_whole=base.chain_is_whole,
            clock=clock,
        ),
        delivery=_delivery(base, safeguards),
    )


def load_sender(settings: SharingSettings, clock: Clock) -> Sender:
    """Our authority and its key: the key's owner is the authority.

    Raises:
        KeyFileError: There is no usable key file, or its key is not valid now.
    """
    key = KeyFile.load(settings.keys_folder / SIGNING_KEY_FILE, valid_at=clock.now())
    return Sender(AuthorityId(key.owner), key.kid, key.jose_key())


def sharing_of(request: Request) -> Sharing:
    """The use cases of the application that answers this request."""
    sharing: Sharing = request.app.state.sharing
    return sharing


def _registry(base: Foundations, approvals: Approvals) -> Registry:
    return Registry(
        base.engine,
        approvals=approvals,
        policy=base.policy,
        audit=base.audit,
        profile=base.settings.profile,
        own_state=base.settings.own_state,
        chain_is_whole=base.chain_is_whole,
        clock=base.clock,
    )


def _delivery(base: Foundations, safeguards: Safeguards) -> Delivery:
    settings = base.settings
    transmitter = Transmitter(
        base.transport, profile=settings.profile, timeout_seconds=settings.delivery_timeout_seconds
    )
    return Delivery(
        base.engine,
        safeguards=safeguards,
        hit_states=base.hit_states,
        transmitter=transmitter,
        audit=base.audit,
        clock=base.clock,
        poll_seconds=settings.delivery_poll_seconds,
    )
