"""The faults of the screening service.

```
DomainError
├── MoveNotDrawn             the life cycle has no such move
├── NotFound                 no such thing, or none that the asker may see
├── HitNotOpenForReview      nobody's look is awaited
├── LeaseHeldByAnother       somebody else compares it at this moment
├── LeaseNotHeld             the asker's lease has run out, or never was
├── HitDataChanged           what the reviewer saw is no longer what is stored
├── AlreadyDecided           a proposal, a version or a card was decided before
├── OrderNotPossible         the hit's state supports no such order
├── WrongRoleForApproval     two different posts have to approve
├── MalformedMrz
├── UnreadableTraveller      a batch holds a traveller that no reader of ours reads
├── RowRefused               a row does not fit its register
├── TickRefused              the clocks run by themselves
├── UnreadableMessage        another sender's kind, or not that contract
├── NotYetReady              503: what screening needs is not in force, travellers wait in ingest's outbox
│   ├── NoListInForce
│   └── NoStandingOrder
└── RecordedRefusal          carries the audit records that its transaction leaves behind
    ├── ListRefused          the file was not loaded
    ├── RefusedByPolicy      a safeguard refused
    ├── ScreeningRefused     503: a safeguard refused a batch, which waits
    ├── BoardingNotAllowed   no law, or not in this case: no advice against boarding
    └── DecidedTooQuickly    under 30 s of open page
```
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from shared.audit.record import AuditRecord
from shared.errors import DomainError, Fact
from shared.policy.messages import message_for

RETRY_AFTER_SECONDS = 15
#: Why a list's file is refused, as the middle of a sentence.
LIST_FAULTS: Final[Mapping[str, str]] = {
    "COLUMN_REPEATED": "a column stands twice",
    "COLUMN_UNKNOWN": "a column has a title that the template does not know",
    "CSV_UNREADABLE": "a quotation mark is not closed",
    "DOCTYPE_REFUSED": "it declares a document type, which no list needs",
    "ENCODING_UNKNOWN": "its text has another encoding than UTF-8",
    "FORMAT_UNKNOWN": "nothing here reads this format",
    "LIST_TOO_LARGE": "it is larger than a list may be",
    "MISPLACED_ROW": "a row stands where none may stand",
    "MISSING_ELEMENT": "a row lacks what every row has",
    "MISSING_FILE": "a file that belongs to it is missing",
    "MISSING_GENERATION_DATE": "it does not say of when it is",
    "NAME_MISSING": "a person has no name",
    "NOT_A_NATIONAL_SOURCE": "the source is not a national one of the register",
    "NOT_TEXT": "it is not text",
    "NOT_THIS_FORMAT": "it is not in the format that its source publishes",
    "NOT_WELL_FORMED": "it is damaged or cut off",
    "NO_ROWS": "it holds nothing",
    "REPEATED_REFERENCE": "a reference stands twice",
    "ROW_TOO_LONG": "a row is longer than a row may be",
    "TEXT_TOO_LONG": "a text is longer than a text may be",
    "TOO_DEEP": "its elements are nested too deeply",
    "TOO_MANY_ROWS": "it has more rows than a list may have",
    "UNKNOWN_KIND": "a row is of a kind that is not known",
    "VALUE_NOT_TEXT": "a row holds a zero character or half of one, which no text has",
    "WORKBOOK_UNREADABLE": "the workbook is damaged",
    "WRONG_ROOT": "it begins with another element than the list does",
}


class MoveNotDrawn(DomainError):
    """The life cycle draws no such move."""

    code: ClassVar[str] = "HIT_MOVE_NOT_DRAWN"
    sentence: ClassVar[str] = "A hit in the state {state} cannot become {target}."


class NotFound(DomainError):
    """There is no such thing, or none that the asker may see; the answer is the same."""

    code: ClassVar[str] = "NOT_FOUND"
    sentence: ClassVar[str] = "There is no such {kind}."


class ListFileNotHeld(DomainError):
    """The file that a list version was made of cannot be given out, or not as it was."""

    code: ClassVar[str] = "LIST_FILE_NOT_HELD"
    sentence: ClassVar[str] = "The file of this version is {reason}."


class HitNotOpenForReview(DomainError):
    """The hit waits for nobody's look, or for another person's than the asker's."""

    code: ClassVar[str] = "HIT_NOT_OPEN_FOR_REVIEW"
    sentence: ClassVar[str] = "This possible match is not waiting for your comparison."


class LeaseHeldByAnother(DomainError):
    """Somebody else compares the hit at this moment."""

    code: ClassVar[str] = "LEASE_HELD_BY_ANOTHER"
    sentence: ClassVar[str] = "Another officer is comparing this possible match. It is free again at {until}."


class LeaseNotHeld(DomainError):
    """The asker holds no lease on the hit."""

    code: ClassVar[str] = "LEASE_NOT_HELD"
    sentence: ClassVar[str] = (
        "Open the possible match first: you do not hold it, or your 20 minutes are over."
    )


class HitDataChanged(DomainError):
    """A newer report changed what the reviewer compared."""

    code: ClassVar[str] = "HIT_DATA_CHANGED"
    sentence: ClassVar[str] = (
        "The details changed while you were comparing them. Open the possible match again and compare anew."
    )


class AlreadyDecided(DomainError):
    """What was to be decided is decided."""

    code: ClassVar[str] = "ALREADY_DECIDED"
    sentence: ClassVar[str] = "This {kind} was decided before."


class EntryIncomplete(DomainError):
    """What was written is not an entry: a name is missing, or a value is none."""

    code: ClassVar[str] = "ENTRY_INCOMPLETE"
    sentence: ClassVar[str] = "The entry needs at least one name, and dates and kinds in the documented form."


class OrderNotPossible(DomainError):
    """The hit's state supports no such order."""

    code: ClassVar[str] = "ORDER_NOT_POSSIBLE"
    sentence: ClassVar[str] = "A hit in the state {state} supports no order {kind}."


class WrongRoleForApproval(DomainError):
    """The posts that have to approve are others, or the same person approved before."""

    code: ClassVar[str] = "WRONG_ROLE_FOR_APPROVAL"
    sentence: ClassVar[str] = "Two different persons approve this list, one {first} and one {second}."


class MalformedMrz(DomainError):
    """A machine-readable zone that does not hold together."""

    code: ClassVar[str] = "MALFORMED_MRZ"
    sentence: ClassVar[str] = "The machine-readable zone cannot be read ({reason})."


class UnreadableTraveller(DomainError):
    """A traveller of a batch, or of a question, cannot be read."""

    code: ClassVar[str] = "UNREADABLE_TRAVELLER"
    sentence: ClassVar[str] = "Traveller {ordinal} cannot be read."


class QueryNotComparable(DomainError):
    """The person of a query in the OpenSanctions match API's shape cannot be compared; `why` names nobody."""

    code: ClassVar[str] = "QUERY_NOT_COMPARABLE"
    sentence: ClassVar[str] = "{why}"


class UnreadableMessage(DomainError):
    """A message of another service that is not what its kind says, or not for its sender to send."""

    code: ClassVar[str] = "UNREADABLE_MESSAGE"
    sentence: ClassVar[str] = "This is no {kind} that screening takes from the sender."


class RowRefused(DomainError):
    """A row that does not fit its register."""

    code: ClassVar[str] = "ROW_REFUSED"
    sentence: ClassVar[str] = "The row does not fit its register: {field}."


class TickRefused(DomainError):
    """The clocks run by themselves outside the local profile."""

    code: ClassVar[str] = "TICK_REFUSED"
    sentence: ClassVar[str] = "Only the local profile runs its clocks by hand."


class NotYetReady(DomainError):
    """What screening needs is not in force; the travellers wait."""

    code: ClassVar[str] = "SCREENING_NOT_READY"
    sentence: ClassVar[str] = "Screening is not ready. Try again in {retry_after_seconds} seconds."

    def __init__(self) -> None:
        super().__init__(retry_after_seconds=RETRY_AFTER_SECONDS)


class NoListInForce(NotYetReady):
    """No list version is in force, or its index is still being built."""

    code: ClassVar[str] = "NO_LIST_IN_FORCE"
    sentence: ClassVar[str] = (
        "No watchlist version is in force, so travellers wait unscreened."
        " Try again in {retry_after_seconds} seconds."
    )


class ListNotYetBuilt(NotYetReady):
    """Travellers are to meet a changed list whose index this worker is still building."""

    code: ClassVar[str] = "LIST_NOT_YET_BUILT"
    sentence: ClassVar[str] = (
        "The index of the changed list is being built. Try again in {retry_after_seconds} seconds."
    )


class NoStandingOrder(NotYetReady):
    """No standing order is in force."""

    code: ClassVar[str] = "NO_STANDING_ORDER"
    sentence: ClassVar[str] = (
        "No standing order is in force, so travellers wait unscreened."
        " Try again in {retry_after_seconds} seconds."
    )


class RecordedRefusal(DomainError):
    """A refusal that stays in the audit log although its transaction leaves nothing else behind."""

    def __init__(self, records: Sequence[AuditRecord], **facts: Fact) -> None:
        super().__init__(**facts)
        self.records = tuple(records)


class ListRefused(RecordedRefusal):
    """The file was not loaded; screening goes on with the version in force.

    Facts: `reason` is a stable word, `element` and `line` say where, as far as it is known.
    """

    code: ClassVar[str] = "LIST_REFUSED"
    sentence: ClassVar[str] = (
        "This list was not loaded: {words} ({reason}{place}). Screening goes on with the last version."
    )

    def __init__(
        self,
        reason: str,
        element: str | None = None,
        line: int | None = None,
        records: Sequence[AuditRecord] = (),
    ) -> None:
        at = (f" at {element}" if element else "") + (f", line {line}" if line else "")
        words = LIST_FAULTS.get(reason, "it is not what it should be")
        super().__init__(records, reason=reason, element=element, line=line, place=at, words=words)


class RefusedByPolicy(RecordedRefusal):
    """A safeguard refused; nothing happened but the record of it."""

    code: ClassVar[str] = "REFUSED_BY_SAFEGUARD"
    sentence: ClassVar[str] = "{words}"

    def __init__(self, records: Sequence[AuditRecord], reasons: Sequence[str]) -> None:
        words = " ".join(dict.fromkeys(message_for(reason) for reason in reasons))
        super().__init__(records, reasons=", ".join(reasons), words=words)


class ScreeningRefused(RecordedRefusal):
    """The safeguards do not permit screening at this moment; the travellers wait."""

    code: ClassVar[str] = "SCREENING_REFUSED"
    sentence: ClassVar[str] = (
        "The safeguards do not permit screening now ({reasons}). Try again in {retry_after_seconds} seconds."
    )


class BoardingNotAllowed(RecordedRefusal):
    """What must not be ordered against this traveller, whatever the safeguards would say."""

    code: ClassVar[str] = "BOARDING_ADVICE_NOT_ALLOWED"
    sentence: ClassVar[str] = "A boarding advice cannot be ordered here: {reason}."


class DecidedTooQuickly(RecordedRefusal):
    """SG-08: nobody compares two persons in less than thirty seconds."""

    code: ClassVar[str] = "DECIDED_TOO_QUICKLY"
    sentence: ClassVar[str] = (
        "This was open for {seconds} seconds. Compare the details for at least {least} seconds,"
        " then save again."
    )
