"""The faults of the rights office.

DomainError
├── RequestUnknown     no such request, or it is answered
├── ExtensionSpent     the one extension was given, or the request is urgent
├── TaskUnknown        nobody is to be told there, or they were
├── AnswerUnfit        the answer does not fit the kind of request
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
