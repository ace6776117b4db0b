"""Lost and stolen travel documents: stored with their version, looked up by number and issuing State."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.store.rows import as_rows
from services.screening.watchlist.sources.lost_document import LostDocument, number_key
from shared.personal import Personal

_ROWS_A_STATEMENT = 2000


@dataclass(frozen=True, slots=True, repr=False)
class FoundDocument(Personal):
    """A document of a list in force, and which list says so."""

    source_id: str
    version_id: UUID
    document: LostDocument


class DocumentStore:
    """Documents in PostgreSQL; those of the version in force are looked up."""

    async def add(
        self, connection: AsyncConnection, version_id: UUID, documents: Sequence[LostDocument]
    ) -> None:
        """Store the documents of a version."""
        statement = text(
            "INSERT INTO lost_document"
            " (version_id, ordinal, number_key, number, issuer, kind, document_type, reported_on)"
            " SELECT CAST(:version_id AS uuid), ordinal, number_key, number, issuer, kind, document_type,"
            " reported_on FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS put(ordinal int, number_key text,"
            " number text, issuer text, kind text, document_type text, reported_on date)"
        )
        for start in range(0, len(documents), _ROWS_A_STATEMENT):
            rows = as_rows(
                {
                    "ordinal": ordinal,
                    "number_key": each.number_key,
                    "number": each.number,
                    "issuer": each.issuer,
                    "kind": each.kind,
                    "document_type": each.type,
                    "reported_on": each.reported_on,
                }
                for ordinal, each in enumerate(documents[start : start + _ROWS_A_STATEMENT], start=start)
            )
            await connection.execute(statement, {"version_id": version_id, "rows": rows})

    async def look_up(
        self, connection: AsyncConnection, asked: Collection[tuple[str, str]]
    ) -> list[FoundDocument]:
        """The documents in force among these pairs of a number and an issuer (three letters)."""
        if not asked:
            return []
        query = text(
            "SELECT source_id, version_id, number, issuer, kind, document_type, reported_on"
            " FROM lost_document JOIN list_version USING (version_id)"
            " WHERE state = 'IN_FORCE' AND (number_key, issuer) IN"
            " (SELECT * FROM unnest(CAST(:numbers AS text[]), CAST(:issuers AS text[])))"
            " ORDER BY number_key, issuer, source_id, ordinal LIMIT 1000"
        )
        pairs = sorted({(number_key(number), issuer) for number, issuer in asked})
        facts = {"numbers": [number for number, _ in pairs], "issuers": [issuer for _, issuer in pairs]}
        return [
            FoundDocument(
                row.source_id,
                row.version_id,
                LostDocument(row.number, row.issuer, row.kind, row.document_type, row.reported_on),
            )
            for row in await connection.execute(query, facts)
        ]
