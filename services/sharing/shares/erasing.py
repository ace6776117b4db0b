"""Whom shares were about is erased in its time, with a record of how many.

Source: safeguards.md SG-23 (five years at most from receipt; counts in the log).
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.shares.facts import OWN_RETENTION_DAYS
from services.sharing.store.shares import ShareStore
from shared.audit.log import AuditLog
from shared.db.pruning import PruneRule

RULE: Final = "share_person"
ACTION: Final = "share.erase"
ACTOR: Final = "sharing"
#: Five years from the receipt of the traveller's data, which comes at most a month before the share is made.
PERSON_KEPT: Final = timedelta(days=OWN_RETENTION_DAYS - 31)


def erasing_persons(audit: AuditLog) -> PruneRule:
    """The rule by which the pruner erases whom shares are about."""

    async def forget(connection: AsyncConnection, before: datetime) -> int:
        erased = await ShareStore.forget_persons(connection, before)
        if erased:
            await audit.append(
                connection,
                actor=ACTOR,
                action=ACTION,
                object_kind="SHARE",
                object_id=str(erased[0]),
                facts={"number": len(erased)},
            )
        return len(erased)

    return PruneRule(RULE, PERSON_KEPT, forget)
