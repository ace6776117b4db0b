"""Lost and stolen travel documents: stored with their version, looked up by number and issuing State."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.store.rescreening import DocumentChange
from services.screening.store.rows import as_rows
from services.screening.store.suspensions import not_suspended_source
from services.screening.watchlist.entry import EntryDocument, Listing, WatchlistEntry
from services.screening.watchlist.sources.lost_document import LostDocument, number_key
from shared.personal import Personal

_COLUMNS = "source_id, version_id, number, issuer, lost_document.kind, document_type, reported_on"
#: What the lists in force say: kinds that their source's row allows now, and no source whose rows are never a
#: ground. Documents have no state of their own that a changed row could end (SG-18).
_IN_FORCE = (
    "FROM lost_document JOIN list_version USING (version_id) JOIN list_source USING (source_id)"
    f" WHERE state = 'IN_FORCE' AND {not_suspended_source()}"
    " AND list_source.kind NOT IN ('COMMERCIAL', 'CROWD')"
    " AND jsonb_exists(list_source.allow_list, lost_document.kind)"
)
#: How the identifier of a document begins where hits and reviews speak of entries: `DOC:SOURCE:STATE:NUMBER`.
DOCUMENT_ENTRIES = "DOC:"
_NEW_AMONG = text("""
SELECT DISTINCT said.number_key, said.issuer
FROM jsonb_to_recordset(CAST(:changes AS jsonb)) AS change(version_id uuid, before uuid)
JOIN lost_document AS said ON said.version_id = change.version_id
WHERE (said.number_key, said.issuer) IN
    (SELECT * FROM unnest(CAST(:numbers AS text[]), CAST(:issuers AS text[])))
AND NOT EXISTS (
    SELECT 1 FROM lost_document AS earlier
    WHERE earlier.version_id = change.before AND earlier.number_key = said.number_key
    AND earlier.issuer = said.issuer AND earlier.kind = said.kind)
""")


@dataclass(frozen=True, slots=True, repr=False)
class FoundDocument(Personal):
    """A document of a list in force, and which list says so."""

    source_id: str
    version_id: UUID
    document: LostDocument

    @property
    def entry_id(self) -> str:
        """What hits call it: the same in every version of its source."""
        return f"{DOCUMENT_ENTRIES}{self.source_id}:{self.document.issuer}:{self.document.number_key}"

    def as_entry(self) -> dict[str, Any]:
        """The document in the form of an entry: no name and no person, what happened to it as its note."""
        document = self.document
        entry = WatchlistEntry(
            id=self.entry_id,
            names=(),
            documents=(EntryDocument(document.number, document.type, document.issuer, note=document.kind),),
            listings=(Listing(self.source_id, programme=document.kind, listed_on=document.reported_on),),
        )
        return entry.as_json()


class DocumentStore:
    """Documents in PostgreSQL; those of the version in force are looked up. An import writes them."""

    async def look_up(
        self, connection: AsyncConnection, asked: Collection[tuple[str, str]]
    ) -> list[FoundDocument]:
        """The documents in force among these pairs of a number and an issuer (three letters)."""
        if not asked:
            return []
        query = text(
            f"SELECT {_COLUMNS} {_IN_FORCE} AND (number_key, issuer) IN"  # noqa: S608
            " (SELECT * FROM unnest(CAST(:numbers AS text[]), CAST(:issuers AS text[])))"
            " ORDER BY number_key, issuer, source_id, ordinal LIMIT 1000"
        )
        pairs = sorted({(number_key(number), issuer) for number, issuer in asked})
        facts = {"numbers": [number for number, _ in pairs], "issuers": [issuer for _, issuer in pairs]}
        return [_found(row) for row in await connection.execute(query, facts)]

    async def new_among(
        self,
        connection: AsyncConnection,
        changes: Sequence[DocumentChange],
        asked: Collection[tuple[str, str]],
    ) -> set[tuple[str, str]]:
        """Which of these pairs of a number's key and an issuer a version says that the one before did not.

        A document whose kind changed is new: what happened to it is another thing now.
        """
        if not asked:
            return set()
        pairs = sorted(asked)
        facts = {
            "changes": as_rows(each.as_json() for each in changes),
            "numbers": [number for number, _ in pairs],
            "issuers": [issuer for _, issuer in pairs],
        }
        return {(row.number_key, row.issuer) for row in await connection.execute(_NEW_AMONG, facts)}

    async def of_number(self, connection: AsyncConnection, number: str) -> list[FoundDocument]:
        """The documents in force with this number, whichever State issued them."""
        query = text(
            f"SELECT {_COLUMNS} {_IN_FORCE} AND number_key = :number"
            " ORDER BY issuer, source_id, ordinal LIMIT 20"
        )
        return [_found(row) for row in await connection.execute(query, {"number": number_key(number)})]

    async def of_entries(
        self, connection: AsyncConnection, entry_ids: Iterable[str]
    ) -> dict[str, FoundDocument]:
        """The documents in force among these entries, by identifier; what is no document is passed over."""
        asked = {entry_id for entry_id in entry_ids if entry_id.startswith(DOCUMENT_ENTRIES)}
        pairs = [(number, issuer) for _, _, issuer, number in (each.split(":") for each in asked)]
        found = {each.entry_id: each for each in reversed(await self.look_up(connection, pairs))}
        return {entry_id: found[entry_id] for entry_id in sorted(asked & found.keys())}

    async def gone(self, connection: AsyncConnection, source_id: str) -> list[str]:
        """The documents of a source that hits are open on and that no version in force holds any more."""
        query = text(
            "SELECT DISTINCT entry_id FROM hit WHERE source_id = :source_id AND hit_type = 'DOCUMENT'"
            " AND state <> 'CLOSED' ORDER BY entry_id LIMIT 10000"
        )
        rows = await connection.execute(query, {"source_id": source_id})
        held = [row.entry_id for row in rows]
        standing = await self.of_entries(connection, held)
        return [entry_id for entry_id in held if entry_id not in standing]


def _found(row: Row[Any]) -> FoundDocument:
    return FoundDocument(
        row.source_id,
        row.version_id,
        LostDocument(row.number, row.issuer, row.kind, row.document_type, row.reported_on),
    )
