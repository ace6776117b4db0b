"""The UN Security Council Consolidated List, XML: untrusted bytes in; entries and counts, or an error, out.

The file is read as a stream: no DTD, no entities, no network, every dimension limited.
"""

from datetime import UTC, datetime
from typing import Final

from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.read_list import ListSoFar, ListToRead, ReadList
from services.screening.watchlist.sources.un_individual import UN_1267_REGIME, IndividualReader
from services.screening.watchlist.sources.xml_rows import XmlLayout, XmlRows, refusal

TERRORISM_REGIMES = frozenset({UN_1267_REGIME})
_LAYOUT: Final = XmlLayout(root="CONSOLIDATED_LIST", rows={"INDIVIDUAL": "INDIVIDUALS", "ENTITY": "ENTITIES"})


def read_un_list(file: ListToRead) -> ReadList:
    """Read the consolidated list.

    Every individual is read, whatever its regime (`UN_LIST_TYPE`), so that a fault shows wherever it stands.
    Entries' ids are `source:reference`. The file says itself of when it is.

    Raises:
        MalformedList: Not this format, cut off, larger or deeper than the limits, with a DOCTYPE,
            or a row without reference, regime or name; `element` and `line` say where.

    Source:
        `spec/watchlist-governance.md` §6 and §6.1; S/RES/2253 (2015); SG-01 and SG-18 for the purpose.
    """
    so_far = ListSoFar(file)
    seen: set[str] = set()
    rows = XmlRows(file.content, _LAYOUT, file.limits)
    for row in rows:
        if row.tag == "ENTITY":
            so_far.left_out += 1
            continue
        reader = IndividualReader(row, file.source)
        entry = reader.read()
        if entry.id in seen:
            raise refusal("REPEATED_REFERENCE", row)
        seen.add(entry.id)
        so_far.add(entry, [reader.regime], reader.faults)
    return so_far.finished(_generated_at(rows))


def _generated_at(rows: XmlRows) -> datetime:
    """The moment that the root states, in UTC; known once all rows are read."""
    try:
        moment = datetime.fromisoformat(rows.attributes.get("dateGenerated", ""))
    except ValueError:
        raise MalformedList(reason="MISSING_GENERATION_DATE", element=_LAYOUT.root, line=1) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
