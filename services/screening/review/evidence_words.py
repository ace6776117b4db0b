"""The comparison in words, as an officer reads it: one line an identifier, never a number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.screening.review.comparison import BirthDateRelation, Comparison, Contradiction, Relation
from shared.personal import Personal
from shared.travel import Traveller

#: What an officer may tick as compared, in the order of the page.
COMPARABLE_FIELDS = ("name", "date_of_birth", "doc_number", "nationality", "place_of_birth", "sex")

_LABELS = {
    "name": "Name",
    "date_of_birth": "Date of birth",
    "doc_number": "Travel document",
    "nationality": "Nationality",
    "place_of_birth": "Place of birth",
    "sex": "Sex",
}
_SHOWN = {Relation.AGREE: "AGREE", Relation.DISAGREE: "DIFFER", Relation.MISSING: "MISSING"}
_SENTENCES = {
    ("name", "AGREE"): "The names agree.",
    ("name", "DIFFER"): "The names differ in at least one word.",
    ("name", "MISSING"): "The names agree too little to say that they are the same.",
    ("doc_number", "AGREE"): "Number and issuing State of a document are equal.",
    ("doc_number", "DIFFER"): "The document numbers differ. A person may hold several documents.",
    ("doc_number", "MISSING"): "A document number, or the State that issued it, is missing on one side.",
    ("nationality", "AGREE"): "The nationality is one of those listed.",
    ("nationality", "DIFFER"): "The nationality is not among those listed.",
    ("nationality", "MISSING"): "A nationality is missing on one side.",
    ("place_of_birth", "AGREE"): "The city of birth is the same.",
    ("place_of_birth", "DIFFER"): "The places of birth differ.",
    ("place_of_birth", "MISSING"): "A city of birth is missing on one side.",
    ("sex", "AGREE"): "The sex is the same. This alone says little.",
    ("sex", "DIFFER"): "The sex differs.",
    ("sex", "MISSING"): "The sex is unspecified or unknown on one side.",
}
_BIRTH_DATE = {
    BirthDateRelation.FULL_EQUAL: ("AGREE", "Day, month and year of birth are equal."),
    BirthDateRelation.YEAR_EQUAL: ("AGREE", "The entry holds only a year of birth, and it is equal."),
    BirthDateRelation.DISAGREE: ("DIFFER", "The dates of birth differ."),
    BirthDateRelation.MISSING: ("MISSING", "The date of birth is missing or vague on one side."),
}
_DOCUMENT_KINDS = {"P": "Passport", "I": "Identity card", "V": "Visa", "L": "Laissez-passer"}
_SEXES = {"F": "female", "M": "male", "X": "unspecified", "U": "unknown to the airline"}
_ALIAS_WORDS = {
    "Low": " The list calls this alias a weak one: it does not count as agreement.",
    "Unknown": " The list does not say how good this alias is.",
}
_CONTRADICTIONS = {
    Contradiction.BIRTH_YEAR: "The years of birth are more than two years apart, and the entry's is exact.",
    Contradiction.SEX: "The sex differs.",
}


@dataclass(frozen=True, slots=True, repr=False)
class EvidenceLine(Personal):
    """One identifier side by side; `relation` is AGREE, DIFFER or MISSING."""

    kind: str
    label: str
    relation: str
    traveller: str | None
    entry: str | None
    words: str


def evidence_lines(
    traveller: Traveller, entry: Mapping[str, Any], comparison: Comparison
) -> list[EvidenceLine]:
    """Every identifier of traveller and entry side by side, in a fixed order.

    Source: `workflow.md` §2 (agree, differ, missing; alias quality; precision of the date of birth).
    """
    relations = {
        "name": comparison.name,
        "doc_number": comparison.document,
        "nationality": comparison.nationality,
        "place_of_birth": comparison.birth_place,
        "sex": comparison.sex,
    }
    ours, theirs = _traveller_texts(traveller), _entry_texts(entry)
    lines = []
    for kind in COMPARABLE_FIELDS:
        if kind == "date_of_birth":
            shown, words = _BIRTH_DATE[comparison.birth_date]
        else:
            shown = _SHOWN[relations[kind]]
            words = _SENTENCES[kind, shown]
        words = _absent_words(ours[kind], theirs[kind]) or words
        if kind == "name" and shown == "AGREE":
            words += _ALIAS_WORDS.get(comparison.alias_quality or "", "")
        lines.append(EvidenceLine(kind, _LABELS[kind], shown, ours[kind], theirs[kind], words))
    return lines


def _absent_words(ours: str | None, theirs: str | None) -> str | None:
    """Which side is silent, where one is."""
    if ours is not None and theirs is not None:
        return None
    if ours is None and theirs is None:
        return "Given on neither side."
    return "The airline did not give it." if ours is None else "The list does not give it."


def contradiction_words(comparison: Comparison) -> dict[str, str]:
    """The hard contradictions by code, in words."""
    return {each.value: _CONTRADICTIONS[each] for each in comparison.contradictions}


def why_in_words(relations: Sequence[tuple[str, str]]) -> str:
    """Why a hit is in the queue, without anything personal, such as `Name and date of birth agree.`."""
    agreeing = [_LABELS[kind].lower() for kind, relation in relations if relation == "AGREE"]
    if not agreeing:
        return "Some details resemble an entry."
    listed = agreeing[0] if len(agreeing) == 1 else f"{', '.join(agreeing[:-1])} and {agreeing[-1]}"
    return f"{listed[0].upper()}{listed[1:]} {'agrees' if len(agreeing) == 1 else 'agree'}."


def _traveller_texts(traveller: Traveller) -> dict[str, str | None]:
    place = traveller.birth_place
    return {
        "name": " ".join(each for each in (traveller.given_names, traveller.surname) if each),
        "date_of_birth": None if traveller.birth_date is None else str(traveller.birth_date),
        "doc_number": _joined(_document_text(each.as_json()) for each in traveller.documents),
        "nationality": traveller.nationality,
        "place_of_birth": None if place is None else _place_text(place.as_json()),
        "sex": None if traveller.sex is None else _SEXES[traveller.sex.value],
    }


def _entry_texts(entry: Mapping[str, Any]) -> dict[str, str | None]:
    return {
        "name": _joined(_name_text(each) for each in entry.get("names") or ()),
        "date_of_birth": _joined(_birth_text(each) for each in entry.get("birth_dates") or ()),
        "doc_number": _joined(_document_text(each) for each in entry.get("documents") or ()),
        "nationality": _joined(entry.get("nationalities") or ()),
        "place_of_birth": _joined(_place_text(each) for each in entry.get("birth_places") or ()),
        "sex": _SEXES.get(entry.get("sex") or ""),
    }


def _joined(texts: Any) -> str | None:
    return "; ".join(text for text in texts if text) or None


def _name_text(name: Mapping[str, Any]) -> str:
    is_weak = name.get("kind") == "ALIAS" and name.get("quality") == "LOW"
    return f"{name['text']} (weak alias)" if is_weak else str(name["text"])


def _birth_text(birth: Mapping[str, Any]) -> str:
    kind = birth.get("kind")
    if kind == "EXACT":
        return str(birth["date"])
    if kind == "BETWEEN":
        return f"{birth.get('from_year')} to {birth.get('to_year')}"
    return f"about {birth.get('year')}" if kind == "APPROXIMATE" else str(birth.get("year"))


def _document_text(document: Mapping[str, Any]) -> str:
    kind = _DOCUMENT_KINDS.get(str(document.get("type")), "Document")
    parts = [f"{kind} {document.get('number')}", document.get("issuer")]
    text = ", ".join(str(part) for part in parts if part)
    return f"{text} ({document['note']})" if document.get("note") else text


def _place_text(place: Mapping[str, Any]) -> str | None:
    return ", ".join(str(place[part]) for part in ("city", "country") if place.get(part)) or None
