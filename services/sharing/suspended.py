"""What oversight may suspend in sharing: an authority, a State with all of its, an agreement, emergencies.

What stands is read where the registers are (`store/registers.py`), so that every question, retry and message
meets it; corrections and recalls go on, because they protect.

Source: safeguards.md SG-42, SG-29, SG-30, SG-39.
"""

from enum import StrEnum
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.oversight.suspensions import Suspension, SuspensionKind

_IS_PARTNER: Final = text("""
SELECT EXISTS (
    SELECT 1 FROM register_version WHERE register IN ('AUTHORITY', 'AGREEMENT')
      AND (entry_id = :id OR (register = 'AUTHORITY' AND body ->> 'state' = :id))
)
""")


class Rule(StrEnum):
    """The service's own rules that oversight can suspend."""

    EMERGENCY = "EMERGENCY"


class SharingSubjects:
    """Partners and agreements by their identifier in the registers, and the emergency rule."""

    async def is_known(self, connection: AsyncConnection, kind: SuspensionKind, object_id: str) -> bool:
        """Whether there is such a partner or rule; entries are screening's."""
        if kind is SuspensionKind.RULE:
            return object_id in set(Rule)
        if kind is not SuspensionKind.PARTNER:
            return False
        return bool((await connection.execute(_IS_PARTNER, {"id": object_id})).scalar_one())

    async def changed(self, connection: AsyncConnection, suspension: Suspension) -> None:
        """Nothing beside what the statements read."""
