"""The boarding hold: the one thing that a State's law may let the machine do, and its limits (SG-08).

Minutes, never more than ten; for a match of the top band or with an equal document alone; the carrier reads
that an answer follows, and nothing of why; it ends by itself, comes once, and each one is counted.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening import policy_requests
from services.screening.acting import Stated
from services.screening.boarding.changes import DIRECTIVES, HOLD, Boarding
from services.screening.hits.confirmed import graded_item
from services.screening.hits.hit import Band, Hit, band_of
from services.screening.hits.states import HitState, HitType
from services.screening.ports import Ports
from services.screening.protection.age import age_of, may_be_child
from services.screening.registers.rows import StandingOrder
from services.screening.store.boarding import BoardingDirective
from services.screening.watchlist.entry_age import is_child
from shared.audit.record import AuditRecord

MAX_MINUTES: Final = 10
#: Number and State equal; a number alone is not an equal document.
_EQUAL_DOCUMENT: Final = ("document", "EQUAL")


class BoardingHolds:
    """Puts the strongest new matches on hold, where a State has a law and a setting for it.

    Args:
        ports: The outside.
        minutes: How long a hold lasts; 0, the default everywhere, is none at all.
    """

    def __init__(self, ports: Ports, minutes: int) -> None:
        self._ports = ports
        self._minutes = minutes
        self._boarding = Boarding(ports)

    async def consider(
        self, connection: AsyncConnection, hits: Sequence[Hit], order: StandingOrder, now: datetime
    ) -> list[AuditRecord]:
        """Hold what may be held of a batch's new hits, in the batch's transaction; the records of it.

        Source:
            SG-08: only where a published legal row allows it.
        """
        strongest = [hit for hit in hits if _may_be_held(hit, now.date())]
        if self._minutes == 0 or not strongest:
            return []
        law = await self._ports.stores.boarding.law(
            connection,
            authority=self._ports.authority,
            kind=HOLD,
            purpose_code=order.purpose_code,
            today=now.date(),
        )
        if law is None:
            return []
        return [await self._hold(connection, hit, law, order, now) for hit in strongest]

    async def _hold(
        self, connection: AsyncConnection, hit: Hit, law: UUID, order: StandingOrder, now: datetime
    ) -> AuditRecord:
        """Hold one traveller's boarding if the safeguards permit it; the record of their answer."""
        request = await self._request(connection, hit, order, now)
        verdict = self._ports.safeguards.decide(request)
        directive = BoardingDirective(
            directive_id=self._ports.identifiers.new(),
            kind=HOLD,
            hit_id=hit.hit_id,
            order_id=None,
            traveller_id=hit.traveller_id,
            flight_id=hit.flight.flight_id,
            data_version=hit.data_version,
            legal_row_id=law,
            since=now,
            ends_at=now + timedelta(minutes=self._minutes),
        )
        DIRECTIVES.labels(HOLD, "ORDERED" if verdict.permits else "REFUSED").inc()
        if verdict.permits:
            await self._boarding.hold(connection, directive, now)
        return self._ports.record(
            request,
            verdict,
            object_kind="boarding_directive",
            object_id=str(directive.directive_id),
            subject_id=str(hit.hit_id),
            facts={"kind": HOLD, "minutes": self._minutes, "legal_row_id": str(law)},
        )

    async def _request(
        self, connection: AsyncConnection, hit: Hit, order: StandingOrder, now: datetime
    ) -> dict[str, Any]:
        source = await self._ports.stores.registers.source(connection, hit.source_id)
        assert source is not None, "a hit's source is registered: the tables say so"
        return policy_requests.action_order(
            actor=self._ports.service_actor,
            purpose=Stated.under(order, str(hit.hit_id)),
            kind=HOLD,
            hit_state=hit.state,
            verification=None,
            author=order.author,
            items=[graded_item(hit.entry, source, now.date()).as_json()],
            person=policy_requests.person_category(hit.entry.get("category")),
            age=age_of(hit, now.date()),
            is_listed_as_child=is_child(hit.entry, now.date()),
            compared_fields=("name", "doc_number"),
            is_case_open=hit.is_open,
            now=now,
            boarding={
                "boarding_hold": {
                    "law_published": True,
                    "top_band": _is_top_band(hit),
                    "document_equal": _is_document_equal(hit),
                    "minutes": self._minutes,
                    "releases_itself": True,
                    # Ingest is told a meaning alone, and its table of texts names nobody's list.
                    "neutral_wording": True,
                }
            },
        )


def _may_be_held(hit: Hit, today: date) -> bool:
    # A machine holds no child back from a journey (SG-16).
    return hit.state is HitState.POSSIBLE_MATCH and _is_strong(hit) and not may_be_child(hit, today)


def _is_strong(hit: Hit) -> bool:
    # A reported document says nothing about its bearer, who is often the one it was stolen from.
    return hit.hit_type is HitType.PERSON and (_is_top_band(hit) or _is_document_equal(hit))


def _is_top_band(hit: Hit) -> bool:
    return band_of(hit.matched.score) is Band.STRONG


def _is_document_equal(hit: Hit) -> bool:
    return any(
        (piece.get("kind"), piece.get("relation")) == _EQUAL_DOCUMENT for piece in hit.matched.evidence
    )
