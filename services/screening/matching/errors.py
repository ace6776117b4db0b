"""Faults of the matcher: an entry that it does not hold, a snapshot that is not what it says."""

from dataclasses import dataclass

from shared.errors import DomainError


class UnknownEntry(DomainError):
    """The entry is not on the list that is in force."""

    code = "UNKNOWN_ENTRY"
    sentence = "The entry {entry_id} is not on this version of the watchlist."


class RepeatedEntry(DomainError):
    """Two entries of one list have the same identifier, so that a match could not say which it means."""

    code = "REPEATED_ENTRY"
    sentence = "The entry {entry_id} stands more than once in the list."


class DamagedSnapshot(DomainError):
    """The folder holds no snapshot of this format, or one whose bytes are not those that were written."""

    code = "DAMAGED_SNAPSHOT"
    sentence = "The snapshot cannot be used: {reason}."


class NotCompiled(DomainError):
    """The process that compiles a list ended without having written one."""

    code = "NOT_COMPILED"
    sentence = "The list could not be compiled: the process that does it ended with {exit_code}."


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a traveller cannot be screened: a stable code and a sentence, without personal data."""

    code: str
    sentence: str

    def as_json(self) -> dict[str, str]:
        """`{"code", "sentence"}`."""
        return {"code": self.code, "sentence": self.sentence}
