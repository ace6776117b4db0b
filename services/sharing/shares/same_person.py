"""Whether somebody of whom a message tells is the person of a confirmed hit. Pure.

A document's number says so, or a name with a birth date. In doubt it is the same person, since what is known
of a person here only ever forbids.

Source: safeguards.md SG-16, SG-34, SG-35 (what is known of a person binds whoever writes of them).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from services.sharing.protocol.payload_parts import Person
from shared.contracts import HitConfirmedV1
from shared.personal import Personal


@dataclass(frozen=True, slots=True, repr=False)
class Identifiers(Personal):
    """How somebody can be recognised.

    `names` are each name's words, folded and sorted; `births` ISO 8601 dates as precise as known; `documents`
    numbers, folded, with the issuing State where it is known.
    """

    names: frozenset[str]
    births: frozenset[str]
    documents: frozenset[tuple[str, str | None]]

    @classmethod
    def of_hit(cls, hit: HitConfirmedV1) -> Self:
        """As the traveller was reported, and as the entry names whom two people found to be the traveller."""
        traveller, entry = hit.traveller, hit.entry
        reported = f"{traveller.get('surname') or ''} {traveller.get('given_names') or ''}"
        births = {traveller.get("birth_date"), *(day for each in entry.birth_dates for day in _listed(each))}
        return cls(
            _names([reported, *(name["text"] for name in entry.names)]),
            frozenset(day for day in births if day),
            _documents((each.get("number"), each.get("issuer")) for each in traveller.get("documents") or []),
        )

    @classmethod
    def of_person(cls, person: Person) -> Self:
        """As a message describes somebody."""
        return cls(
            _names(name.full for name in person.names),
            frozenset({person.birth.date} if person.birth else ()),
            _documents((each.number, each.issuer) for each in person.documents),
        )

    @property
    def keys(self) -> list[str]:
        """What two descriptions of one person have in common at least once: a number or a name."""
        return sorted({f"D {number}" for number, _ in self.documents} | {f"N {name}" for name in self.names})

    def is_same(self, other: "Identifiers") -> bool:
        """Whether both are one person.

        A name without a birth date on either side suffices only where no documents were compared.
        """
        if any(_is_one(ours, theirs) for ours in self.documents for theirs in other.documents):
            return True
        if not self.names & other.names:
            return False
        if self.births and other.births:
            # A year may be all that is known of one of them.
            return any(a.startswith(b) or b.startswith(a) for a in self.births for b in other.births)
        return not (self.documents and other.documents)


def _is_one(ours: tuple[str, str | None], theirs: tuple[str, str | None]) -> bool:
    """Whether two documents are one; two States may give the same number."""
    return ours[0] == theirs[0] and (None in {ours[1], theirs[1]} or ours[1] == theirs[1])


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(words for name in names if (words := " ".join(sorted(_words(name)))))


def _documents(documents: Iterable[tuple[str | None, str | None]]) -> frozenset[tuple[str, str | None]]:
    return frozenset(
        (folded, issuer or None) for number, issuer in documents if (folded := "".join(_words(number or "")))
    )


def _words(text: str) -> list[str]:
    """The words of a text without case, accents, width or punctuation."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(each for each in decomposed if not unicodedata.combining(each) and each not in "'’`")
    return re.findall(r"[^\W_]+", plain)


def _listed(birth: Mapping[str, Any]) -> list[str]:
    """A listed birth date: itself, or each year that it may be of."""
    if birth.get("date"):
        return [str(birth["date"])]
    first = birth.get("from_year") or birth.get("year")
    last = birth.get("to_year") or birth.get("year")
    return [str(year) for year in range(int(first), int(last) + 1)] if first and last else []
