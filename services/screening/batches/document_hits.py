"""Travel documents that were reported lost, stolen or revoked: found by number and State, never by a person.

A document's hit is another kind than a person's: it says nothing about its bearer, who is often the one it
was stolen from, and leads to a check of the document alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.batches.match import Found
from services.screening.hits.hit import Matched, digest_of
from services.screening.ports import Ports
from services.screening.store.documents import FoundDocument
from services.screening.store.rescreening import DocumentChange
from services.screening.watchlist.sources.lost_document import number_key
from shared.contracts import TravellersObservedV1
from shared.contracts.rescreening import WindowTravellersV1

#: How such hits are found: by equality alone, which has no threshold and no score to weigh.
ALGORITHM: Final = "document-equality-1"
_WORDS: Final = {
    "LOST": "This document was reported lost.",
    "STOLEN": "This document was reported stolen.",
    "STOLEN_BLANK": "This document was stolen before it was issued.",
    "REVOKED": "This document was revoked by its State.",
}


class DocumentHits:
    """Looks the documents of a batch up."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def found(self, connection: AsyncConnection, batch: TravellersObservedV1) -> list[Found]:
        """Each traveller beside each document in force that they present, explained.

        Source: `workflow.md` §1 (DOCUMENT hits); `watchlist-governance.md` §6.6; S/RES/2396 paras 3 and 16.
        """
        presented = [
            (each, pair) for each in batch.travellers for pair in _presented(each.traveller.get("documents"))
        ]
        documents = await self._ports.stores.documents.look_up(connection, {pair for _, pair in presented})
        reported: dict[tuple[str, str], list[FoundDocument]] = {}
        for each in documents:
            reported.setdefault((each.document.number_key, each.document.issuer), []).append(each)
        return [
            Found(traveller, document.entry_id, _matched(document, number))
            for traveller, (number, issuer) in presented
            for document in reported.get((number_key(number), issuer), ())
        ]

    async def affected(
        self,
        connection: AsyncConnection,
        changes: Sequence[DocumentChange],
        travellers: WindowTravellersV1,
    ) -> list[UUID]:
        """Which travellers of the window present a document that changed lists newly report.

        Source: `workflow.md` §1; decision 0020.
        """
        presented = {
            traveller_id: {(number_key(number), issuer) for number, issuer in _presented(documents)}
            for traveller_id, documents in zip(travellers.traveller_id, travellers.documents, strict=True)
        }
        asked = {pair for pairs in presented.values() for pair in pairs}
        new = await self._ports.stores.documents.new_among(connection, changes, asked)
        return [traveller_id for traveller_id, pairs in presented.items() if pairs & new]


def words_of(kind: str) -> str:
    """What happened to a document, as a sentence."""
    return _WORDS[kind]


def _presented(documents: Sequence[Mapping[str, Any]] | None) -> Iterator[tuple[str, str]]:
    """Number and issuing State of each document that says both."""
    for each in documents or ():
        if each.get("number") and each.get("issuer"):
            yield str(each["number"]), str(each["issuer"])


def _matched(found: FoundDocument, number: str) -> Matched:
    document = found.document
    evidence = {
        "kind": "document",
        "relation": "EQUAL",
        "traveller": number,
        "entry": document.number,
        "weight": 0,
        "label": "Document",
        "bearing": "AGREE",
        "words": words_of(document.kind),
    }
    return Matched(
        score=1.0,
        evidence=[evidence],
        name=None,
        matcher_digest=digest_of([found.source_id, str(found.version_id)]),
        algorithm=ALGORITHM,
        threshold=1.0,
    )
