"""Why a traveller and an entry may be the same person, for machines and in words for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.screening.matching.algorithm import ALGORITHM
from services.screening.matching.names import Word, read_name
from services.screening.matching.score import Judgement, Piece
from services.screening.matching.weights import calibrated
from services.screening.watchlist.entry import (
    BirthDate,
    BirthDateKind,
    BirthPlace,
    EntryDocument,
    EntryName,
    WatchlistEntry,
)
from shared.personal import Personal
from shared.travel import Place, TravelDocument

AGREE, DIFFER, MISSING = "AGREE", "DIFFER", "MISSING"

_LABELS = {
    "name": "Name",
    "birth_date": "Date of birth",
    "nationality": "Nationality",
    "sex": "Sex",
    "document": "Document",
    "birth_place": "Place of birth",
}
_WORDS = {
    ("name", "EQUAL"): "{traveller} stands in both names{how_common}.",
    (
        "name",
        "SKELETON",
    ): "{traveller} and {entry} have the same consonants; spellings of one name differ so.",
    ("name", "COARSE_SKELETON"): "{traveller} and {entry} sound alike; other countries spell such sounds so.",
    ("name", "DICTIONARY"): "{traveller} and {entry} are forms of one name in different languages.",
    ("name", "EDIT"): "{traveller} and {entry} differ as by a slip of the pen or the reader.",
    ("name", "PREFIX"): "{entry} begins with {traveller}; long names are cut off in reservations.",
    ("name", "JOINED"): "{traveller} and {entry} are the same words, written together or apart.",
    ("name", "INITIAL"): "A single letter ({traveller}) fits {entry}.",
    ("name", "CONTRADICTED"): "The traveller's {traveller} stands against the entry's {entry}.",
    ("name", "NOT_LISTED"): "The entry's name does not have {traveller}.",
    ("name", "NOT_SENT"): "The traveller's name does not have {entry}.",
    ("name", "LOW_QUALITY"): "The source calls this alias weak.",
    (
        "name",
        "COMMON_AGAIN",
    ): "Several of these words are names that many bear: together they say less than one by one.",
    (
        "name",
        "LIMIT",
    ): "Words of one name hang together: further ones count less, and what a name takes away has an end.",
    (
        "name",
        "SHARED",
    ): "The list is long, and others on it bear names like the traveller's: each of them is the less likely.",
    ("birth_date", "EQUAL"): "The dates of birth are equal.",
    ("birth_date", "EQUAL_DUMMY"): "Both dates are 1 January, which often stands for an unknown day.",
    ("birth_date", "SWAPPED"): "The dates are equal with day and month exchanged.",
    ("birth_date", "ONE_DIGIT"): "The dates differ by one digit, or by two neighbours exchanged.",
    ("birth_date", "ONE_YEAR"): "Day and month are equal, the year differs by one.",
    (
        "birth_date",
        "DUMMY",
    ): "One date is a first of the month that may stand for an unknown day; the rest fits.",
    ("birth_date", "MONTH_EQUAL"): "Year and month are equal; a day is not known to both.",
    ("birth_date", "YEAR_EQUAL"): "The years are equal; more is not known to both.",
    ("birth_date", "SAME_YEAR"): "Only the year is equal.",
    ("birth_date", "YEAR_DIGIT"): "The years differ by one digit; more is not known to both.",
    ("birth_date", "NEAR"): "The year lies near the entry's approximate year.",
    ("birth_date", "BETWEEN"): "The year lies in the entry's span of years.",
    ("birth_date", "APART"): "The dates of birth contradict each other.",
    ("nationality", "EQUAL"): "The entry has this nationality.",
    ("nationality", "RELATED"): "One State followed the other.",
    (
        "nationality",
        "OTHER",
    ): "The entry does not have this nationality; people have several, and lists lack some.",
    ("sex", "EQUAL"): "The sex is equal.",
    ("sex", "OTHER"): "The sex differs.",
    ("birth_place", "CITY_EQUAL"): "The places of birth are equal.",
    ("birth_place", "COUNTRY_EQUAL"): "Both were born in the same State.",
    ("birth_place", "OTHER"): "The States of birth differ.",
    ("document", "EQUAL"): "The document number and its issuing State are equal.",
    ("document", "NUMBER_CONFUSED"): "The document numbers are equal but for signs that readers confuse.",
    (
        "document",
        "NUMBER_EQUAL_NO_ISSUER",
    ): "The document numbers are equal; an issuing State is not known to both.",
    (
        "document",
        "NUMBER_EQUAL_OTHER_ISSUER",
    ): "The document numbers are equal, but the issuing States differ.",
}
# By the weight of an equal word, below which each holds: how many people bear it where it is at home.
_COMMON = ((500, ", which very many bear"), (800, ", which many bear"), (1_050, ""))
_RARE = ", which hardly anybody else bears"
# What an officer has to explain before "same person" (SG-10); nationality is too weak to be one.
_HARD_CONTRADICTIONS = {
    ("birth_date", "APART"): "BIRTH_DATE_APART",
    ("birth_date", "SAME_YEAR"): "BIRTH_DATE_DIFFERS",
    ("sex", "OTHER"): "SEX_DIFFERS",
    ("birth_place", "OTHER"): "BIRTH_COUNTRY_DIFFERS",
    ("document", "NUMBER_EQUAL_OTHER_ISSUER"): "DOCUMENT_ISSUER_DIFFERS",
}
_LESS_THAN_AGREEMENT = frozenset(
    {"CONTRADICTED", "NOT_LISTED", "NOT_SENT", "APART", "SAME_YEAR", "YEAR_DIGIT", "OTHER"}
)


@dataclass(frozen=True, slots=True, repr=False)
class Evidence(Personal):
    """One piece of evidence with both sides as text; `weight` in hundredths of a bit."""

    kind: str
    relation: str
    traveller: str | None
    entry: str | None
    weight: int

    @property
    def label(self) -> str:
        """The kind, for people."""
        return _LABELS[self.kind]

    @property
    def bearing(self) -> str:
        """AGREE, DIFFER or MISSING."""
        if self.relation == MISSING:
            return MISSING
        return DIFFER if self.relation in _LESS_THAN_AGREEMENT else AGREE

    @property
    def words(self) -> str:
        """The piece as a sentence for people."""
        if self.relation == MISSING:
            return f"{self.label}: not known to both sides."
        if self.relation == "EQUAL" and self.kind == "name" and self.traveller != self.entry:
            return f"{self.traveller} can be read as {self.entry}{self._how_common}."
        return _WORDS[self.kind, self.relation].format(
            traveller=self.traveller, entry=self.entry, how_common=self._how_common
        )

    @property
    def _how_common(self) -> str:
        """Why an equal word says as much as it does; nothing between common and rare."""
        return next((words for most, words in _COMMON if self.weight < most), _RARE)

    def as_json(self) -> dict[str, Any]:
        """The evidence object of `matching-interface.md`."""
        return {
            "kind": self.kind,
            "relation": self.relation,
            "traveller": self.traveller,
            "entry": self.entry,
            "weight": self.weight,
        }


@dataclass(frozen=True, slots=True, repr=False)
class Explanation(Personal):
    """One traveller and one entry. The weights of `evidence` add up to `total`.

    `name` is the entry's name that was compared, `None` where it has none that can be.
    `is_suggested` is false where neither a name nor a document suggests the entry: screening has no match.

    Source: `spec/matching.md` §5; `spec/matching-interface.md`.
    """

    entry_id: str
    score: float
    total: int
    snapshot: str
    evidence: tuple[Evidence, ...]
    name: EntryName | None
    is_suggested: bool
    algorithm: str = ALGORITHM

    def as_json(self) -> dict[str, Any]:
        """The explanation object of `matching-interface.md`, and the total beside it."""
        return {
            "entry_id": self.entry_id,
            "score": self.score,
            "total": self.total,
            "algorithm": self.algorithm,
            "snapshot": self.snapshot,
            "evidence": [each.as_json() for each in self.evidence],
        }

    @property
    def for_people(self) -> tuple[Evidence, ...]:
        """The evidence, and a MISSING piece for each kind about which nothing could be compared."""
        kinds = {each.kind for each in self.evidence}
        missing = (Evidence(kind, MISSING, None, None, 0) for kind in _LABELS if kind not in kinds)
        return (*self.evidence, *missing)

    @property
    def contradictions(self) -> tuple[tuple[str, str], ...]:
        """(code, words) of what speaks plainly against "same person" and has to be explained."""
        pairs = ((_HARD_CONTRADICTIONS.get((each.kind, each.relation)), each.words) for each in self.evidence)
        return tuple((code, words) for code, words in pairs if code is not None)


def explain(entry: WatchlistEntry, words: Sequence[Word], judgement: Judgement, snapshot: str) -> Explanation:
    """Put a judgement into words: the same pieces, with the texts that they compared.

    Args:
        entry: The entry that was judged.
        words: The traveller's name, as it was read.
        judgement: What was found.
        snapshot: The digest of the list.
    """
    name = entry.names[judgement.source] if judgement.source >= 0 else None
    sent = [word.text for word in words]
    listed = [word.text for word in read_name(name.text)] if name else []
    return Explanation(
        entry_id=entry.id,
        score=calibrated(judgement.total),
        total=judgement.total,
        snapshot=snapshot,
        evidence=tuple(_evidence(piece, sent, listed) for piece in judgement.pieces),
        name=name,
        is_suggested=judgement.is_suggested,
    )


def _evidence(piece: Piece, sent: list[str], listed: list[str]) -> Evidence:
    if piece.kind == "name":
        return Evidence(
            piece.kind, piece.relation, _masked(sent, piece.sent), _masked(listed, piece.listed), piece.weight
        )
    return Evidence(piece.kind, piece.relation, _text(piece.sent), _text(piece.listed), piece.weight)


def _masked(words: list[str], mask: object) -> str | None:
    chosen = [word for place, word in enumerate(words) if isinstance(mask, int) and mask >> place & 1]
    return " ".join(chosen).upper() or None


def _text(fact: object) -> str:
    """A compared fact as people write it."""
    if isinstance(fact, BirthDate):
        return _birth_text(fact)
    if isinstance(fact, Place | BirthPlace):
        return ", ".join(part for part in (fact.city, fact.country) if part)
    if isinstance(fact, TravelDocument | EntryDocument):
        return " ".join(part for part in (fact.number, fact.issuer) if part)
    return str(fact)


def _birth_text(birth: BirthDate) -> str:
    if birth.kind is BirthDateKind.BETWEEN:
        return f"{birth.from_year}-{birth.to_year}"
    if birth.kind is BirthDateKind.APPROXIMATE:
        return f"about {birth.year}"
    return str(birth.date or birth.year)
