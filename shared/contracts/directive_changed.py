"""Screening → ingest: what people decided about one traveller's boarding, or that it stands no longer."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.contract import Contract


class DirectiveChangedV1(Contract):
    """The directive that stands for a traveller from `decided_at` on; the carrier is told it.

    BOARD takes an earlier one back. `ends_at` is when a hold releases itself; nothing else ends by time. No
    hit, list or reason is here: whoever tells the carrier needs none, and cannot tell what it does not know.

    Source: `spec/cusres.md` §3.9; SG-08.
    """

    message_id: UUID
    directive_id: UUID
    traveller_id: UUID
    flight_id: UUID
    meaning: Literal["BOARD", "DO_NOT_BOARD", "ADVISE"]
    decided_at: datetime
    ends_at: datetime | None = None
