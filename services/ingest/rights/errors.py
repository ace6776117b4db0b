"""The faults of the rights office.

DomainError
├── RequestUnknown     no such request, or it is answered
├── ExtensionSpent     the one extension was given, or the request is urgent
├── TaskUnknown        nobody is to be told there, or they were
├── AnswerUnfit        the answer does not fit the kind of request
├── CorrectionMissing  a rectification is granted without saying what is right
├── LetterChanged      the letter is no longer the one that was looked at
├── SubmissionAbsent   the request did not come through the door, or its text is erased
├── SubmissionUnreadable  what lies there was sealed to another key, or changed
├── OfficeClosed       this instance holds no key that opens submissions
├── OfficeKeyUnreadable  the key file cannot be used
└── RightsRefused      the safeguards refuse the answer or the deferral
"""

from typing import ClassVar

from shared.errors import DomainError


class RequestUnknown(DomainError):
    """No such open request."""

    code: ClassVar[str] = "RIGHTS_REQUEST_UNKNOWN"
    sentence: ClassVar[str] = "There is no such request, or it has its answer."


class ExtensionSpent(DomainError):
    """No further extension."""

    code: ClassVar[str] = "EXTENSION_SPENT"
    sentence: ClassVar[str] = "A request is extended once, with reasons; an urgent one is not."


class TaskUnknown(DomainError):
    """No such open task."""

    code: ClassVar[str] = "NOTIFICATION_UNKNOWN"
    sentence: ClassVar[str] = "There is no such notification, or the person was told."


class AnswerUnfit(DomainError):
    """An outcome of redress for a subject request, or the other way round."""

    code: ClassVar[str] = "ANSWER_UNFIT"
    sentence: ClassVar[str] = "This answer does not fit a request of the kind {kind}."


class RightsRefused(DomainError):
    """The safeguards refused."""

    code: ClassVar[str] = "RIGHTS_REFUSED"
    sentence: ClassVar[str] = "The safeguards do not permit this: {reasons}."


class CorrectionMissing(DomainError):
    """Nothing is corrected."""

    code: ClassVar[str] = "CORRECTION_MISSING"
    sentence: ClassVar[str] = "A rectification that is granted names the values that are right."


class LetterChanged(DomainError):
    """Another letter than the one that was looked at."""

    code: ClassVar[str] = "LETTER_CHANGED"
    sentence: ClassVar[str] = "The letter is no longer the one that you looked at. Look at it again."


class SubmissionAbsent(DomainError):
    """No sealed text."""

    code: ClassVar[str] = "SUBMISSION_ABSENT"
    sentence: ClassVar[str] = "This request did not come through the door, or its text was erased."


class SubmissionUnreadable(DomainError):
    """A sealed text that does not open."""

    code: ClassVar[str] = "SUBMISSION_UNREADABLE"
    sentence: ClassVar[str] = "What was left at the door cannot be opened with the rights office's key."


class OfficeClosed(DomainError):
    """No key here."""

    code: ClassVar[str] = "OFFICE_CLOSED"
    sentence: ClassVar[str] = "This instance holds no key that opens what travellers left at the door."


class OfficeKeyUnreadable(DomainError):
    """The rights office's key file cannot be used."""

    code: ClassVar[str] = "OFFICE_KEY_UNREADABLE"
    sentence: ClassVar[str] = "The rights office's key file holds no private X25519 key."
