"""The faults of retention.

DomainError
├── VaultUnreadable        the vault's key is none, or opens nothing
├── RecordsUnknown         a named record is not held here
├── ScreeningSilent        screening could not be asked about hits
├── RetentionRefused       the safeguards do not permit the hold, extension or re-identification
├── HoldUnknown            no such hold, or it has ended
├── GrantUnknown           no such grant, or not for this person to use
└── VaultClosed            this instance holds no key that opens masked values
"""

from typing import ClassVar

from shared.errors import DomainError


class VaultUnreadable(DomainError):
    """The key of the vault cannot be used."""

    code: ClassVar[str] = "VAULT_UNREADABLE"
    sentence: ClassVar[str] = "The vault of masked values cannot be used with the key that was given."


class VaultClosed(DomainError):
    """An instance that masks, and cannot show."""

    code: ClassVar[str] = "VAULT_CLOSED"
    sentence: ClassVar[str] = "This instance holds no key that opens masked values."


class RecordsUnknown(DomainError):
    """One of the records named is not held, or holds nothing masked."""

    code: ClassVar[str] = "RECORDS_UNKNOWN"
    sentence: ClassVar[str] = "At least one of the records named is not held here."


class ScreeningSilent(DomainError):
    """Screening could not be asked about hits."""

    code: ClassVar[str] = "SCREENING_SILENT"
    sentence: ClassVar[str] = "Screening did not say which travellers carry hits. Try again later."


class RetentionRefused(DomainError):
    """The safeguards refused."""

    code: ClassVar[str] = "RETENTION_REFUSED"
    sentence: ClassVar[str] = "The safeguards do not permit this: {reasons}."


class HoldUnknown(DomainError):
    """No such hold in force."""

    code: ClassVar[str] = "HOLD_UNKNOWN"
    sentence: ClassVar[str] = "There is no such hold in force."


class GrantUnknown(DomainError):
    """No such grant."""

    code: ClassVar[str] = "GRANT_UNKNOWN"
    sentence: ClassVar[str] = "There is no such grant."
