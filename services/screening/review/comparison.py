"""The comparison of a traveller with a watchlist entry, identifier by identifier, as SG-10 reads it.

The service computes it anew at each decision; the officer ticks what was compared and explains
contradictions in words. Nothing here is a score: an identifier agrees, disagrees or is missing.
Entries are read in the JSON form of `spec/matching-interface.md`.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.travel import PartialDate, TravelDocument, Traveller

Entry = Mapping[str, Any]

#: SG-10: a birth year that differs by more than this from an EXACT date is a hard contradiction.
BIRTH_YEARS_APART = 2
#: The weight of name evidence from which the matcher lets a name suggest somebody (`matching/weights.py`).
NAME_WEIGHT_NEEDED = 600
_ALIAS_QUALITY = {"GOOD": "Good", "LOW": "Low", "UNKNOWN": "Unknown"}
_COMPARABLE_SEX = frozenset({"F", "M"})


class Relation(StrEnum):
    """How one identifier of the traveller stands to the entry's."""

    AGREE = "agree"
    DISAGREE = "disagree"
    MISSING = "missing"


class BirthDateRelation(StrEnum):
    """The same for birth dates, which agree in full or only in the year that the entry holds."""

    FULL_EQUAL = "full_equal"
    YEAR_EQUAL = "year_equal"
    DISAGREE = "disagree"
    MISSING = "missing"


class Contradiction(StrEnum):
    """A hard contradiction: it blocks CONFIRMED until somebody explains it in words."""

    BIRTH_YEAR = "BIRTH_YEAR_DIFFERS"
    SEX = "SEX_DIFFERS"


@dataclass(frozen=True, slots=True)
class NameAgreement:
    """What the matcher found of the names; `alias_quality` grades the entry's, `None` for a primary one."""

    relation: Relation
    alias_quality: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All identifiers side by side; `alias_quality` is `None` for a primary name."""

    name: Relation
    alias_quality: str | None
    birth_date: BirthDateRelation
    document: Relation
    nationality: Relation
    birth_place: Relation
    sex: Relation
    contradictions: tuple[Contradiction, ...]

    def as_facts(self, explained: Iterable[str] = ()) -> dict[str, Any]:
        """The facts of SG-10; contradictions that were explained in words no longer stand."""
        settled = set(explained)
        return {
            "name": self.name.value,
            "alias_quality": self.alias_quality,
            "dob": self.birth_date.value,
            "doc_number": self.document.value,
            "nationality": self.nationality.value,
            "place_of_birth": self.birth_place.value,
            "biometric": None,
            "contradictions": [each.value for each in self.contradictions if each.value not in settled],
        }


def compare(traveller: Traveller, entry: Entry, names: NameAgreement) -> Comparison:
    """Compare a traveller with an entry.

    Args:
        traveller: As last reported.
        entry: In the JSON form of `spec/matching-interface.md`.
        names: What the matcher found of the names; the strings are its trade.

    Source: SG-10 *Facts*; `workflow.md` §3.
    """
    return Comparison(
        name=names.relation,
        alias_quality=names.alias_quality,
        birth_date=_compare_birth_date(traveller.birth_date, entry.get("birth_dates") or ()),
        document=_compare_documents(traveller.documents, entry.get("documents") or ()),
        nationality=_compare_nationality(traveller.nationality, entry.get("nationalities") or ()),
        birth_place=_compare_birth_place(traveller, entry.get("birth_places") or ()),
        sex=_compare_sex(traveller, entry),
        contradictions=tuple(_contradictions(traveller, entry)),
    )


def document_agrees(traveller: Traveller, entry: Entry) -> bool:
    """Whether number and issuing State of a document are equal (SG-10 a; the DOCUMENT hit's own test)."""
    return _compare_documents(traveller.documents, entry.get("documents") or ()) is Relation.AGREE


def folded(text: str | None) -> str:
    """A text for comparison: letters and digits only, without case, accents or width."""
    decomposed = unicodedata.normalize("NFKD", text or "").casefold()
    return "".join(each for each in decomposed if each.isalnum())


def name_agreement(
    evidence: Sequence[Mapping[str, Any]], entry_name: Mapping[str, Any] | None
) -> NameAgreement:
    """Read from the matcher's explanation whether the names agree, and how good the entry's name is.

    Names agree when no word contradicts and the words that agree weigh enough to suggest a person at all.

    Args:
        evidence: The pieces of the explanation (`spec/matching-interface.md`).
        entry_name: The entry's name that was compared, as the entry holds it.
    """
    pieces = [each for each in evidence if each["kind"] == "name" and each["relation"] != "MISSING"]
    if not pieces or entry_name is None:
        return NameAgreement(Relation.MISSING)
    quality = _alias_quality(entry_name)
    if any(each["relation"] == "CONTRADICTED" for each in pieces):
        return NameAgreement(Relation.DISAGREE, quality)
    if sum(each["weight"] for each in pieces) < NAME_WEIGHT_NEEDED:
        return NameAgreement(Relation.MISSING, quality)
    return NameAgreement(Relation.AGREE, quality)


def _alias_quality(name: Mapping[str, Any]) -> str | None:
    """The quality in SG-10's words; a primary name has none."""
    if name.get("kind") in ("PRIMARY", "ORIGINAL_SCRIPT"):
        return None
    return _ALIAS_QUALITY.get(name.get("quality") or "UNKNOWN", "Unknown")


def _compare_birth_date(ours: PartialDate | None, theirs: Sequence[Mapping[str, Any]]) -> BirthDateRelation:
    """The best agreement among the entry's several dates; no precision is invented on either side."""
    if ours is None or not theirs:
        return BirthDateRelation.MISSING
    found = {_relate_birth_date(ours, date) for date in theirs}
    for relation in BirthDateRelation.FULL_EQUAL, BirthDateRelation.YEAR_EQUAL, BirthDateRelation.MISSING:
        if relation in found:
            return relation
    return BirthDateRelation.DISAGREE


def _relate_birth_date(ours: PartialDate, theirs: Mapping[str, Any]) -> BirthDateRelation:
    kind = theirs.get("kind")
    if kind == "EXACT":
        exact = PartialDate.parse(theirs["date"])
        if ours == exact:
            return BirthDateRelation.FULL_EQUAL
        # A traveller of whom only a part of the date is known neither agrees in full nor contradicts.
        is_part_of = not ours.is_full and str(exact).startswith(str(ours))
        return BirthDateRelation.MISSING if is_part_of else BirthDateRelation.DISAGREE
    if kind == "YEAR":
        is_equal = ours.year == theirs["year"]
        return BirthDateRelation.YEAR_EQUAL if is_equal else BirthDateRelation.DISAGREE
    if _is_compatible_year(ours.year, theirs):
        return BirthDateRelation.MISSING
    return BirthDateRelation.DISAGREE


def _is_compatible_year(year: int, theirs: Mapping[str, Any]) -> bool:
    """Whether a vague date of the entry leaves room for the year: it then proves nothing either way."""
    if theirs.get("kind") == "BETWEEN":
        low, high = theirs.get("from_year"), theirs.get("to_year")
        return (low is None or low <= year) and (high is None or year <= high)
    about = theirs.get("year")
    return about is None or abs(year - about) <= BIRTH_YEARS_APART


def _compare_documents(ours: Sequence[TravelDocument], theirs: Sequence[Mapping[str, Any]]) -> Relation:
    numbers = {(folded(each.number), each.issuer) for each in ours}
    listed = {(folded(each.get("number")), each.get("issuer")) for each in theirs}
    if not numbers or not listed:
        return Relation.MISSING
    if any(issuer is not None and (number, issuer) in listed for number, issuer in numbers):
        return Relation.AGREE
    equal_numbers = {number for number, _ in numbers} & {number for number, _ in listed}
    has_unknown_issuer = any(
        number in equal_numbers and issuer is None for number, issuer in (*numbers, *listed)
    )
    return Relation.MISSING if has_unknown_issuer else Relation.DISAGREE


def _compare_nationality(ours: str | None, theirs: Sequence[str]) -> Relation:
    if ours is None or not theirs:
        return Relation.MISSING
    return Relation.AGREE if ours in theirs else Relation.DISAGREE


def _compare_birth_place(traveller: Traveller, theirs: Sequence[Mapping[str, Any]]) -> Relation:
    """A city has to agree: an equal country alone says no more than the nationality does."""
    place = traveller.birth_place
    if place is None or not theirs:
        return Relation.MISSING
    found = {_relate_place(place.city, place.country, each) for each in theirs}
    for relation in Relation.AGREE, Relation.MISSING:
        if relation in found:
            return relation
    return Relation.DISAGREE


def _relate_place(city: str | None, country: str | None, theirs: Mapping[str, Any]) -> Relation:
    if country and theirs.get("country") and country != theirs["country"]:
        return Relation.DISAGREE
    if not city or not theirs.get("city"):
        return Relation.MISSING
    return Relation.AGREE if folded(city) == folded(theirs["city"]) else Relation.DISAGREE


def _compare_sex(traveller: Traveller, entry: Entry) -> Relation:
    ours = None if traveller.sex is None else traveller.sex.value
    theirs = entry.get("sex")
    if ours not in _COMPARABLE_SEX or theirs not in _COMPARABLE_SEX:
        return Relation.MISSING
    return Relation.AGREE if ours == theirs else Relation.DISAGREE


def _contradictions(traveller: Traveller, entry: Entry) -> Iterable[Contradiction]:
    dates = entry.get("birth_dates") or ()
    if traveller.birth_date is not None and dates:
        year = traveller.birth_date.year
        if all(_is_far_exact(year, each) for each in dates):
            yield Contradiction.BIRTH_YEAR
    if _compare_sex(traveller, entry) is Relation.DISAGREE:
        yield Contradiction.SEX


def _is_far_exact(year: int, theirs: Mapping[str, Any]) -> bool:
    if theirs.get("kind") != "EXACT":
        return False
    return abs(year - int(theirs["date"][:4])) > BIRTH_YEARS_APART
