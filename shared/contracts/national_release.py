"""Sharing → screening: the State's own port may see the card of a confirmed hit."""

from datetime import datetime
from uuid import UUID

from shared.contracts.contract import Contract


class NationalReleaseV1(Contract):
    """A national notice was permitted; `authority_id` is the port's own authority."""

    hit_id: UUID
    notice_id: UUID
    authority_id: str
    released_at: datetime
