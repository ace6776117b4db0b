"""Builds the use cases of a sharing service, once, from what they stand on."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from services.sharing.custody.changes import CUSTODY_RULE, Custody
from services.sharing.custody.emergencies import Emergencies
from services.sharing.delivery.courier import Courier, Ledger
from services.sharing.delivery.messages import WORKERS as MESSAGE_WORKERS
from services.sharing.delivery.messages import MessageLedger
from services.sharing.delivery.notices import WORKERS as NOTICE_WORKERS
from services.sharing.delivery.notices import NoticeLedger
from services.sharing.exchange.arrivals import Arrivals
from services.sharing.exchange.clocks import ExchangeClocks
from services.sharing.exchange.desk import ExchangeDesk
from services.sharing.exchange.letter_safeguards import LetterSafeguards
from services.sharing.exchange.pnr_grants import GrantPnr
from services.sharing.exchange.post import Post
from services.sharing.exchange.receive import ReceiveExchange
from services.sharing.exchange.records import ExchangeMessage
from services.sharing.exchange.sending import EXCHANGE_RULE, ExchangeSending, Judges
from services.sharing.parts import Foundations, Sharing
from services.sharing.protocol.own_keys import OwnKeys
from services.sharing.protocol.transmit import FileDrop, Gateway, Gateways, Transmitter
from services.sharing.registers.registry import RULES, Registry
from services.sharing.shares.corrections import CorrectRecords
from services.sharing.shares.decide import DecideShare
from services.sharing.shares.reading import ReadGate
from services.sharing.shares.records import Notice
from services.sharing.shares.safeguards import Safeguards
from services.sharing.shares.share import SHARE_RULE, ShareHit
from services.sharing.shares.withdrawals import Withdrawals
from services.sharing.store.registers import RegisterReader
from services.sharing.vault import Vault
from shared.approval.approvals import Approvals

Record = TypeVar("Record")


def wire(base: Foundations) -> Sharing:
    """Build every use case.

    Raises:
        KeyFileError: There is no usable key that signs notices, or none to which others seal.
    """
    keys = OwnKeys(base.settings.keys_folder, base.clock)
    approvals = Approvals(
        (SHARE_RULE, EXCHANGE_RULE, CUSTODY_RULE, *RULES), base.audit, base.clock, base.identifiers
    )
    common = _Common(
        keys=keys,
        vault=Vault(base.vault_engine, base.policy, base.clock, base.identifiers),
        registers=RegisterReader(),
        approvals=approvals,
        gateways=_gateways(base, keys),
    )
    shares = _shares(base, common)
    exchange = _exchange(base, common)
    return Sharing(
        engine=base.engine,
        keys=keys,
        approvals=approvals,
        audit=base.audit,
        clock=base.clock,
        vault=common.vault,
        registry=_registry(base, approvals),
        share_hit=shares.share_hit,
        decide=shares.decide,
        custody=Custody(
            base.engine,
            share_hit=shares.share_hit,
            approvals=approvals,
            audit=base.audit,
            clock=base.clock,
        ),
        gate=_gate(base, common),
        delivery=shares.delivery,
        receive=exchange.receive,
        desk=exchange.desk,
        sending=exchange.sending,
        grant_pnr=GrantPnr(base.engine, audit=base.audit, clock=base.clock),
        withdrawals=exchange.withdrawals,
        corrections=exchange.corrections,
        exchange_delivery=exchange.delivery,
        clocks=exchange.clocks,
        exchange_url=base.settings.exchange_url,
        exchange_refusal_seconds=base.settings.exchange_refusal_seconds,
    )


@dataclass(frozen=True, slots=True)
class _Common:
    """What the use cases of both ways share: who we are, and what everybody asks."""

    keys: OwnKeys
    vault: Vault
    registers: RegisterReader
    approvals: Approvals
    gateways: Gateway


@dataclass(frozen=True, slots=True)
class _Shares:
    """The use cases of hits that are shared."""

    share_hit: ShareHit
    decide: DecideShare
    delivery: Courier[Notice]


def _shares(base: Foundations, common: _Common) -> _Shares:
    safeguards = Safeguards(
        base.policy,
        common.vault,
        registers=common.registers,
        own_state=base.settings.own_state,
        own_authority=common.keys.authority_id,
        chain_is_whole=base.chain_is_whole,
        clock=base.clock,
        identifiers=base.identifiers,
    )
    share_hit = ShareHit(
        base.engine,
        safeguards=safeguards,
        hit_states=base.hit_states,
        approvals=common.approvals,
        audit=base.audit,
        own_state=base.settings.own_state,
        own_authority=common.keys.authority_id,
        state_of=base.state_of,
        clock=base.clock,
        identifiers=base.identifiers,
    )
    decide = DecideShare(
        base.engine,
        share_hit=share_hit,
        safeguards=safeguards,
        hit_states=base.hit_states,
        approvals=common.approvals,
        audit=base.audit,
        sender=common.keys.sender,
        lifetime=timedelta(hours=base.settings.notice_lifetime_hours),
        clock=base.clock,
        identifiers=base.identifiers,
    )
    delivery = _courier(
        base, common, NoticeLedger(base.engine, safeguards, base.hit_states), workers=NOTICE_WORKERS
    )
    return _Shares(share_hit, decide, delivery)


def _gate(base: Foundations, common: _Common) -> ReadGate:
    return ReadGate(
        base.engine,
        registers=common.registers,
        policy=base.policy,
        audit=base.audit,
        own_authority=common.keys.authority_id,
        chain_is_whole=base.chain_is_whole,
        clock=base.clock,
    )


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


def _gateways(base: Foundations, keys: OwnKeys) -> Gateway:
    https = Transmitter(
        base.transport,
        sender=keys.sender,
        clock=base.clock,
        identifiers=base.identifiers,
        profile=base.settings.profile,
        timeout_seconds=base.settings.delivery_timeout_seconds,
    )
    return Gateways(https, FileDrop(base.settings.exchange_drop_folder))


def _courier(base: Foundations, common: _Common, ledger: Ledger[Record], workers: int) -> Courier[Record]:
    return Courier(
        base.engine,
        ledger,
        gateways=common.gateways,
        audit=base.audit,
        clock=base.clock,
        poll_seconds=base.settings.delivery_poll_seconds,
        workers=workers,
    )


@dataclass(frozen=True, slots=True)
class _Exchange:
    """The use cases of the exchange."""

    receive: ReceiveExchange
    desk: ExchangeDesk
    sending: ExchangeSending
    withdrawals: Withdrawals
    corrections: CorrectRecords
    delivery: Courier[ExchangeMessage]
    clocks: ExchangeClocks


def _exchange(base: Foundations, common: _Common) -> _Exchange:
    keys = common.keys
    post = Post(
        keys.authority_id, keys.sender, audit=base.audit, clock=base.clock, identifiers=base.identifiers
    )
    withdrawals = Withdrawals(base.engine, post=post, audit=base.audit, clock=base.clock)
    letters = _letter_safeguards(base, common)
    return _Exchange(
        receive=_receive(base, common, Arrivals(post, withdrawals, keys.sealing)),
        desk=ExchangeDesk(
            base.engine,
            post=post,
            policy=base.policy,
            sealing_keys=keys.sealing,
            audit=base.audit,
            chain_is_whole=base.chain_is_whole,
            clock=base.clock,
        ),
        sending=ExchangeSending(
            base.engine,
            post=post,
            withdrawals=withdrawals,
            judges=_judges(base, common, letters),
            approvals=common.approvals,
            sealing_keys=keys.sealing,
            audit=base.audit,
            clock=base.clock,
        ),
        withdrawals=withdrawals,
        corrections=CorrectRecords(base.engine, withdrawals=withdrawals, post=post, audit=base.audit),
        delivery=_courier(base, common, MessageLedger(letters), workers=MESSAGE_WORKERS),
        clocks=ExchangeClocks(
            base.engine, post=post, withdrawals=withdrawals, audit=base.audit, clock=base.clock
        ),
    )


def _letter_safeguards(base: Foundations, common: _Common) -> LetterSafeguards:
    return LetterSafeguards(
        base.policy,
        common.vault,
        base.hit_states,
        registers=common.registers,
        sealing_keys=common.keys.sealing,
        own_state=base.settings.own_state,
        own_authority=common.keys.authority_id,
        chain_is_whole=base.chain_is_whole,
        clock=base.clock,
    )


def _judges(base: Foundations, common: _Common, letters: LetterSafeguards) -> Judges:
    emergencies = Emergencies(
        base.engine,
        base.policy,
        hit_states=base.hit_states,
        own_authority=common.keys.authority_id,
        audit=base.audit,
        chain_is_whole=base.chain_is_whole,
        clock=base.clock,
    )
    return Judges(letters, base.policy, emergencies, base.chain_is_whole)


def _receive(base: Foundations, common: _Common, arrivals: Arrivals) -> ReceiveExchange:
    return ReceiveExchange(
        base.engine,
        registers=common.registers,
        own_authority=common.keys.authority_id,
        sender=common.keys.sender,
        sealing_keys=common.keys.sealing,
        arrivals=arrivals,
        audit=base.audit,
        own_state=base.settings.own_state,
        chain_is_whole=base.chain_is_whole,
        clock=base.clock,
    )
