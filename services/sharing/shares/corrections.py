"""A person disputes records, or the rights office decided on them: whoever we told of them is told again.

Nobody abroad learns that a person asked: what leaves names our duty to be accurate, and nothing else.

Source: safeguards.md SG-20, SG-21 ("never tell a third State that a person asked for rights"), SG-37.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.sharing.errors import MessageRefused
from services.sharing.exchange.drafts import under_codes
from services.sharing.exchange.post import Post
from services.sharing.exchange.records import Direction
from services.sharing.protocol.payload_parts import WithdrawalReason
from services.sharing.protocol.payloads import Correct, Notify, Recall
from services.sharing.shares.minimum_sets import notify_payload
from services.sharing.shares.records import Channel, Notice, NoticeState, Share
from services.sharing.shares.withdrawals import ACTOR, Withdrawals, letter_about
from services.sharing.store.exchange import ExchangeStore
from services.sharing.store.notices import NoticeStore
from services.sharing.store.shares import ShareStore
from shared.audit.log import AuditLog
from shared.audit.record import Outcome
from shared.bus.inbox import Inbox
from shared.contracts.records_corrected import CorrectionsV1, RecordChange, RecordsCorrectedV1
from shared.identifiers import AuthorityId

KIND: Final = "RecordsCorrectedV1"
MAX_SHARES: Final = 100
CORRECT_ONWARD: Final = (
    "Correct it, and have everyone correct it to whom you passed it; tell us when it is done."
)
RESTRICT_ONWARD: Final = "Keep it and do not use it, and have everyone do so to whom you passed it."
#: Which fields of SG-31 a value that was put right stands in; the sex stands in none of N-MIN.
_FIELD_OF: Final[Mapping[str, str]] = {
    "surname": "names",
    "given_names": "names",
    "birth_date": "date_of_birth",
    "nationality": "nationality",
    "document_number": "document",
    "document_issuer": "document",
}
_WITHDRAWN_AS: Final[Mapping[RecordChange, WithdrawalReason]] = {
    RecordChange.ERASED: "UNLAWFUL",
    RecordChange.MISTAKEN: "MISTAKEN_IDENTITY",
}
#: Nothing more leaves of what the person disputes, or of what is not to be used (SG-37).
_BEGINS_A_DISPUTE: Final = frozenset({RecordChange.DISPUTED, RecordChange.RESTRICTED})
_ENDS_A_DISPUTE: Final = frozenset({RecordChange.UPHELD, RecordChange.RECTIFIED})
#: How it was verified stands on the envelope, and no correction changes it.
_OUTSIDE: Final = frozenset({"verification_level"})
#: What has never left, or was taken back, is nothing that anybody could correct.
_NOT_OUT: Final = frozenset(
    {NoticeState.DRAFT, NoticeState.RECALLED, NoticeState.REFUSED, NoticeState.EXPIRED}
)
_OF_TRAVELLERS: Final = text("""
SELECT share_id FROM share WHERE hit ->> 'traveller_id' = ANY (CAST(:travellers AS text[]))
ORDER BY share_id LIMIT :limit
""")
_DISPUTE: Final = text("""
UPDATE share SET disputed_since = coalesce(disputed_since, :at), version = version + 1
WHERE share_id = :share_id
""")
_SETTLE: Final = text("""
UPDATE share SET disputed_since = NULL, version = version + 1 WHERE share_id = :share_id
""")


class CorrectRecords:
    """Corrects, restricts or takes back the notices of a person's records, once.

    Args:
        engine: The service's database.
        withdrawals: Takes notices back.
        post: Queues the corrections.
        audit: The log.
    """

    def __init__(self, engine: AsyncEngine, *, withdrawals: Withdrawals, post: Post, audit: AuditLog) -> None:
        self._engine = engine
        self._withdrawals = withdrawals
        self._post = post
        self._audit = audit

    async def receive(self, message_id: UUID, message: RecordsCorrectedV1) -> dict[str, object]:
        """Tell every recipient; the same message again changes nothing.

        Returns:
            `told` recipients, and `unreached` ones who have no key of theirs in force.
        """
        async with self._engine.begin() as connection:
            stored = await Inbox.begin(connection, message_id, KIND)
            if stored is not None:
                return stored
            values = {"travellers": [str(each) for each in message.travellers], "limit": MAX_SHARES}
            share_ids = list((await connection.execute(_OF_TRAVELLERS, values)).scalars())
            notices = await NoticeStore(connection).of_shares(share_ids)
            outcomes: list[bool] = []
            for share_id in share_ids:
                share = await self._share(connection, share_id, message)
                out = [notice for notice in notices[share_id] if notice.state not in _NOT_OUT]
                outcomes += [await self._tell(connection, share, notice, message) for notice in out]
            reply: dict[str, object] = {"told": sum(outcomes), "unreached": outcomes.count(False)}
            await Inbox.finish(connection, message_id, reply)
        return reply

    async def _share(self, connection: AsyncConnection, share_id: UUID, message: RecordsCorrectedV1) -> Share:
        """The share, with what is right in it, or held back: whoever is told from now on is told that."""
        shares = ShareStore(connection)
        share = await shares.lock(share_id)
        if message.change in _BEGINS_A_DISPUTE:
            await connection.execute(_DISPUTE, {"share_id": share_id, "at": message.decided_at})
        if message.change in _ENDS_A_DISPUTE:
            await connection.execute(_SETTLE, {"share_id": share_id})
        if message.change is not RecordChange.RECTIFIED:
            return share
        hit = share.hit.model_copy(update={"traveller": put_right(share.hit.traveller, message.corrections)})
        await shares.put_right(share_id, hit)
        return await shares.get(share_id)

    async def _tell(
        self, connection: AsyncConnection, share: Share, notice: Notice, message: RecordsCorrectedV1
    ) -> bool:
        """Tell one recipient; `False` when nothing can reach it, which the log keeps for a person."""
        try:
            await self._send(connection, share, notice, message)
        except MessageRefused:
            await self._record(connection, notice, message, Outcome.FAILED)
            return False
        await self._record(connection, notice, message, Outcome.DONE)
        return True

    async def _send(
        self, connection: AsyncConnection, share: Share, notice: Notice, message: RecordsCorrectedV1
    ) -> None:
        reason = _WITHDRAWN_AS.get(message.change)
        if message.change is RecordChange.UPHELD:
            await self._lift(connection, share, notice, message)
            return
        if reason is None and notice.state is NoticeState.APPROVED:
            # It has not left, and what is sealed in it is wrong: it never leaves.
            reason = "INACCURATE"
        if reason is not None:
            await self._withdrawals.recall(connection, notice, reason, is_urgent=message.is_urgent)
            return
        payload = self._payload(share, notice, message)
        if payload is None or notice.channel is Channel.PAGES:
            return
        letter = under_codes(letter_about(notice, payload, is_urgent=message.is_urgent), [share])
        await self._post.queue(connection, letter, actor=ACTOR)

    def _payload(self, share: Share, notice: Notice, message: RecordsCorrectedV1) -> Correct | Recall | None:
        """What the recipient is told; nothing where what was wrong is not in what it got."""
        if message.change in _BEGINS_A_DISPUTE:
            return Recall(
                target_message_id=notice.notice_id,
                kind="RESTRICT",
                reason_code="INACCURATE",
                urgent=message.is_urgent,
                onward_instructions=RESTRICT_ONWARD,
            )
        fields = changed_fields(message.corrections) & set(notice.fields)
        return self._correction(share, notice, fields, message) if fields else None

    async def _lift(
        self, connection: AsyncConnection, share: Share, notice: Notice, message: RecordsCorrectedV1
    ) -> None:
        """Whoever was asked to restrict a notice gets what stands anew, as a version that can be used."""
        asked = await ExchangeStore(connection).with_target(notice.notice_id, Direction.OUT)
        if any(each.recall_kind == "RESTRICT" for each in asked):
            payload = self._correction(share, notice, frozenset(notice.fields) - _OUTSIDE, message)
            letter = under_codes(letter_about(notice, payload, is_urgent=message.is_urgent), [share])
            await self._post.queue(connection, letter, actor=ACTOR)

    def _correction(
        self, share: Share, notice: Notice, fields: frozenset[str], message: RecordsCorrectedV1
    ) -> Correct:
        """What stands in some fields of a notice."""
        right = notify_payload(
            share.hit,
            event=notice.event,
            action_taken="",
            contact=AuthorityId(self._post.own_authority),
            agreed_fields=fields,
            custody=share.custody,
        )
        return Correct(
            target_message_id=notice.notice_id,
            fields=tuple(sorted(fields)),
            corrected=Notify.model_validate(right.content),
            reason_code="INACCURATE",
            urgent=message.is_urgent,
            onward_instructions=CORRECT_ONWARD,
        )

    async def _record(
        self, connection: AsyncConnection, notice: Notice, message: RecordsCorrectedV1, outcome: Outcome
    ) -> None:
        await self._audit.append(
            connection,
            actor=ACTOR,
            action="notice.correct",
            object_kind="NOTICE",
            object_id=str(notice.notice_id),
            outcome=outcome,
            purpose=notice.basis.purpose_code,
            reasons=(message.change.value,),
            facts={"authority_id": notice.authority_id},
        )


def changed_fields(right: CorrectionsV1) -> frozenset[str]:
    """The fields, by their names in SG-31, in which a value was put right."""
    return frozenset(_FIELD_OF[name] for name in right.model_dump(exclude_none=True) if name in _FIELD_OF)


def put_right(traveller: Mapping[str, Any], right: CorrectionsV1) -> dict[str, Any]:
    """The traveller's record with what is right in it; the first document is the one travelled on."""
    given = right.model_dump(exclude_none=True)
    plain = {name: value for name, value in given.items() if not name.startswith("document_")}
    document = {
        name.removeprefix("document_"): value for name, value in given.items() if name.startswith("document_")
    }
    changed = {**traveller, **plain}
    if document:
        first, *others = traveller.get("documents") or [{"type": None, "number": ""}]
        changed["documents"] = [{**first, **document}, *others]
    return changed
