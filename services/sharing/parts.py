"""The use cases of a running sharing service, wired once; routes find them at `app.state.sharing`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

import httpx
from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncEngine

from services.sharing.arrivals import Arrivals
from services.sharing.decide import DecideShare
from services.sharing.deliver import Delivery
from services.sharing.exchange_clocks import ExchangeClocks
from services.sharing.exchange_delivery import ExchangeDelivery
from services.sharing.exchange_desk import EXCHANGE_RULE, ExchangeDesk
from services.sharing.letter_safeguards import LetterSafeguards
from services.sharing.notices import Sender
from services.sharing.own_keys import load_sealing_keys, load_sender
from services.sharing.post import Post
from services.sharing.reading import ReadGate
from services.sharing.receive import ReceiveExchange
from services.sharing.recipients import StateOf
from services.sharing.registry import RULES, Registry
from services.sharing.safeguards import Policy, Safeguards
from services.sharing.screening_client import HitStates
from services.sharing.settings import SharingSettings
from services.sharing.share import SHARE_RULE, ShareHit
from services.sharing.transmit import FileDrop, Gateway, Gateways, Transmitter
from services.sharing.vault import Judge, Vault
from services.sharing.withdrawals import Withdrawals
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
    approvals: Approvals
    audit: AuditLog
    vault: Vault
    registry: Registry
    share_hit: ShareHit
    decide: DecideShare
    gate: ReadGate
    delivery: Delivery
    receive: ReceiveExchange
    desk: ExchangeDesk
    withdrawals: Withdrawals
    exchange_delivery: ExchangeDelivery
    clocks: ExchangeClocks
    exchange_url: str | None


def wire(base: Foundations) -> Sharing:
    """Build every use case.

    Raises:
        KeyFileError: There is no usable key that signs notices, or none to which others seal.
    """
    settings, clock = base.settings, base.clock
    sender = load_sender(settings.keys_folder, clock.now())
    approvals = Approvals((SHARE_RULE, EXCHANGE_RULE, *RULES), base.audit, clock, base.identifiers)
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
    gateways = _gateways(base, sender)
    exchange = _exchange(base, sender, vault, approvals, gateways)
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
        delivery=_delivery(base, safeguards, gateways),
        receive=exchange.receive,
        desk=exchange.desk,
        withdrawals=exchange.withdrawals,
        exchange_delivery=exchange.delivery,
        clocks=exchange.clocks,
        exchange_url=settings.exchange_url,
    )


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


def _gateways(base: Foundations, sender: Sender) -> Gateway:
    https = Transmitter(
        base.transport,
        sender=sender,
        clock=base.clock,
        identifiers=base.identifiers,
        profile=base.settings.profile,
        timeout_seconds=base.settings.delivery_timeout_seconds,
    )
    return Gateways(https, FileDrop(base.settings.exchange_drop_folder))


def _delivery(base: Foundations, safeguards: Safeguards, gateways: Gateway) -> Delivery:
    return Delivery(
        base.engine,
        safeguards=safeguards,
        hit_states=base.hit_states,
        gateways=gateways,
        audit=base.audit,
        clock=base.clock,
        poll_seconds=base.settings.delivery_poll_seconds,
    )


@dataclass(frozen=True, slots=True)
class _Exchange:
    """The use cases of the exchange."""

    receive: ReceiveExchange
    desk: ExchangeDesk
    withdrawals: Withdrawals
    delivery: ExchangeDelivery
    clocks: ExchangeClocks


def _exchange(
    base: Foundations, sender: Sender, vault: Vault, approvals: Approvals, gateways: Gateway
) -> _Exchange:
    sealing_keys = load_sealing_keys(base.settings.keys_folder)
    post = Post(sender, audit=base.audit, clock=base.clock, identifiers=base.identifiers)
    withdrawals = Withdrawals(base.engine, post=post, audit=base.audit, clock=base.clock)
    judged = LetterSafeguards(
        base.policy,
        vault,
        own_state=base.settings.own_state,
        own_authority=sender.authority_id,
        chain_is_whole=base.chain_is_whole,
        clock=base.clock,
    )
    return _Exchange(
        receive=ReceiveExchange(
            base.engine,
            sender=sender,
            sealing_keys=sealing_keys,
            arrivals=Arrivals(post, withdrawals),
            audit=base.audit,
            own_state=base.settings.own_state,
            chain_is_whole=base.chain_is_whole,
            clock=base.clock,
        ),
        desk=ExchangeDesk(
            base.engine,
            post=post,
            safeguards=judged,
            policy=base.policy,
            approvals=approvals,
            sealing_keys=sealing_keys,
            audit=base.audit,
            chain_is_whole=base.chain_is_whole,
            clock=base.clock,
        ),
        withdrawals=withdrawals,
        delivery=ExchangeDelivery(
            base.engine,
            safeguards=judged,
            gateways=gateways,
            audit=base.audit,
            clock=base.clock,
            poll_seconds=base.settings.delivery_poll_seconds,
        ),
        clocks=ExchangeClocks(base.engine, post=post, audit=base.audit, clock=base.clock),
    )
