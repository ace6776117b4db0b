"""Who was cleared against the person behind an entry, and how a traveller is recognised as them. Pure.

Only digests are kept: the register recognises whoever brings the same number, and can be read by nobody.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

REVIEW_WITHIN: Final = timedelta(hours=4)
RENEWED_BEFORE: Final = timedelta(days=60)
LONGEST_CLEARANCE_DAYS: Final = 1095
_FULL_DATE: Final = 10


class ReReview(StrEnum):
    """What one silent look found after the entry's identifiers had changed (SG-12)."""

    STILL_CLEARED = "STILL_CLEARED"
    NO_LONGER_CLEARED = "NO_LONGER_CLEARED"


@dataclass(frozen=True, slots=True)
class ClearedPerson:
    """A cleared record: keys are digests, `evidence` is the reference of the file that proves it."""

    cleared_id: UUID
    entry_id: str
    entry_digest: str
    redress_key: str | None
    document_key: str | None
    evidence: str
    valid_to: date
    author: str
    approver: str
    cleared_at: datetime
    suppressed: int = 0


@dataclass(frozen=True, slots=True)
class Clearance:
    """What the register says of one traveller and one entry in use.

    `entry_digest` is the cleared entry's at present; `re_review` is `None` where nobody has looked since.
    """

    cleared_id: UUID
    entry_digest: str
    has_entry_changed: bool
    re_review: ReReview | None


def redress_key(number: str) -> str | None:
    """The digest of a redress number; `None` where it has no letter or digit."""
    plain = _plain(number)
    return _digest("redress", plain) if plain else None


def document_keys(traveller: Mapping[str, Any]) -> frozenset[str]:
    """The digests of a traveller's documents, each with the name and the full birth date.

    Empty where the birth date is not full or no document has a number. The parts of a name count in any
    order, as carriers swap them.

    Source: safeguards.md SG-12 (document number, name and full birth date).
    """
    born = str(traveller.get("birth_date") or "")
    words = f"{traveller.get('surname') or ''} {traveller.get('given_names') or ''}".upper().split()
    if len(born) != _FULL_DATE or not words:
        return frozenset()
    name = " ".join(sorted(filter(None, map(_plain, words))))
    return frozenset(
        _digest("document", number, str(each.get("issuer") or ""), name, born)
        for each in traveller.get("documents") or ()
        if (number := _plain(str(each.get("number") or "")))
    )


def keys_of(traveller: Mapping[str, Any]) -> frozenset[str]:
    """Every key by which the register may know a traveller."""
    redress = redress_key(str(traveller.get("redress_number") or ""))
    return document_keys(traveller) | ({redress} if redress else frozenset())


def _plain(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter.isalnum())


def _digest(kind: str, *parts: str) -> str:
    # Each part goes with its length, so that no two lists of parts run together into the same text.
    text = "".join(f"{len(part)}:{part}" for part in (kind, *parts))
    return hashlib.sha256(text.encode()).hexdigest()
