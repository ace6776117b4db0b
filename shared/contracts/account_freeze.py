"""Ingest → screening and sharing: an incident froze an account, or two people released it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import Field

from shared.contracts.contract import Contract

#: A token's subject as the audit log takes it: an identifier, and nobody's name.
ACCOUNT: Final = r"^[A-Za-z0-9_][A-Za-z0-9_.:/=+|\-]{0,199}$"
#: Kinds of incident that an account can be involved in, so that it is frozen.
FREEZING: Final = frozenset({"UNAUTHORISED_ACCESS", "MISUSE"})


class AccountFreezeV1(Contract):
    """How one freeze stands; `account` is the subject of its tokens, and `released_at` ends it."""

    message_id: UUID
    freeze_id: UUID
    account: str = Field(pattern=ACCOUNT)
    incident_id: UUID
    is_by_oversight: bool
    frozen_at: datetime
    released_at: datetime | None
