"""One audit record: who did what to which object, why and with what outcome; never a word about a person.

A record holds identifiers, numbers, booleans and codes. Free text is refused by its shape: a value has no
space, and a fact named like a personal detail is refused whatever it holds.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from shared.errors import DomainError
from shared.identifiers import AuditRecordId

FactValue = str | int | float | bool | None | tuple[str | int | float | bool | None, ...]

RECORD_FORMAT: Final = 1
MAX_CODE_CHARACTERS: Final = 200
MAX_REASONS: Final = 100
MAX_FACTS: Final = 40
MAX_FACT_ITEMS: Final = 1000
MAX_RECORD_BYTES: Final = 65536

_CODE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/=+|\-]*")
_FACT_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_PERSONAL_WORDS: Final = frozenset(
    [
        "name",
        "names",
        "surname",
        "given_name",
        "given_names",
        "family_name",
        "full_name",
        "alias",
        "aliases",
        "birth",
        "birth_date",
        "birthdate",
        "dob",
        "birth_place",
        "address",
        "phone",
        "telephone",
        "email",
        "e_mail",
        "passport",
        "document_number",
        "nationality",
        "sex",
        "gender",
        "religion",
        "statement",
        "text",
        "remark",
        "remarks",
        "comment",
        "comments",
    ]
)


class Outcome(StrEnum):
    """How it ended."""

    DONE = "DONE"
    PERMITTED = "PERMITTED"
    REFUSED = "REFUSED"
    FAILED = "FAILED"


class AuditRecordRefused(DomainError):
    """A record would hold something other than identifiers, numbers, booleans and codes."""

    code = "AUDIT_RECORD_REFUSED"
    sentence = "The audit record was refused: {field} is not an identifier, number, boolean or code."


def is_code(text: str) -> bool:
    """Whether a text is an identifier or code: ASCII letters, digits and `_ . : / = + | -`; not long."""
    return len(text) <= MAX_CODE_CHARACTERS and _CODE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """What happened, once and for all.

    `actor` is a person's, service's or carrier's identifier; `subject_id` the traveller's or hit's that it is
    about. `purpose` is a code, `policy` the version or digest of the catalogue that judged, `reasons` its
    codes.

    Raises:
        AuditRecordRefused: A field or fact could carry personal data or free text.

    Source:
        safeguards.md SG-41 (logs contain ids, never passenger values).
    """

    record_id: AuditRecordId
    occurred_at: datetime
    service: str
    actor: str
    action: str
    object_kind: str
    object_id: str
    subject_id: str | None = None
    outcome: str = Outcome.DONE
    purpose: str | None = None
    case_id: str | None = None
    policy: str | None = None
    reasons: tuple[str, ...] = ()
    facts: Mapping[str, FactValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.occurred_at.utcoffset() == timedelta(0), "audit times are aware and UTC"
        for name in ("service", "actor", "action", "object_kind", "object_id"):
            _require(is_code(getattr(self, name)), name)
        for name in ("subject_id", "purpose", "case_id", "policy"):
            value = getattr(self, name)
            _require(value is None or is_code(value), name)
        _require(self.outcome in set(Outcome), "outcome")
        _require(len(self.reasons) <= MAX_REASONS and all(map(is_code, self.reasons)), "reasons")
        _require(len(self.facts) <= MAX_FACTS, "facts")
        for name, value in self.facts.items():
            _require(_is_fact_name(name), "a fact's name")
            _require(_is_fact(value), f"facts.{name}")
        object.__setattr__(self, "reasons", tuple(self.reasons))
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)))
        _require(len(self.canonical()) <= MAX_RECORD_BYTES, "the length")

    def canonical(self) -> bytes:
        """The record's one byte form, which the log hashes: JSON, names sorted, no spaces, UTF-8."""
        return canonical_json(
            {
                "format": RECORD_FORMAT,
                "record_id": str(self.record_id),
                "occurred_at": self.occurred_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                "service": self.service,
                "actor": self.actor,
                "action": self.action,
                "object_kind": self.object_kind,
                "object_id": self.object_id,
                "subject_id": self.subject_id,
                "outcome": str(self.outcome),
                "purpose": self.purpose,
                "case_id": self.case_id,
                "policy": self.policy,
                "reasons": list(self.reasons),
                "facts": {name: _plain(value) for name, value in self.facts.items()},
            }
        )


def canonical_json(value: dict[str, Any]) -> bytes:
    """JSON with one byte form: names sorted, no spaces, UTF-8; not-a-number and infinities are errors."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def _require(fulfilled: bool, name: str) -> None:
    if not fulfilled:
        raise AuditRecordRefused(field=name)


def _is_fact_name(name: str) -> bool:
    return _FACT_NAME.fullmatch(name) is not None and name not in _PERSONAL_WORDS


def _is_fact(value: object) -> bool:
    if isinstance(value, list | tuple):
        return len(value) <= MAX_FACT_ITEMS and all(map(_is_scalar, value))
    return _is_scalar(value)


def _is_scalar(value: object) -> bool:
    if isinstance(value, str):
        return is_code(value)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, bool | int)


def _plain(value: FactValue) -> Any:
    return list(value) if isinstance(value, list | tuple) else value
