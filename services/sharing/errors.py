"""The faults of the sharing service.

DomainError
├── EnvelopeRefused      a notice or acknowledgement that cannot be accepted (sharing-protocol.md §10)
├── ShareNotFound
├── NoticeNotFound
├── ForeignMessage       another service's kind of message
├── MessageNotFound      no message of the exchange has this id
├── MessageRefused       a message that cannot be composed or let go
├── ContentWithdrawn     its content was recalled, corrected or is over
├── RegisterEntryRefused an entry that may not be activated
├── RegisterEntryUnknown
├── NotACandidate        an authority that the resolution does not make a candidate
├── StepOutOfOrder       a step before the one that it needs
├── PreviewOutdated      what would leave is no longer what was shown
├── RefusedByPolicy      the safeguards refused; reasons are facts
├── LegalFindingRequired only the legal officer opens the fallback of SG-30
├── VaultUnavailable     the protection vault gave no answer, which refuses
└── ScreeningSilent      screening gave no answer, which refuses
"""

from typing import ClassVar

from shared.errors import DomainError


class EnvelopeRefused(DomainError):
    """A notice or an acknowledgement cannot be accepted; `code_sent` is the transport's code."""

    code: ClassVar[str] = "ENVELOPE_REFUSED"
    sentence: ClassVar[str] = "The message was refused ({code_sent}): {reason}."


class ShareNotFound(DomainError):
    """No share has this id, or the caller may not see it."""

    code: ClassVar[str] = "SHARE_NOT_FOUND"
    sentence: ClassVar[str] = "There is no such share."


class NoticeNotFound(DomainError):
    """No notice has this id."""

    code: ClassVar[str] = "NOTICE_NOT_FOUND"
    sentence: ClassVar[str] = "There is no such notice."


class ForeignMessage(DomainError):
    """A kind of message that is not for its sender to send."""

    code: ClassVar[str] = "FOREIGN_MESSAGE"
    sentence: ClassVar[str] = "Sharing takes no {kind} from this service."


class MessageNotFound(DomainError):
    """No message of the exchange has this id."""

    code: ClassVar[str] = "MESSAGE_NOT_FOUND"
    sentence: ClassVar[str] = "There is no such message."


class MessageRefused(DomainError):
    """A message to a counterpart cannot be composed or let go."""

    code: ClassVar[str] = "MESSAGE_REFUSED"
    sentence: ClassVar[str] = "The message cannot be sent: {reason}."


class ContentWithdrawn(DomainError):
    """What the message said was withdrawn by its sender, or its time here is over (SG-37)."""

    code: ClassVar[str] = "CONTENT_WITHDRAWN"
    sentence: ClassVar[str] = "This information was corrected or withdrawn. It cannot be used."


class RegisterEntryRefused(DomainError):
    """The entry cannot be activated."""

    code: ClassVar[str] = "REGISTER_ENTRY_REFUSED"
    sentence: ClassVar[str] = "The entry {entry_id} cannot be activated: {reason}."


class RegisterEntryUnknown(DomainError):
    """No register holds such an entry."""

    code: ClassVar[str] = "REGISTER_ENTRY_UNKNOWN"
    sentence: ClassVar[str] = "The register {register} has no such entry."


class NotACandidate(DomainError):
    """Nothing in the resolution makes this authority a recipient of this hit."""

    code: ClassVar[str] = "NOT_A_CANDIDATE"
    sentence: ClassVar[str] = "{authority_id} is not a candidate for this hit."


class StepOutOfOrder(DomainError):
    """The share is not at the point where this step is taken."""

    code: ClassVar[str] = "STEP_OUT_OF_ORDER"
    sentence: ClassVar[str] = "This cannot be done now: {reason}."


class PreviewOutdated(DomainError):
    """What would leave has changed since it was proposed, so nobody has seen it."""

    code: ClassVar[str] = "PREVIEW_OUTDATED"
    sentence: ClassVar[str] = "What would be sent to {authority_id} has changed since it was proposed."


class RefusedByPolicy(DomainError):
    """The safeguards refused the act."""

    code: ClassVar[str] = "REFUSED_BY_POLICY"
    sentence: ClassVar[str] = "The safeguards do not permit this: {reasons}."


class VaultUnavailable(DomainError):
    """The protection vault gave no answer; without one nothing is sent."""

    code: ClassVar[str] = "VAULT_UNAVAILABLE"
    sentence: ClassVar[str] = "The protection check could not be completed, so nothing was sent."


class ScreeningSilent(DomainError):
    """Screening did not say what state the hit is in; without it nothing is decided or sent."""

    code: ClassVar[str] = "SCREENING_SILENT"
    sentence: ClassVar[str] = "The hit's present state could not be asked, so nothing was decided or sent."


class LegalFindingRequired(DomainError):
    """Only the legal officer finds what is owed (SG-30), that a court's order covers a child (SG-16) or that
    there is no risk (SG-34).
    """

    code: ClassVar[str] = "LEGAL_FINDING_REQUIRED"
    sentence: ClassVar[str] = "Only a legal officer can record this finding."
