"""An entry as it stands, as a row of `watchlist_entry` and back."""

from typing import Any, Final

from sqlalchemy import Row

from services.screening.store.rows import from_json
from services.screening.watchlist.versions import EntryRecord, EntryStatus

ENTRY_COLUMNS: Final = (
    "entry_id, source_id, version_id, digest, body, status, status_since, activated_at, review_due, expires,"
    " removed_at, is_used, refusals, adoption"
)


def entry_of(row: Row[Any]) -> EntryRecord:
    """From a row."""
    return EntryRecord(
        entry_id=row.entry_id,
        source_id=row.source_id,
        version_id=row.version_id,
        digest=row.digest,
        body=from_json(row.body),
        status=EntryStatus(row.status),
        status_since=row.status_since,
        activated_at=row.activated_at,
        review_due=row.review_due,
        expires=row.expires,
        removed_at=row.removed_at,
        is_used=row.is_used,
        refusals=tuple(from_json(row.refusals)),
        adoption=from_json(row.adoption),
    )


def outcome_row(entry: EntryRecord) -> dict[str, Any]:
    """What was decided of an entry, by the names of its columns."""
    return {
        "status": entry.status.value,
        "status_since": entry.status_since,
        "activated_at": entry.activated_at,
        "review_due": entry.review_due,
        "expires": entry.expires,
        "removed_at": entry.removed_at,
        "is_used": entry.is_used,
        "refusals": list(entry.refusals),
        "adoption": None if entry.adoption is None else dict(entry.adoption),
    }


def entry_row(entry: EntryRecord) -> dict[str, Any]:
    """The whole entry, by the names of its columns."""
    return {
        "entry_id": entry.entry_id,
        "source_id": entry.source_id,
        "version_id": entry.version_id,
        "digest": entry.digest,
        "body": entry.body,
        **outcome_row(entry),
    }
