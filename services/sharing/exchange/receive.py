"""Takes in one message of a counterpart: verify, refuse or keep, acknowledge.

The order is the protocol's: signature of the request, of the envelope, freshness, replay, the sender's
standing, our own rules, and only then the seal. What is kept stays sealed. Whatever is decided leaves a
record without personal data; what fails our own rules is deleted unread and answered NOT_IN_SCOPE.

Source: sharing-protocol.md §6 (recipient), §9.2, §10.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from joserfc.jwk import ECKey, OKPKey
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.errors import EnvelopeRefused
from services.sharing.exchange.arrivals import Arrival, Arrivals
from services.sharing.exchange.content import SealingKeys
from services.sharing.exchange.own_rules import (
    Surroundings,
    reason_against,
    reason_against_content,
    sender_fault,
)
from services.sharing.exchange.records import Direction, ExchangeMessage, MessageState
from services.sharing.protocol.canonical import digest_of
from services.sharing.protocol.envelope import (
    Envelope,
    open_envelope,
    open_payload,
    sealed_to,
    sign,
    signing_kid,
)
from services.sharing.protocol.http_signature import SignedRequest, verify_request
from services.sharing.protocol.message_types import TYPES
from services.sharing.protocol.payload_parts import Part
from services.sharing.protocol.sender import CurrentSender
from services.sharing.registers.entries import Authority
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.registers import RegisterReader, Registers
from services.sharing.store.replays import ReplayStore
from shared.audit.log import AuditLog
from shared.clock import Clock
from shared.web.request_id import current_trace_id

MEDIA_TYPE: Final = "application/jose"
#: How long message ids are remembered (sharing-protocol.md §5).
REPLAY_KEPT: Final = timedelta(days=30)
TOO_LONG: Final = "TOO_LONG"
_ID_HEADER: Final = "message-id"


@dataclass(frozen=True, slots=True)
class _Known:
    """What the register says of the keys that are in their life now, by key id."""

    owners: Mapping[str, Authority]
    keys: Mapping[str, Mapping[str, str]]


class ReceiveExchange:
    """The use case of `POST /v1/exchange`.

    Args:
        engine: The service's database.
        registers: Reads the registers.
        own_authority: Ours, whom messages are addressed to.
        sender: Gives our present key, which signs acknowledgements.
        sealing_keys: Our private encryption keys by id; two while one replaces the other.
        arrivals: What becomes of a message that is kept.
        audit: The log.
        own_state: Our State.
        chain_is_whole: Whether the log's chain held when last looked at (SG-41).
        clock: Tells when.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        registers: RegisterReader,
        own_authority: str,
        sender: CurrentSender,
        sealing_keys: SealingKeys,
        arrivals: Arrivals,
        audit: AuditLog,
        own_state: str,
        chain_is_whole: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._registers = registers
        self._own_authority = own_authority
        self._sender = sender
        self._sealing_keys = sealing_keys
        self._arrivals = arrivals
        self._audit = audit
        self._own_state = own_state
        self._chain_is_whole = chain_is_whole
        self._clock = clock

    async def __call__(self, request: SignedRequest) -> str:
        """Take one message and give its technical acknowledgement, a JWS over the hash of what came.

        The same bytes again get the same acknowledgement.

        Raises:
            EnvelopeRefused: With the transport's code (sharing-protocol.md §10); nothing was kept.
        """
        try:
            async with self._engine.begin() as connection:
                return await self._take(connection, request)
        except EnvelopeRefused as refusal:
            await self._record_refusal(str(refusal.facts["code_sent"]), digest_of(request.body))
            raise

    async def record_too_long(self) -> None:
        """Record a request that was refused for its length; nothing of it was read to an end (SG-41)."""
        await self._record_refusal(TOO_LONG, current_trace_id())

    async def _take(self, connection: AsyncConnection, request: SignedRequest) -> str:
        now = self._clock.now()
        signed = request.body.decode("ascii", errors="replace")
        registers = await self._registers.read(connection)
        known = _known(registers, now)
        http = verify_request(request, key_of=known.keys.get, now=now)
        envelope = open_envelope(signed, recipient=self._own_authority, key_of=known.keys.get, now=now)
        sender = _one_sender(envelope, known, http.keyid, signing_kid(signed))
        if request.headers.get(_ID_HEADER) != str(envelope.message_id):
            raise EnvelopeRefused(code_sent="E401", reason="the request was signed for another message")
        replays = ReplayStore(connection)
        if not await replays.use_nonce(http.keyid, http.nonce, http.expires):
            raise EnvelopeRefused(code_sent="E409", reason="the request was seen before")
        digest = digest_of(request.body)
        before = await replays.remembered(envelope.message_id)
        if before is not None:
            if before[0] != digest:
                raise EnvelopeRefused(code_sent="E409", reason="the identifier was used before")
            return before[1]
        around = Surroundings(
            own_state=self._own_state,
            own_authority=self._own_authority,
            sender=sender,
            agreements=registers.agreements,
            legal_rows=registers.legal_rows,
        )
        acknowledgement, message = await self._judge(connection, around, envelope, signed, now)
        is_first = await replays.remember(
            envelope.message_id,
            authority_id=sender.id,
            received_hash=digest,
            acknowledgement=acknowledgement,
            at=now,
        )
        if not is_first or not await ExchangeStore(connection).add(message):
            # Another transaction took the same message at this moment; the sender asks again and learns it.
            raise EnvelopeRefused(code_sent="E409", reason="the message is being taken already")
        return acknowledgement

    async def _judge(
        self,
        connection: AsyncConnection,
        around: Surroundings,
        envelope: Envelope,
        signed: str,
        now: datetime,
    ) -> tuple[str, ExchangeMessage]:
        sender = around.sender
        fault = sender_fault(envelope, sender)
        if fault is not None:
            raise EnvelopeRefused(code_sent=fault, reason="the sender may not speak now")
        if not TYPES[envelope.type].is_control and not self._chain_is_whole():
            raise EnvelopeRefused(code_sent="E503", reason="the log does not hold")
        reason = reason_against(envelope, around, now) or await _withdrawn_before(connection, envelope)
        payload: Part | None = None
        if reason is None:
            payload = open_payload(envelope, self._key_for(envelope))
            reason = reason_against_content(payload, now)
        is_kept = payload is not None and reason is None
        reasons = () if reason is None else (f"OWN_RULES.{reason}",)
        message = _message(envelope, signed if is_kept else None, signed, now, reasons)
        if payload is not None and is_kept:
            message = await self._arrivals.take(connection, Arrival(message, envelope, payload, sender, now))
        await self._record(connection, message)
        outcome = "RECEIVED" if is_kept else "NOT_IN_SCOPE"
        return self._acknowledge(envelope, signed, outcome, now), message

    def _key_for(self, envelope: Envelope) -> ECKey | OKPKey:
        try:
            key = self._sealing_keys.get(sealed_to(envelope.payload))
        except (ValueError, KeyError, TypeError):
            key = None
        if key is None:
            raise EnvelopeRefused(code_sent="E401", reason="the payload is sealed to no key of ours")
        return key

    def _acknowledge(self, envelope: Envelope, signed: str, outcome: str, now: datetime) -> str:
        content = {
            "message_id": str(envelope.message_id),
            "received_hash": digest_of(signed.encode()),
            "received_at": now.isoformat().replace("+00:00", "Z"),
            "recipient": self._own_authority,
            "outcome": outcome,
        }
        sender = self._sender()
        return sign(content, kid=sender.kid, key=sender.key)

    async def _record(self, connection: AsyncConnection, message: ExchangeMessage) -> None:
        await self._audit.append(
            connection,
            actor=message.authority_id,
            action="exchange.receive",
            object_kind="MESSAGE",
            object_id=str(message.message_id),
            outcome="REFUSED" if message.reasons else "DONE",
            purpose=str(message.outside["purpose"]),
            reasons=message.reasons,
            facts={
                "type": message.type,
                "state": message.state.value,
                "envelope_digest": message.envelope_digest,
                "oversight_copy": str(message.outside["oversight_copy"]),
            },
        )

    async def _record_refusal(self, code: str, request: str) -> None:
        """A refused request leaves its code and digest or trace; what it said of itself is not believed."""
        async with self._engine.begin() as connection:
            await self._audit.append(
                connection,
                actor="exchange",
                action="exchange.refuse",
                object_kind="REQUEST",
                object_id=request,
                outcome="REFUSED",
                reasons=(code,),
            )


def _known(registers: Registers, now: datetime) -> _Known:
    owners: dict[str, Authority] = {}
    keys: dict[str, Mapping[str, str]] = {}
    for authority in registers.authorities.values():
        for key in authority.keys:
            if key.use == "sig" and key.is_current(now):
                owners[key.kid], keys[key.kid] = authority, key.jwk
    return _Known(owners, keys)


async def _withdrawn_before(connection: AsyncConnection, envelope: Envelope) -> str | None:
    """Whether its sender took it back already: a recall may overtake what it recalls."""
    against = await ExchangeStore(connection).with_target(envelope.message_id, Direction.IN)
    is_withdrawn = any(each.authority_id == envelope.sender and each.type != "DONE" for each in against)
    return "WITHDRAWN" if is_withdrawn else None


def _one_sender(envelope: Envelope, known: _Known, *kids: str | None) -> Authority:
    """The authority that signed both the request and the envelope, and whom the envelope names."""
    owners = [known.owners.get(kid) if kid else None for kid in kids]
    if any(owner is None or owner.id != envelope.sender for owner in owners) or owners[0] is None:
        raise EnvelopeRefused(code_sent="E401", reason="the sender is not the one who signed")
    return owners[0]


def _message(
    envelope: Envelope, kept: str | None, signed: str, now: datetime, reasons: tuple[str, ...]
) -> ExchangeMessage:
    outside = envelope.as_json()
    del outside["payload"]
    return ExchangeMessage(
        message_id=envelope.message_id,
        direction=Direction.IN,
        type=envelope.type,
        authority_id=envelope.sender,
        thread_id=envelope.thread_id,
        in_reply_to=envelope.in_reply_to,
        state=MessageState.RECEIVED if kept is not None else MessageState.NOT_IN_SCOPE,
        outside=outside,
        envelope_digest=digest_of(signed.encode()),
        envelope=kept,
        created_at=now,
        expires_at=envelope.expires_at,
        retention_until=envelope.retention_until,
        reasons=reasons,
    )
