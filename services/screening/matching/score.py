"""What the evidence says, piece by piece: name, birth date, nationality, sex, place of birth, document.

A piece has a kind, a relation and a weight; the weights add up to the total, which `weights.calibrated` turns
into a probability. The same pieces make the score and its explanation, so that the two cannot differ.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from services.screening.matching import weights as w
from services.screening.matching.assignment import best_pairing
from services.screening.matching.births import relate_births
from services.screening.matching.candidates import Row
from services.screening.matching.documents import DocumentRelation, relate_documents
from services.screening.matching.index import Index
from services.screening.matching.names import Word, read_name
from services.screening.matching.states import are_related, nationality_of
from services.screening.matching.tokens import Rule, relate
from services.screening.watchlist.entry import BirthDate, BirthPlace, WatchlistEntry
from shared.travel import PartialDate, Place, Sex, TravelDocument, Traveller

MAX_DOCUMENTS_COMPARED = 20
_SAME_CITY_WORTH = 60
RULE_NAMES = tuple(rule.name for rule in Rule)


class Piece(NamedTuple):
    """One piece of evidence. `sent` and `listed` are what was compared; of a name, masks of words."""

    kind: str
    relation: str
    weight: int
    sent: object = None
    listed: object = None


class WeighedName(NamedTuple):
    """One listed name, what it says in all, and piece by piece."""

    name: int
    weight: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Query:
    """A traveller as the matcher sees one: the words of the name read once, and the facts beside it."""

    traveller: Traveller

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """The words of surname and given names together."""
        return read_name(f"{self.traveller.surname} {self.traveller.given_names or ''}")

    @cached_property
    def initials(self) -> int:
        """The places of the single letters, as a mask."""
        return sum(1 << place for place, word in enumerate(self.words) if word.is_initial)

    @cached_property
    def all_words(self) -> int:
        """The places of all words, as a mask."""
        return (1 << len(self.words)) - 1

    @property
    def whole_words(self) -> int:
        """How many words are more than a letter."""
        return len(self.words) - self.initials.bit_count()

    @property
    def documents(self) -> tuple[TravelDocument, ...]:
        """The documents that are compared."""
        return self.traveller.documents[:MAX_DOCUMENTS_COMPARED]


@dataclass(frozen=True, slots=True)
class Judgement:
    """An entry weighed against a traveller: the name that fits best, and every piece of evidence.

    `name` is -1 where the entry has no name that can be compared. `is_suggested` says whether a name or a
    document suggests the entry at all; without that, birth date, nationality and sex make nobody a match.
    """

    entry: int
    name: int
    pieces: tuple[Piece, ...]
    is_suggested: bool

    @property
    def total(self) -> int:
        """The sum of the weights, before calibration."""
        return sum(piece.weight for piece in self.pieces)


def judge(
    index: Index, query: Query, entry: int, names: Sequence[WeighedName], *, by_document: bool
) -> Judgement:
    """Weigh an entry by some of its names.

    The best of the names is the one that gives most together with the birth date, of those that reach
    `NAME_BAR`; where none does, the one that gives most by itself.

    Args:
        index: The list.
        query: The traveller.
        entry: The entry's number.
        names: The entry's names to choose from, weighed.
        by_document: Whether a document number of the entry's may be the traveller's.
    """
    listed = index.entries[entry]
    born = query.traveller.birth_date
    good = [each for each in names if each.weight >= w.NAME_BAR]
    bare = sorted(names, key=lambda each: (-each.weight, each.name))[:1]
    best, birth = WeighedName(-1, 0, ()), None
    most: int | None = None
    for each in good or bare:
        piece = _birth_piece(born, _birth_dates(index, listed, each.name))
        total = each.weight + (piece.weight if piece else 0)
        if most is None or total > most:
            best, birth, most = each, piece, total
    document = _document_piece(query.documents, listed) if by_document else None
    beside = (birth, *_light_pieces(query.traveller, listed), document)
    pieces = (*best.pieces, *(piece for piece in beside if piece is not None))
    return Judgement(entry, best.name, pieces, is_suggested=bool(good) or document is not None)


def _total(pieces: Iterable[Piece]) -> int:
    return sum(piece.weight for piece in pieces)


def weigh_name(index: Index, query: Query, name: int, rows: Sequence[Row]) -> WeighedName:
    """What one listed name says about the traveller's, in pieces of which masks tell the words.

    Omission is cheap, contradiction is dear, order says nothing.
    """
    pieces = []
    sent_left, listed_left = query.all_words, index.all_words_of_name(name)
    for first, count, places, weight, rule, _ in best_pairing(rows):
        sent = ((1 << count) - 1) << first
        pieces.append(Piece("name", RULE_NAMES[rule], weight, sent, places))
        sent_left &= ~sent
        listed_left &= ~places
    initials = int(index.arrays["name_initials"][name])
    if initials or query.initials:
        confirmed = _initial_pieces(index, query, name, sent_left, listed_left)
        pieces += confirmed
        sent_left &= ~(_mask(piece.sent for piece in confirmed) | query.initials)
        listed_left &= ~(_mask(piece.listed for piece in confirmed) | initials)
    pieces += _left_over(sent_left, listed_left)
    if index.arrays["name_is_low"][name]:
        pieces.append(Piece("name", "LOW_QUALITY", w.LOW_QUALITY))
    total = _total(pieces)
    limited = min(max(total, w.NAME_FLOOR), w.NAME_LIMIT)
    if limited != total:
        pieces.append(Piece("name", "LIMIT", limited - total))
    return WeighedName(name, limited, tuple(pieces))


def _mask(masks: Iterable[object]) -> int:
    found = 0
    for mask in masks:
        found |= int(mask)  # type: ignore[call-overload]
    return found


def _initial_pieces(index: Index, query: Query, name: int, sent: int, listed: int) -> list[Piece]:
    """Single letters of either side that begin a word left over on the other, each used once."""
    letters = [chr(code) for code in index.arrays["name_letters"][name].tolist()]
    listed_initials = int(index.arrays["name_initials"][name])
    pieces = []
    for place, word in enumerate(query.words):
        if not sent >> place & 1:
            continue
        for other, letter in enumerate(letters):
            is_initial = word.is_initial or listed_initials >> other & 1
            if listed >> other & 1 and is_initial and letter == word.text[0]:
                pieces.append(Piece("name", Rule.INITIAL.name, w.INITIAL, 1 << place, 1 << other))
                listed &= ~(1 << other)
                break
    return pieces


def _left_over(sent: int, listed: int) -> Iterable[Piece]:
    sent_words, listed_words = sent.bit_count(), listed.bit_count()
    against = min(sent_words, listed_words)
    if against:
        yield Piece("name", "CONTRADICTED", w.CONTRADICTION * against, sent, listed)
    if sent_words > against:
        words = min(sent_words - against, w.MAX_OMISSIONS)
        yield Piece("name", "NOT_LISTED", w.NOT_LISTED * words, sent, 0)
    if listed_words > against:
        words = min(listed_words - against, w.MAX_OMISSIONS)
        yield Piece("name", "NOT_SENT", w.NOT_SENT * words, 0, listed)


def _birth_dates(index: Index, entry: WatchlistEntry, name: int) -> tuple[BirthDate, ...]:
    """The entry's dates, and those that the source ties to this alias."""
    source = int(index.arrays["name_source"][name])
    return (*entry.birth_dates, *entry.names[source].birth_dates)


def _birth_piece(born: PartialDate | None, dates: Sequence[BirthDate]) -> Piece | None:
    if born is None or not dates:
        return None
    related = [(*relate_births(born, listed), listed) for listed in dates]
    relation, weight, listed = max(related, key=lambda each: each[1])
    return Piece("birth_date", relation, weight, born, listed)


def _light_pieces(traveller: Traveller, entry: WatchlistEntry) -> Iterable[Piece | None]:
    yield _nationality_piece(traveller.nationality, entry.nationalities)
    yield _sex_piece(traveller.sex, entry.sex)
    yield _place_piece(traveller.birth_place, entry.birth_places)


def _nationality_piece(sent: str | None, listed: Sequence[str]) -> Piece | None:
    state = nationality_of(sent)
    states = [(nationality_of(code), code) for code in listed]
    known = [(other, code) for other, code in states if other is not None]
    if state is None or not known:
        return None
    related = [(*_relate_states(state, other), code) for other, code in known]
    relation, weight, code = max(related, key=lambda each: each[1])
    return Piece("nationality", relation, weight, sent, code)


def _relate_states(one: str, other: str) -> tuple[str, int]:
    if one == other:
        return "EQUAL", w.NATIONALITY_EQUAL
    return ("RELATED", w.NATIONALITY_RELATED) if are_related(one, other) else ("OTHER", w.NATIONALITY_OTHER)


_TOLD_SEXES = frozenset({Sex.FEMALE, Sex.MALE})


def _sex_piece(sent: Sex | None, listed: Sex | None) -> Piece | None:
    """X and U are no contradiction: they say nothing."""
    if sent not in _TOLD_SEXES or listed not in _TOLD_SEXES:
        return None
    relation = ("EQUAL", w.SEX_EQUAL) if sent is listed else ("OTHER", w.SEX_OTHER)
    return Piece("sex", *relation, sent, listed)


def _place_piece(sent: Place | None, listed: Sequence[BirthPlace]) -> Piece | None:
    if sent is None or not listed:
        return None
    related = [(*_relate_places(sent, place), place) for place in listed]
    relation, weight, place = max(related, key=lambda each: each[1])
    return None if relation == "UNKNOWN" else Piece("birth_place", relation, weight, sent, place)


def _relate_places(sent: Place, listed: BirthPlace) -> tuple[str, int]:
    state, other = nationality_of(sent.country), nationality_of(listed.country)
    if state and other and state != other and not are_related(state, other):
        return "OTHER", w.PLACE_OTHER
    if sent.city and listed.city and _is_same_city(sent.city, listed.city):
        return "CITY_EQUAL", w.PLACE_CITY
    return ("COUNTRY_EQUAL", w.PLACE_COUNTRY) if state and other else ("UNKNOWN", 0)


def _is_same_city(sent: str, listed: str) -> bool:
    one, other = read_name(sent), read_name(listed)
    pairs = ((word.text, against.text) for word in one[:1] for against in other[:1])
    return any(relate(word, against)[0] >= _SAME_CITY_WORTH for word, against in pairs)


_DOCUMENT_WEIGHTS = {
    DocumentRelation.EQUAL: w.DOCUMENT_EQUAL,
    DocumentRelation.NUMBER_CONFUSED: w.DOCUMENT_CONFUSED,
    DocumentRelation.NUMBER_EQUAL_NO_ISSUER: w.DOCUMENT_NO_ISSUER,
    DocumentRelation.NUMBER_EQUAL_OTHER_ISSUER: w.DOCUMENT_OTHER_ISSUER,
}


def _document_piece(sent: Sequence[TravelDocument], entry: WatchlistEntry) -> Piece | None:
    """The strongest agreement of two documents; a document that differs says nothing, people renew them."""
    best: Piece | None = None
    for document in sent:
        for listed in entry.documents:
            relation = relate_documents(document, listed)
            weight = _DOCUMENT_WEIGHTS.get(relation, 0)
            if weight > (best.weight if best else 0):
                best = Piece("document", relation.name, weight, document, listed)
    return best
