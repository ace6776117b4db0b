"""Screening → sharing: a hit that others may have been told of no longer holds."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.contract import Contract


class HitWithdrawnV1(Contract):
    """A hit that sharing may have told others about no longer holds."""

    message_id: UUID
    hit_id: UUID
    reason: Literal["MISTAKEN_IDENTITY", "DELISTED", "INACCURATE", "UNLAWFUL", "COURT", "EXPIRED"]
    is_urgent: bool
    withdrawn_at: datetime
