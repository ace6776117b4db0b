"""From what an API list and a reservation say of one person to the row that stands. Pure."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from services.ingest.intake.accept_request import DATA_CLASS, PNR_DATA_CLASS, PURPOSE
from services.ingest.intake.reservation_travellers import merged
from services.ingest.reading.linking import LinkingKeys
from services.ingest.reading.people import Said
from services.ingest.reading.same_person import Keys
from services.ingest.registers.rows import LegalRow, RegistersInForce
from services.ingest.retention.clock import RetentionClock, retention_clock
from services.ingest.store.travellers import KnownTraveller, Source, TravellerRow, TravellerStatus
from shared.identifiers import TravellerId
from shared.travel.traveller import Traveller


@dataclass(frozen=True, slots=True)
class Laws:
    """The rows of the legal register under which this message is collected."""

    api: LegalRow | None
    pnr: LegalRow | None

    @classmethod
    def in_force(cls, registers: RegistersInForce, authority: str, now: datetime) -> "Laws":
        """Look both up."""
        return cls(
            *(registers.legal_row(authority, each, PURPOSE, now) for each in (DATA_CLASS, PNR_DATA_CLASS))
        )

    def clock(self, source: Source, first_reported_at: datetime) -> RetentionClock:
        """The retention clock of a traveller; whoever a reservation names too is held as long as it."""
        if source is Source.API:
            return retention_clock(DATA_CLASS, first_reported_at, self.api)
        return retention_clock(PNR_DATA_CLASS, first_reported_at, self.pnr)


@dataclass(frozen=True, slots=True)
class TravellerRows:
    """Makes rows under the deployment's key and the laws in force; `day` is the journey's, as it stands."""

    keys: LinkingKeys
    laws: Laws
    day: date
    _clocks: dict[tuple[Source, datetime], RetentionClock] = field(default_factory=dict, init=False)

    def standing(
        self,
        traveller_id: TravellerId,
        status: TravellerStatus,
        first_reported_at: datetime,
        *,
        api: Said | None,
        pnr: Said | None,
    ) -> TravellerRow:
        """The row of a person of whom an API list, a reservation or both speak."""
        source, said = self._joined(api, pnr)
        is_joined = source is Source.BOTH
        return TravellerRow(
            traveller_id=traveller_id,
            record=said.record,
            source=source,
            journey_key=self._journey_key(said),
            status=status,
            api_keys=b"" if api is None else api.keys,
            pnr_keys=b"" if pnr is None else pnr.keys,
            fact_digest=said.fact_digest,
            clock=self._clock(source, first_reported_at),
            api_record=api.record if api and is_joined else None,
            pnr_record=pnr.record if pnr and is_joined else None,
        )

    def said(self, traveller: Traveller, own: Keys) -> Said:
        """What a source says by a traveller whom these keys link."""
        return Said.of(traveller, own, self.keys, self.day)

    def api_said(self, known: KnownTraveller) -> Said | None:
        """What an API list said of somebody; the store was asked for records."""
        return self._said(known, Source.API, known.api_record, known.api_keys)

    def pnr_said(self, known: KnownTraveller) -> Said | None:
        """What a reservation said of somebody."""
        return self._said(known, Source.PNR, known.pnr_record, known.pnr_keys)

    def _said(
        self,
        known: KnownTraveller,
        source: Source,
        own_record: dict[str, Any] | None,
        keys: Keys,
    ) -> Said | None:
        record = own_record if known.source is Source.BOTH else known.record
        if known.source not in (source, Source.BOTH):
            return None
        assert record is not None, "the store was asked for records"
        return self.said(Traveller.from_json(record), keys)

    def _joined(self, api: Said | None, pnr: Said | None) -> tuple[Source, Said]:
        if api is not None and pnr is not None:
            return Source.BOTH, self.said(merged(api.traveller(), pnr.traveller()), b"")
        said = api or pnr
        assert said is not None, "somebody speaks of a traveller"
        return (Source.PNR if api is None else Source.API), said

    def _journey_key(self, said: Said) -> str:
        """The key of the journey; made anew where the flight as it stands is another day's."""
        return said.journey_key if said.day == self.day else self.keys.journey_key(said.traveller(), self.day)

    def _clock(self, source: Source, first_reported_at: datetime) -> RetentionClock:
        """The clock of a traveller, which nearly all of a message have in common."""
        known = self._clocks.get((source, first_reported_at))
        if known is None:
            known = self._clocks[source, first_reported_at] = self.laws.clock(source, first_reported_at)
        return known
