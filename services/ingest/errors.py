"""The faults of ingest.

DomainError
├── RefusedMessage               the body as a whole cannot be taken; its receipt says so
│   ├── MalformedMessage         the syntax breaks at a position
│   ├── UnsupportedMessage       a message, but not one that this State takes
│   ├── UnknownFormat            not a message at all
│   ├── DoctypeForbidden         XML that declares a document type
│   ├── ManifestMalformed        JSON that is not the manifest's shape
│   └── SheetMalformed           CSV or xlsx that is not a list of travellers
├── IdempotencyKeyReused         the caller's key came before with other content
├── UploadMalformed              a form without a file
├── ScheduleRefused              a file of expected flights that cannot be taken as a whole
├── PeriodRefused                days that end before they begin, or too many
├── StoreUnavailable             nothing can be stored now; nothing was taken
├── ReceiptNotFound, FlightNotFound
├── RegisterMalformed            a proposed register row breaks its schema
└── ChangeRefused                the safeguards do not permit the change of a register
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final

from shared.errors import DomainError


def place_of(segment: str | None, position: int | None) -> str:
    """Where a fault stands, as the end of a sentence; empty where it stands nowhere."""
    if segment is None:
        return ""
    return f" in {segment}" if position is None else f" in {segment}, number {position}"


def place_in_sheet(column: str | None, row: int | None) -> str:
    """The same for a spreadsheet."""
    places = ["" if row is None else f"row {row}", "" if column is None else f"column {column}"]
    return "".join(f", {place}" for place in places if place)


#: What to do about a sheet that cannot be taken.
SHEET_FAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CELL_ERROR": "The cell shows an error.",
        "CELL_TOO_LONG": "A cell holds at most 512 characters.",
        "COLUMN_REPEATED": "Two columns have the same title: keep one.",
        "CSV_UNREADABLE": "A quotation mark is not closed.",
        "EMBEDDED_OBJECT": "The workbook holds another file: send the bare table.",
        "ENCODING_UNKNOWN": "Save the file as 'CSV UTF-8', or send the workbook (xlsx).",
        "EXTERNAL_LINK": "The workbook reads from another file: paste the values, then remove the link.",
        "FLIGHT_FACT_MISSING": "Say it above the travellers, or in a column of this title in each row.",
        "FLIGHT_FACT_UNREADABLE": "See the template for how it is written.",
        "FLIGHTS_DIFFER": "One file is for one flight: the rows say different things about it.",
        "FORMULA": "Paste the value in place of the formula.",
        "HEADER_MISSING": "No row has the column titles; 'Surname' is the one that must be there.",
        "HIDDEN_SHEET": "Delete the hidden sheet, or show it.",
        "MACRO": "Save the workbook without macros (xlsx).",
        "NO_TRAVELLERS": "There is no row below the titles.",
        "SECOND_SHEET": "Only the first sheet is read: delete the others, or send a file for each.",
        "TOO_MANY_COLUMNS": "A sheet has at most 100 columns.",
        "TOO_MANY_ROWS": "A sheet has at most 1,000 rows: delete empty ones, or send several files.",
        "WORKBOOK_TOO_LARGE": "It unpacks to more than 16 MiB: send the bare table.",
        "WORKBOOK_UNREADABLE": "The workbook is damaged: save it again as xlsx, or send CSV.",
    }
)


class RefusedMessage(DomainError):
    """The body as a whole cannot be taken.

    `fault_code`, `segment`, `position` and, where one is at fault, `element` (1 for the first after the tag)
    say where; never what stood there.
    """

    code: ClassVar[str] = "MESSAGE_REFUSED"
    sentence: ClassVar[str] = "The message could not be taken: {fault}{place}."

    def __init__(
        self,
        fault: str,
        segment: str | None = None,
        position: int | None = None,
        element: int | None = None,
    ) -> None:
        super().__init__(fault=fault, segment=segment, position=position, place=place_of(segment, position))
        self.fault_code = fault
        self.segment = segment
        self.position = position
        self.element = element


class MalformedMessage(RefusedMessage):
    """The syntax breaks; `position` is the 1-based segment."""

    code: ClassVar[str] = "MALFORMED_MESSAGE"
    sentence: ClassVar[str] = "The message could not be read: {fault}{place}."


class UnsupportedMessage(RefusedMessage):
    """A message of a type or version that this State does not take."""

    code: ClassVar[str] = "UNSUPPORTED_MESSAGE"
    sentence: ClassVar[str] = "This State does not take messages of this type or version ({fault})."


class UnknownFormat(RefusedMessage):
    """Neither EDIFACT, nor a JSON manifest."""

    code: ClassVar[str] = "UNKNOWN_FORMAT"
    sentence: ClassVar[str] = (
        "The body is neither EDIFACT, a JSON manifest nor a sheet of travellers, whatever its type says."
    )


class DoctypeForbidden(RefusedMessage):
    """XML with a document type declaration, which can make a reader fetch or expand what was not sent."""

    code: ClassVar[str] = "DOCTYPE_FORBIDDEN"
    sentence: ClassVar[str] = (
        "The XML declares a document type (DOCTYPE), and this State reads no XML that does. "
        "Send the message without the declaration."
    )


class ManifestMalformed(RefusedMessage):
    """JSON that is not a manifest; `segment` is the member, `position` its 1-based place in a list."""

    code: ClassVar[str] = "MANIFEST_MALFORMED"
    sentence: ClassVar[str] = "The JSON manifest breaks its schema: {fault}{place}."


class SheetMalformed(RefusedMessage):
    """CSV or xlsx that cannot be taken; `segment` is the column's title, `position` the row's number."""

    code: ClassVar[str] = "SHEET_MALFORMED"
    sentence: ClassVar[str] = "The sheet could not be taken: {fault}{place}. {words}"

    def __init__(self, fault: str, column: str | None = None, row: int | None = None) -> None:
        DomainError.__init__(
            self,
            fault=fault,
            segment=column,
            position=row,
            place=place_in_sheet(column, row),
            words=SHEET_FAULTS.get(fault, ""),
        )
        self.fault_code = fault
        self.segment = column
        self.position = row


class IdempotencyKeyReused(DomainError):
    """The same Idempotency-Key came before with another body."""

    code: ClassVar[str] = "IDEMPOTENCY_KEY_REUSED"
    sentence: ClassVar[str] = (
        "This Idempotency-Key was used before with another body. Send the new body under a new key."
    )


class StoreUnavailable(DomainError):
    """Nothing can be stored now, so nothing was taken: the caller sends the same message again."""

    code: ClassVar[str] = "STORE_UNAVAILABLE"
    sentence: ClassVar[str] = "The message could not be stored and was not taken. Send it again."


class UploadMalformed(DomainError):
    """A form that is none, or has no file in it."""

    code: ClassVar[str] = "UPLOAD_MALFORMED"
    sentence: ClassVar[str] = (
        "The form could not be read. Send one file as the field 'file', or the file itself as the body."
    )


#: What to do about a schedule that cannot be taken.
SCHEDULE_FAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CSV_UNREADABLE": "A quotation mark is not closed.",
        "ENCODING_UNKNOWN": "Save the file as 'CSV UTF-8'; SSIM is plain ASCII.",
        "HEADER_MISSING": "CSV begins with the template's titles, SSIM with its record of type 1.",
        "RECORD_MISSING": "The records' numbers have a gap: part of the file was lost.",
        "RECORD_OUT_OF_PLACE": "A leg stands before its carrier's record of type 2.",
        "RECORD_UNKNOWN": "Records are of types 1 to 5.",
        "SCHEDULE_CUT_SHORT": "The trailer (type 5) of a carrier's schedule is missing: send the whole file.",
        "TIME_MODE_UNKNOWN": "A carrier's record says U or L: times in UTC or local.",
        "TOO_MANY_LINES": "A file has at most 200,000 legs, and at most 1,000 lines with faults.",
        "NO_FLIGHT_OF_OURS": "No line of it is a flight into or out of this State.",
    }
)


class ScheduleRefused(DomainError):
    """A file of expected flights that cannot be taken; what was expected before stays expected."""

    code: ClassVar[str] = "SCHEDULE_REFUSED"
    sentence: ClassVar[str] = "The schedule could not be taken: {fault}{place}. {words}"

    def __init__(self, fault: str, line: int | None = None) -> None:
        place = "" if line is None else f" in line {line}"
        super().__init__(fault=fault, line=line, place=place, words=SCHEDULE_FAULTS.get(fault, ""))
        self.fault_code = fault
        self.line = line


class PeriodRefused(DomainError):
    """The days asked for are none, or too many."""

    code: ClassVar[str] = "PERIOD_REFUSED"
    sentence: ClassVar[str] = "Ask for at least one day and at most {days}: 'to' lies after 'from'."


class ReceiptNotFound(DomainError):
    """No such receipt, or not the caller's to see: the two are told alike."""

    code: ClassVar[str] = "RECEIPT_NOT_FOUND"
    sentence: ClassVar[str] = "There is no such receipt."


class FlightNotFound(DomainError):
    """No such flight."""

    code: ClassVar[str] = "FLIGHT_NOT_FOUND"
    sentence: ClassVar[str] = "There is no such flight."


class RegisterMalformed(DomainError):
    """A proposed row of a register breaks its schema."""

    code: ClassVar[str] = "REGISTER_MALFORMED"
    sentence: ClassVar[str] = "The proposed row does not fit the register {register}: member {member}."


class ChangeRefused(DomainError):
    """The safeguards do not permit a register's change; nothing changed, the proposal still waits."""

    code: ClassVar[str] = "REFUSED_BY_POLICY"
    sentence: ClassVar[str] = "The safeguards do not permit this change: {reasons}."
