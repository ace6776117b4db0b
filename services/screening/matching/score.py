"""What the evidence on one pair says, piece by piece: name, birth date, nationality, sex, place, document.

A piece has a kind, a relation and a weight; the weights add up to the total, which `weights.calibrated`
turns into a probability. The kernels give the same totals without the pieces; the tests hold the two against
each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.screening.matching import weights as w
from services.screening.matching.births import relate_births
from services.screening.matching.documents import DocumentRelation, relate_documents
from services.screening.matching.facts import city_number
from services.screening.matching.listing import Array
from services.screening.matching.states import are_related, nationality_of
from services.screening.matching.tokens import Rule
from services.screening.watchlist.entry import BirthDate, BirthPlace, WatchlistEntry
from shared.travel import PartialDate, Place, Sex, TravelDocument, Traveller

_BORN_ALIKE = frozenset({"EQUAL", "SWAPPED"})


class Piece(NamedTuple):
    """One piece of evidence. `sent` and `listed` are what was compared; of a name, masks of words."""

    kind: str
    relation: str
    weight: int
    sent: object = None
    listed: object = None


class PairedWords(NamedTuple):
    """Words of the traveller that stand for words of a name: by which rule, which (masks), what it gives."""

    rule: int
    sent: int
    listed: int
    weight: int


class WeighedName(NamedTuple):
    """One listed name as the kernel weighed it: what it says in all, the pairs, and the words left over."""

    name: int
    weight: int
    pairs: tuple[PairedWords, ...] = ()
    initials: tuple[tuple[int, int], ...] = ()
    sent_left: int = 0
    listed_left: int = 0
    is_low: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """An entry weighed against a traveller: the name that fits best, and every piece of evidence.

    `source` says which of the entry's names it is, -1 where the entry has none that can be compared.
    `is_suggested` says whether a name or a document suggests the entry at all; without that, birth date,
    nationality and sex make nobody a match.
    """

    source: int
    pieces: tuple[Piece, ...]
    is_suggested: bool

    @property
    def total(self) -> int:
        """The sum of the weights, before calibration."""
        return sum(piece.weight for piece in self.pieces)


def judge(
    traveller: Traveller,
    documents: Sequence[TravelDocument],
    entry: WatchlistEntry,
    names: Sequence[WeighedName],
    sources: Array,
    *,
    shared: int,
) -> Judgement:
    """Weigh an entry by all its names.

    The best of the names is the one that gives most together with the birth date, of those that suggest the
    entry; where none does, the one that gives most by itself. `shared` is what the traveller's name takes
    off, because others on the list bear such names.
    """
    suggesting: list[tuple[int, WeighedName, Piece | None]] = []
    for name in names:
        birth = _birth_piece(traveller.birth_date, _birth_dates(entry, int(sources[name.name])))
        if name.weight >= _bar(birth, shared):
            suggesting.append((name.weight + (birth.weight if birth else 0), name, birth))
    document = _document_piece(documents, entry)
    source, best, birth = -1, None, _birth_piece(traveller.birth_date, entry.birth_dates)
    if suggesting:
        _, best, birth = min(suggesting, key=lambda each: (-each[0], each[1].name))
    elif names:
        best = min(names, key=lambda each: (-each.weight, each.name))
        birth = _birth_piece(traveller.birth_date, _birth_dates(entry, int(sources[best.name])))
    pieces: tuple[Piece, ...] = ()
    if best is not None:
        source, pieces = int(sources[best.name]), name_pieces(best)
    if suggesting and shared:
        pieces = (*pieces, Piece("name", "SHARED", shared))
    beside = (birth, *_light_pieces(traveller, entry), document)
    return Judgement(
        source,
        (*pieces, *(piece for piece in beside if piece is not None)),
        is_suggested=bool(suggesting) or document is not None,
    )


def _bar(birth: Piece | None, shared: int) -> int:
    """What a name has to say to suggest an entry, by what is known of the birth dates."""
    if birth is None:
        return max(w.NAME_BAR, w.NAME_BAR_UNDATED - shared)
    return w.NAME_BAR_BORN_ALIKE if birth.relation in _BORN_ALIKE else w.NAME_BAR


def name_pieces(name: WeighedName) -> tuple[Piece, ...]:
    """A weighed name piece by piece; the weights add up to the name's."""
    pieces = [Piece("name", Rule(pair.rule).name, pair.weight, pair.sent, pair.listed) for pair in name.pairs]
    for number, (sent, listed) in enumerate(name.initials):
        weight = w.INITIAL if number < w.MAX_INITIALS else 0
        pieces.append(Piece("name", Rule.INITIAL.name, weight, sent, listed))
    pieces += _left_over(name.sent_left, name.listed_left)
    if name.is_low:
        pieces.append(Piece("name", "LOW_QUALITY", w.LOW_QUALITY))
    common = sum(pair.weight < w.COMMON_WORD for pair in name.pairs)
    if common > 1:
        pieces.append(Piece("name", "COMMON_AGAIN", w.COMMON_AGAIN * (common - 1)))
    total = sum(piece.weight for piece in pieces)
    if name.weight != total:
        pieces.append(Piece("name", "LIMIT", name.weight - total))
    return tuple(pieces)


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


def _birth_dates(entry: WatchlistEntry, source: int) -> tuple[BirthDate, ...]:
    """The entry's dates, and those that the source ties to this alias."""
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
    city = city_number(sent.city)
    if city and city == city_number(listed.city):
        return "CITY_EQUAL", w.PLACE_CITY
    return ("COUNTRY_EQUAL", w.PLACE_COUNTRY) if state and other else ("UNKNOWN", 0)


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
