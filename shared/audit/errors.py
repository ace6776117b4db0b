"""The faults of reading the audit log.

DomainError
├── AuditPurposeRefused     the log is read for oversight only
├── AuditRecordUnknown      there is no such record
├── AuditRecordWaiting      the record has no place in the tree yet
└── AuditSizeUnknown        the tree does not have, or never had, such a size
"""

from shared.errors import DomainError


class AuditPurposeRefused(DomainError):
    """The log is read for oversight only."""

    code = "SG-41.LOG_READ"
    sentence = "The audit log is read for the purpose OVERSIGHT only."


class AuditRecordUnknown(DomainError):
    """There is no such record."""

    code = "AUDIT_RECORD_UNKNOWN"
    sentence = "There is no such audit record."


class AuditRecordWaiting(DomainError):
    """The record is written and has no place in the tree yet."""

    code = "AUDIT_RECORD_WAITING"
    sentence = "The record is not under a signed checkpoint yet. Ask again in a few seconds."


class AuditSizeUnknown(DomainError):
    """The tree has no such size."""

    code = "AUDIT_SIZE_UNKNOWN"
    sentence = "The audit log has no checkpoint of this size."
