"""Consents that originators gave: which message, to which State, for what, until when. Nobody is named."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_ADD = text("""
INSERT INTO exchange_consent (consent_id, target_id, names, data_classes, purposes, expires, received_at)
VALUES (:consent_id, :target_id, :names, :data_classes, :purposes, :expires, :received_at)
ON CONFLICT (consent_id) DO NOTHING
""")
_NEWEST = text("""
SELECT consent_id, names, data_classes, purposes, expires FROM exchange_consent
WHERE target_id = :target_id AND names = :names ORDER BY received_at DESC, consent_id DESC LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class StoredConsent:
    """A consent by its message; whether that was withdrawn since is asked with each use."""

    consent_id: UUID
    names: str
    data_classes: tuple[str, ...]
    purposes: tuple[str, ...]
    expires: date


class ConsentStore:
    """Reads and writes consents in the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, consent: StoredConsent, *, target_id: UUID, at: datetime) -> None:
        """Keep what an originator consented to; the same message again changes nothing."""
        values = {
            "consent_id": consent.consent_id,
            "target_id": target_id,
            "names": consent.names,
            "data_classes": list(consent.data_classes),
            "purposes": list(consent.purposes),
            "expires": consent.expires,
            "received_at": at,
        }
        await self._connection.execute(_ADD, values)

    async def newest(self, target_id: UUID, names: str) -> StoredConsent | None:
        """The newest consent to tell this State of a received message."""
        row = (
            await self._connection.execute(_NEWEST, {"target_id": target_id, "names": names})
        ).one_or_none()
        if row is None:
            return None
        return StoredConsent(
            row.consent_id, row.names, tuple(row.data_classes), tuple(row.purposes), row.expires
        )
