"""What an answer to a person changes: the records here, what screening sees, and everyone who was told.

One transaction holds the answer and its effects; sharing is told over the outbox.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.intake.observed import SendToScreening
from services.ingest.ports import Ports
from services.ingest.reading.linking import journey_day
from services.ingest.rights.errors import CorrectionMissing
from services.ingest.rights.policy_requests import REDRESS
from services.ingest.store.corrections import Corrected, CorrectionStore
from services.ingest.store.rights import RightsRequest, RightsStore
from services.ingest.store.travellers import Reported
from services.ingest.store.window import WindowStore
from shared.bus.outbox import Outbox
from shared.contracts.records_corrected import CorrectionsV1, RecordChange, RecordsCorrectedV1
from shared.identifiers import MessageId
from shared.json_text import write_json
from shared.travel.partial_date import PartialDate
from shared.travel.traveller import Sex, TravelDocument, Traveller

DESTINATION: Final = "sharing"
KIND: Final = "RecordsCorrectedV1"
#: What a granted answer changes, by the request's kind and the result. What is not here changes nothing.
_CHANGES: Final[Mapping[tuple[str, str], RecordChange]] = {
    ("RECTIFY", "GRANTED"): RecordChange.RECTIFIED,
    ("ERASE", "GRANTED"): RecordChange.ERASED,
    ("RESTRICT", "GRANTED"): RecordChange.RESTRICTED,
    (REDRESS, "CORRECTED"): RecordChange.RECTIFIED,
    (REDRESS, "CLEARED"): RecordChange.MISTAKEN,
}
#: Whoever asks for these says that records are wrong: until that is decided they are not used (SG-37).
_DISPUTING: Final = frozenset({"RECTIFY", REDRESS})
#: Answers by which what was disputed stands as it was.
_UPHOLDING: Final = frozenset({"REFUSED", "REFUSED_PARTLY", "UPHELD"})


@dataclass(frozen=True, slots=True)
class Decided:
    """An answer that stands: to which request, what, when."""

    request: RightsRequest
    result: str
    corrections: CorrectionsV1
    at: datetime


def change_of(kind: str, result: str) -> RecordChange | None:
    """What an answer changes, if anything."""
    return _CHANGES.get((kind, result))


def checked_corrections(kind: str, result: str, given: Mapping[str, Any] | None) -> CorrectionsV1:
    """The corrections of an answer.

    Raises:
        CorrectionMissing: A rectification is granted and nothing is said to be right, or the other way round.
    """
    corrections = CorrectionsV1.model_validate(dict(given or {}))
    has_values = bool(corrections.model_dump(exclude_none=True))
    is_rectified = change_of(kind, result) is RecordChange.RECTIFIED
    if (has_values and not is_rectified) or (is_rectified and kind == "RECTIFY" and not has_values):
        raise CorrectionMissing
    return corrections


class CarryOut:
    """Carries an answer out, and holds back what is disputed until there is one; the caller commits."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._rights = RightsStore()
        self._corrections = CorrectionStore()

    async def __call__(self, connection: AsyncConnection, decided: Decided) -> None:
        """Change the person's records and tell sharing, where the answer changes anything.

        Source: safeguards.md SG-20 (act within 30 days; notify every recipient), SG-37.
        """
        request = decided.request
        change = change_of(request.kind, decided.result)
        if change is None and request.kind in _DISPUTING and decided.result in _UPHOLDING:
            change = RecordChange.UPHELD
        if change is None or not request.record_ids:
            return
        if change is RecordChange.ERASED:
            await self._rights.erase_now(connection, request.record_ids, decided.at)
        if change is RecordChange.RECTIFIED:
            await self._rectify(connection, request.record_ids, decided)
        await self._tell(connection, request, change, decided.at, corrections=decided.corrections)

    async def dispute(self, connection: AsyncConnection, request: RightsRequest, at: datetime) -> None:
        """The person is known and says that these records are wrong: sharing holds them back until decided.

        Source: safeguards.md SG-20, SG-37 (what is disputed is blocked until it is decided).
        """
        if request.kind in _DISPUTING and request.record_ids:
            await self._tell(connection, request, RecordChange.DISPUTED, at)

    async def _tell(
        self,
        connection: AsyncConnection,
        request: RightsRequest,
        change: RecordChange,
        at: datetime,
        *,
        corrections: CorrectionsV1 | None = None,
    ) -> None:
        message = RecordsCorrectedV1(
            message_id=self._ports.identifiers.new(),
            travellers=list(request.record_ids),
            change=change,
            corrections=corrections or CorrectionsV1(),
            is_urgent=request.is_urgent,
            decided_at=at,
        )
        await Outbox.add(
            connection,
            destination=DESTINATION,
            kind=KIND,
            message_id=message.message_id,
            body=message.as_json(),
        )

    async def _rectify(
        self, connection: AsyncConnection, record_ids: Sequence[UUID], decided: Decided
    ) -> None:
        """Put records that are still in the clear right, and let screening see them anew."""
        kept = await self._corrections.lock(connection, record_ids)
        patched = [
            Corrected(each.traveller_id, each.message_id, *(_patched(part, decided) for part in each.parts))
            for each in kept
        ]
        await self._corrections.save(connection, patched, decided.at)
        standing = await WindowStore().standing(connection, [each.traveller_id for each in patched])
        messages = {each.traveller_id: each.message_id for each in patched}
        send = SendToScreening(self._ports)
        for (flight_id, message_id), group in groupby(
            sorted(standing, key=lambda each: (each.flight_id, messages[each.traveller_id])),
            key=lambda each: (each.flight_id, messages[each.traveller_id]),
        ):
            travellers = list(group)
            day = journey_day(travellers[0].flight, decided.at.date())
            reported = [
                Reported(
                    each.traveller_id,
                    write_json(each.record),
                    each.source,
                    self._ports.keys.journey_key(Traveller.from_json(each.record), day),
                )
                for each in travellers
            ]
            flight = (flight_id, travellers[0].flight)
            await send(connection, MessageId(message_id), flight, reported, decided.at, is_counted=False)


def _patched(record: Mapping[str, Any] | None, decided: Decided) -> dict[str, Any] | None:
    """A record with what is right in it; `name_sent` and `birth_date_sent` stay what the carrier wrote."""
    if record is None:
        return None
    right = decided.corrections
    before = Traveller.from_json(record)
    after = replace(
        before,
        surname=right.surname or before.surname,
        given_names=before.given_names if right.given_names is None else right.given_names or None,
        birth_date=before.birth_date if right.birth_date is None else PartialDate.parse(right.birth_date),
        sex=before.sex if right.sex is None else Sex(right.sex),
        nationality=right.nationality or before.nationality,
        documents=_documents(before.documents, right),
    )
    return {**record, **{name: value for name, value in after.as_json().items() if name in record}}


def _documents(before: tuple[TravelDocument, ...], right: CorrectionsV1) -> tuple[TravelDocument, ...]:
    """The first document is the one that the person travels on: it is the one that is put right."""
    if right.document_number is None and right.document_issuer is None:
        return before
    first, *others = before or (TravelDocument(type=None, number=""),)
    number = right.document_number or first.number
    return (replace(first, number=number, issuer=right.document_issuer or first.issuer), *others)
