"""A sheet of travellers, CSV or xlsx: what small carriers and general aviation fill in and send.

The flight stands above the travellers, a title and its value in each row, or in columns beside them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from pydantic import ValidationError

from services.ingest.errors import SheetMalformed
from services.ingest.formats.document_checks import check_message
from services.ingest.formats.flights import StateOf, local_date_of, with_crossing_leg
from services.ingest.formats.manifest import normalise_states, tidied
from services.ingest.formats.manifest_shape import TravellerShape
from services.ingest.formats.people import People
from services.ingest.formats.sheet_cells import NUMBER, ZIP_START, SheetRow, column_letter, read_rows
from services.ingest.formats.sheet_columns import FLIGHT_COLUMNS, TITLES, TRAVELLER_COLUMNS, plain
from services.ingest.formats.sheet_flight import FlightFacts, read_flight_facts
from services.ingest.formats.sheet_values import READERS, AmbiguousDate, ShortenedNumber, read_text
from shared.travel.message import Counted, Fault, MessageFunction, MessageKind, ParsedMessage, Severity
from shared.travel.traveller import Traveller, TravellerRole

SHEET_TYPES: Final = frozenset(
    [
        "text/csv",
        "application/csv",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]
)
SNIFFED_BYTES: Final = 16_384
_CELL_ENDS: Final = re.compile(r"[,;\t\r\n]")
_FAULT_CODES: Final = {"birth_date": "BIRTH_DATE_UNREADABLE"}
_DOCUMENTS: Final = (
    ("document_type", "document_number", "issuer", "expiry"),
    ("second_type", "second_number", "second_issuer", "second_expiry"),
)
_ADDRESS: Final = {
    "street": "street",
    "city": "city",
    "region": "region",
    "postal_code": "postal_code",
    "country": "address_country",
}
_BAGS: Final = {"count": "bag_count", "weight_kg": "bag_weight", "tags": "bag_tags"}
_BIRTH_PLACE: Final = {"city": "birth_city", "country": "birth_country"}
_COLUMNS_OF: Final = {"address": _ADDRESS, "bags": _BAGS, "birth_place": _BIRTH_PLACE}
_CHECKED_COLUMNS: Final = {"documents": "document_number"}
_STATE_COLUMNS: Final = {"birth_place": "birth_country", "address": "address_country", "documents": "issuer"}
_ROLES: Final = {
    MessageFunction.CREW_LIST: TravellerRole.CREW,
    MessageFunction.PASSENGER_LIST: TravellerRole.PASSENGER,
}


@dataclass(frozen=True, slots=True)
class _Header:
    """Where the titles stand, and which column holds what."""

    row: int
    columns: Mapping[str, int]
    flight_columns: Mapping[str, int]
    unknown: Sequence[int]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What all rows share: the flight, its day, the travellers read so far."""

    facts: FlightFacts
    today: date
    people: People = field(default_factory=People)


class _RowRefused(Exception):
    """One traveller cannot be read; `column` is the title of the column at fault."""

    def __init__(self, code: str, column: str) -> None:
        super().__init__(code)
        self.code = code
        self.column = column


def looks_like_sheet(body: bytes) -> bool:
    """Whether a body is a workbook, or has a line with a title that means the surname."""
    if body.startswith(ZIP_START):
        return True
    start = body[:SNIFFED_BYTES].replace(b"\x00", b"").decode("utf-8", errors="replace")
    return any(_is_surname(plain(cell)) for cell in _CELL_ENDS.split(start))


def parse_spreadsheet(
    body: bytes, received_at: datetime, *, state_of: StateOf, own_state: str | None = None
) -> ParsedMessage:
    """Read one sheet.

    Titles are compared without case, accents, signs and brackets, and may be any of those of
    `sheet_columns.py`; a column with another title is not read, which a warning says. A value that cannot be
    read rejects the traveller of that row alone. Dates that might mean two days are never guessed.

    Args:
        body: CSV or xlsx (`read_rows`).
        received_at: When the body arrived, aware.
        state_of: The State of an airport, to find out whether the leg crosses the border.
        own_state: The receiving State, three letters, for the same purpose.

    Returns:
        A message of kind `MANIFEST` with one leg. In its faults `segment` is the column's title (a letter,
        where the title is unknown) and `position` the row's number in the file, never what stands there.

    Raises:
        SheetMalformed: No titles, no traveller, no flight, two flights, or a file that `read_rows` refuses.

    Source:
        `spec/parsed-message.md` (the JSON manifest's facts); docs/carriers-reference.md (the template).
    """
    rows = read_rows(body)
    header = _header(rows)
    travellers = [row for row in rows if row.number > header.row]
    if not travellers:
        raise SheetMalformed("NO_TRAVELLERS", None, header.row)
    facts = _flight_facts([row for row in rows if row.number < header.row], header, travellers)
    flight = with_crossing_leg(facts.flight, state_of, own_state)
    sheet = _Sheet(facts, local_date_of(flight) or received_at.date())
    faults = [
        Fault(Severity.WARNING, "COLUMN_UNKNOWN", column_letter(column), header.row)
        for column in header.unknown
    ]
    for ordinal, row in enumerate(travellers, start=1):
        faults.extend(_read_row(row, ordinal, header.columns, sheet))
    message = ParsedMessage(
        kind=MessageKind.MANIFEST,
        transaction_reference=facts.reference,
        is_test=facts.is_test,
        function=facts.function,
        change=facts.change,
        flight=flight,
        travellers=tuple(sheet.people.travellers),
        counted=Counted(len(travellers), len(sheet.people.travellers)),
        faults=tuple(faults),
    )
    checked = check_message(message, received_at.date()).faults[len(faults) :]
    return replace(message, faults=(*faults, *(_in_its_cell(each, travellers) for each in checked)))


def _in_its_cell(fault: Fault, travellers: Sequence[SheetRow]) -> Fault:
    """A warning about a traveller, by the column and the row that the person who filled it in sees."""
    assert fault.traveller is not None, "a check is of one traveller"
    assert fault.segment is not None, "a check names the member"
    column = TITLES[_CHECKED_COLUMNS.get(fault.segment, fault.segment)]
    return replace(fault, segment=column, position=travellers[fault.traveller - 1].number)


def _header(rows: Sequence[SheetRow]) -> _Header:
    """The first row with a title that means the surname."""
    for row in rows:
        titles = [plain(cell) for cell in row.cells]
        if any(map(_is_surname, titles)):
            return _columns(row, titles)
    raise SheetMalformed("HEADER_MISSING")


def _is_surname(title: str) -> bool:
    column = TRAVELLER_COLUMNS.get(title)
    return column is not None and column.name == "surname"


def _columns(row: SheetRow, titles: Sequence[str]) -> _Header:
    columns: dict[str, int] = {}
    flight_columns: dict[str, int] = {}
    unknown: list[int] = []
    for place, title in enumerate(titles):
        known, found = TRAVELLER_COLUMNS.get(title), columns
        if known is None:
            known, found = FLIGHT_COLUMNS.get(title), flight_columns
        if known is None:
            if title or place in row.marks:
                unknown.append(place)
        elif known.name in found:
            raise SheetMalformed("COLUMN_REPEATED", known.title, row.number)
        else:
            found[known.name] = place
    return _Header(row.number, columns, flight_columns, unknown)


def _flight_facts(above: Sequence[SheetRow], header: _Header, travellers: Sequence[SheetRow]) -> FlightFacts:
    """The flight's facts of the rows above the titles and of the columns beside the travellers."""
    found: dict[str, tuple[str, int]] = {}
    for row in above:
        _add_fact(found, FLIGHT_COLUMNS.get(plain(row.text(0))), row, 1)
    for name, place in header.flight_columns.items():
        for row in travellers:
            _add_fact(found, FLIGHT_COLUMNS[plain(TITLES[name])], row, place)
    return read_flight_facts(found)


def _add_fact(found: dict[str, tuple[str, int]], known: Any, row: SheetRow, place: int) -> None:
    """Keep one fact of the flight.

    Raises:
        SheetMalformed: The cell cannot be read, or says something else than another row.
    """
    if known is None:
        # A line of explanation above the table belongs to the person who wrote it; it says nothing to us.
        return
    mark = row.marks.get(place)
    if mark is not None and mark != NUMBER:
        raise SheetMalformed(mark, known.title, row.number)
    text = row.text(place)
    if not text:
        return
    first = found.setdefault(known.name, (text, row.number))
    if first[0].casefold() != text.casefold():
        raise SheetMalformed("FLIGHTS_DIFFER", known.title, row.number)


def _read_row(row: SheetRow, ordinal: int, columns: Mapping[str, int], sheet: _Sheet) -> list[Fault]:
    reference, locator = (
        row.text(columns[name]) or None if name in columns else None
        for name in ("carrier_reference", "record_locator")
    )

    def fault(severity: Severity, code: str, column: str) -> Fault:
        return Fault(severity, code, column, row.number, ordinal, reference, locator)

    try:
        found = _values(row, columns)
        members = _members(found, sheet.facts)
        unknown = normalise_states(members)
        traveller = _traveller(members, sheet.today)
    except _RowRefused as refused:
        return [fault(Severity.TRAVELLER_REJECTED, refused.code, refused.column)]
    faults = [
        fault(Severity.WARNING, "STATE_UNKNOWN", TITLES[_STATE_COLUMNS.get(each, each)]) for each in unknown
    ]
    if row.marks.get(columns.get("document_number", -1)) == NUMBER:
        faults.append(fault(Severity.WARNING, "NUMBER_NOT_TEXT", TITLES["document_number"]))
    merged = [replace(each, position=row.number) for each in sheet.people.add(traveller, ordinal)]
    return [*faults, *merged]


def _values(row: SheetRow, columns: Mapping[str, int]) -> dict[str, Any]:
    """What the cells of a row say, by column; empty ones are left out."""
    found: dict[str, Any] = {}
    for name, place in columns.items():
        mark = row.marks.get(place)
        if mark is not None and mark != NUMBER:
            raise _RowRefused(mark, TITLES[name])
        text = row.text(place)
        if text:
            found[name] = _read(READERS.get(name, read_text), name, text)
    if "surname" not in found:
        raise _RowRefused("NAME_MISSING", TITLES["surname"])
    return found


def _read(reader: Callable[[str], Any], name: str, text: str) -> Any:
    try:
        return reader(text)
    except AmbiguousDate:
        raise _RowRefused("DATE_AMBIGUOUS", TITLES[name]) from None
    except ShortenedNumber:
        raise _RowRefused("NUMBER_SHORTENED", TITLES[name]) from None
    except ValueError:
        raise _RowRefused(_FAULT_CODES.get(name, "CELL_UNREADABLE"), TITLES[name]) from None


def _members(found: Mapping[str, Any], facts: FlightFacts) -> dict[str, Any]:
    """The traveller's members of the JSON manifest."""
    leg = facts.flight.legs[0]
    documents: list[dict[str, Any]] = []
    for kind, number, issuer, expiry in _DOCUMENTS:
        if number in found:
            names = ((kind, "type"), (number, "number"), (issuer, "issuer"), (expiry, "expiry"))
            documents.append({member: found.get(column) for column, member in names})
        elif expiry in found or issuer in found:
            raise _RowRefused("DOCUMENT_NUMBER_MISSING", TITLES[number])
    members = {
        name: found.get(name)
        for name in TravellerShape.model_fields
        if name not in {"documents", "address", "bags", "birth_place", "phones", "emails", "birth_date_sent"}
    }
    return members | {
        "role": found.get("role") or _ROLES[facts.function].value,
        "embarkation": found.get("embarkation") or leg.origin,
        "debarkation": found.get("debarkation") or leg.destination,
        "documents": documents,
        "birth_date_sent": None,
        "birth_place": _part(found, _BIRTH_PLACE),
        "address": _part(found, _ADDRESS),
        "bags": _part(found, _BAGS),
        "phones": [found["phone"]] if "phone" in found else [],
        "emails": [found["email"]] if "email" in found else [],
    }


def _part(found: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any] | None:
    if not any(column in found for column in columns.values()):
        return None
    return {member: found.get(column) for member, column in columns.items()}


def _column_of(member: str, within: Sequence[int | str]) -> str:
    """The column that a member of the manifest was read from."""
    if member in _COLUMNS_OF:
        return _COLUMNS_OF[member][str(within[0])]
    return {"documents": "document_number", "phones": "phone", "emails": "email"}.get(member, member)


def _traveller(members: Mapping[str, Any], today: date) -> Traveller:
    """The traveller of checked members.

    Raises:
        _RowRefused: A member has another shape than a manifest's, or the birth lies in the future.
    """
    try:
        checked = TravellerShape.model_validate(members).model_dump(mode="json")
    except ValidationError as errors:
        member, *within = errors.errors(include_input=False, include_url=False)[0]["loc"]
        raise _RowRefused("CELL_UNREADABLE", TITLES[_column_of(str(member), within)]) from None
    traveller = tidied(Traveller.from_json(checked))
    birth = traveller.birth_date
    if birth is not None and date(birth.year, birth.month or 1, birth.day or 1) > today:
        raise _RowRefused("BIRTH_DATE_IMPOSSIBLE", TITLES["birth_date"])
    return traveller
