"""What happens to a listed person's data on the way: one function a family, all repeatable from a seed.

The families are those of `spec/matching.md` §1; what each does was written from §2 and from how reservation
systems, machine-readable zones and readers work, and not from any list of expected results.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from shared.travel import PartialDate, TravelDocument, Traveller

MRZ_NAME_LETTERS = 39
_DCS_NAME_LETTERS = (20, 24, 29)
_TITLES = ("MR", "MRS", "MS", "MSTR", "DR", "MISS")
_PARTICLES = ("AL", "EL", "BIN", "IBN", "ABU", "ABD", "VAN", "DE", "DA", "DOS", "ABDUL", "UL", "OULD", "BEN")
# Letters that keyboards put side by side, and signs that optical readers take for each other.
_NEAR_KEYS = {
    "A": "SQZ", "B": "VN", "C": "XV", "D": "SF", "E": "WR", "F": "DG", "G": "FH", "H": "GJ", "I": "UO", "J":
    "HK", "K": "JL", "L": "KO", "M": "N", "N": "BM", "O": "IP", "P": "O", "Q": "WA", "R": "ET", "S": "AD",
    "T": "RY", "U": "YI", "V": "CB", "W": "QE", "X": "ZC", "Y": "TU", "Z": "X",
}  # fmt: skip
_MISREAD = (
    ("O", "0"), ("I", "1"), ("B", "8"), ("S", "5"), ("O", "Q"), ("M", "N"), ("V", "Y"), ("U", "V"), ("C",
    "G"), ("I", "L"), ("E", "F"), ("RN", "M"), ("H", "N"), ("Z", "2"), ("D", "O"), ("K", "X"),
)  # fmt: skip
# What other languages write for the same sound, in both directions.
_CUSTOMS = (
    ("OU", "U"), ("EE", "I"), ("OO", "U"), ("KH", "H"), ("Q", "K"), ("GH", "G"), ("DH", "D"), ("TH", "T"),
    ("SH", "CH"), ("SH", "SCH"), ("J", "DJ"), ("J", "G"), ("Y", "I"), ("W", "OU"), ("W", "V"), ("V", "B"),
    ("F", "PH"), ("CH", "TCH"), ("CH", "TSCH"), ("TS", "TZ"), ("KS", "X"), ("C", "K"), ("Z", "S"), ("ZH",
    "J"), ("YA", "IA"), ("YU", "IU"), ("EV", "EFF"), ("OV", "OFF"), ("SKY", "SKI"), ("IY", "Y"), ("AE", "A"),
    ("OE", "O"), ("UE", "U"), ("AA", "A"), ("U", "O"), ("I", "E"), ("A", "E"), ("DD", "D"), ("SS", "S"),
    ("MM", "M"), ("LL", "L"), ("NN", "N"), ("MOHAMMED", "MUHAMMAD"), ("AHMAD", "AHMED"), ("HUSSEIN",
    "HUSAYN"), ("ABDUL", "ABD AL"), ("ABDEL", "ABDUL"), ("AL ", "EL "), ("ALLAH", "ULLAH"), ("UDDIN",
    "AL-DIN"), ("IEN", "IAN"), ("X", "KH"),
)  # fmt: skip

_SELDOM, _SOMETIMES, _HALF = 0.25, 0.4, 0.5
_CONFUSED_SIGNS = (("0", "O"), ("1", "I"), ("8", "B"), ("5", "S"))
_MONTHS, _SHORTEST, _LEAP_DAY = 12, 3, (2, 29)
Damage = Callable[[Random, Traveller], Traveller]


def _given(traveller: Traveller) -> str:
    return traveller.given_names or ""


def swap_fields(_: Random, traveller: Traveller) -> Traveller:
    """Surname and given names exchanged."""
    return replace(traveller, surname=_given(traveller) or traveller.surname, given_names=traveller.surname)


def run_together(_: Random, traveller: Traveller) -> Traveller:
    """Blanks and hyphens lost inside a field."""
    join = str.maketrans("", "", " -'")
    return replace(
        traveller, surname=traveller.surname.translate(join), given_names=_given(traveller).translate(join)
    )


def glue_title(random: Random, traveller: Traveller) -> Traveller:
    """A title at the end of the given names, as reservations carry it."""
    given = _given(traveller)
    if random.random() < _SOMETIMES:
        given = given.split(" ", maxsplit=1)[0]
    joined = given.replace(" ", "") if random.random() < _HALF else given
    return replace(traveller, given_names=joined + random.choice(_TITLES))


def one_field(random: Random, traveller: Traveller) -> Traveller:
    """Everything in the surname field."""
    parts = [traveller.surname, _given(traveller)]
    random.shuffle(parts)
    return replace(
        traveller, surname=" ".join(parts).strip(), given_names=random.choice((None, "FNU", "XXX"))
    )


def cut_off(random: Random, traveller: Traveller) -> Traveller:
    """Surname and given names cut as a machine-readable zone or a departure control system does."""
    letters = random.choice((MRZ_NAME_LETTERS, *_DCS_NAME_LETTERS))
    kept = max(letters - len(traveller.surname) - 2, 3)
    return replace(traveller, surname=traveller.surname[: letters - 3], given_names=_given(traveller)[:kept])


def drop_words(_: Random, traveller: Traveller) -> Traveller:
    """Middle names left out; only the first given name and the last word of the surname stay."""
    return replace(
        traveller,
        surname=traveller.surname.split()[-1] if traveller.surname.split() else traveller.surname,
        given_names=_given(traveller).split(" ", maxsplit=1)[0],
    )


def initials_only(_: Random, traveller: Traveller) -> Traveller:
    """Given names after the first as single letters."""
    first, *others = _given(traveller).split() or [""]
    return replace(traveller, given_names=" ".join((first, *(other[0] for other in others))))


def change_particles(random: Random, traveller: Traveller) -> Traveller:
    """Particles joined to the next word, or left out."""
    is_joined = random.random() < _HALF

    def changed(name: str) -> str:
        words = name.replace("-", " ").split()
        for place in range(len(words) - 2, -1, -1):
            if words[place] in _PARTICLES:
                particle = words.pop(place)
                words[place] = particle + words[place] if is_joined else words[place]
        return " ".join(words)

    return replace(traveller, surname=changed(traveller.surname), given_names=changed(_given(traveller)))


RESERVATION: tuple[Damage, ...] = (
    swap_fields, run_together, glue_title, one_field, cut_off, drop_words, initials_only, change_particles,
)  # fmt: skip


def reservation(random: Random, traveller: Traveller) -> Traveller:
    """One of the things that reservation systems do, sometimes two; of those that alter this name."""
    left = random.choice((1, 1, 2))
    for damage in random.sample(RESERVATION, len(RESERVATION)):
        harmed = damage(random, traveller)
        left -= harmed != traveller
        traveller = harmed
        if left == 0:
            break
    return traveller


def slip(random: Random, name: str) -> str:
    """One letter lost, doubled, exchanged with its neighbour, mistyped or misread."""
    if len(name) < _SHORTEST:
        return name
    at = random.randrange(len(name) - 1)
    misread = [pair for pair in _MISREAD if pair[0] in name]
    kinds = [
        name[:at] + name[at + 1 :],
        name[:at] + name[at] + name[at:],
        name[:at] + name[at + 1] + name[at] + name[at + 2 :],
        name[:at] + random.choice(_NEAR_KEYS.get(name[at], "E")) + name[at + 1 :],
    ]
    if misread:
        kinds += [name.replace(*random.choice(misread), 1)] * 2
    return random.choice(kinds)


def typing(random: Random, traveller: Traveller) -> Traveller:
    """A slip in the surname and one in the given names; sometimes two in one of them."""
    surname, given = slip(random, traveller.surname), slip(random, _given(traveller))
    if random.random() < _SELDOM:
        given = slip(random, given)
    return replace(traveller, surname=surname, given_names=given)


def respell(random: Random, name: str) -> str:
    """A name as another ear would write it: up to three customs at work, in either direction."""
    for sent, other in random.sample(_CUSTOMS, len(_CUSTOMS))[: random.choice((8, 12, 16))]:
        one, another = (sent, other) if random.random() < _HALF else (other, sent)
        if one in name:
            name = name.replace(one, another, 1)
    return name


def spelling(random: Random, traveller: Traveller) -> Traveller:
    """Both fields as another language spells them."""
    return replace(
        traveller,
        surname=respell(random, traveller.surname),
        given_names=respell(random, _given(traveller)),
    )


def birth_date(random: Random, traveller: Traveller) -> Traveller:
    """Day and month exchanged, a digit wrong, a year off, a dummy, only the year, nothing, or another day."""
    born = traveller.birth_date
    if born is None or not born.is_full:
        return replace(traveller, birth_date=None)
    year, month, day = born.year, born.month or 1, born.day or 1
    kinds = (
        PartialDate(year, day, month)
        if day <= _MONTHS
        else PartialDate(year, month, _other_digit(random, day)),
        _other_year(born, random.choice((-1, 1))),
        _other_year(born, random.choice((-10, 10))),
        PartialDate(year, 1, 1),
        PartialDate(year, month, 1),
        PartialDate(year),
        PartialDate(year, month),
        None,
    )
    return replace(traveller, birth_date=random.choice(kinds))


def _other_year(born: PartialDate, years: int) -> PartialDate:
    """The same day of another year; a leap day becomes the day before."""
    year, month, day = born.year + years, born.month or 1, born.day or 1
    is_leap_day = (month, day) == _LEAP_DAY
    return PartialDate(year, month, day - is_leap_day)


def _other_digit(random: Random, day: int) -> int:
    near = [
        other
        for other in range(1, 29)
        if other != day and (other % 10 == day % 10 or other // 10 == day // 10)
    ]
    return random.choice(near)


def other_identity(random: Random, document: TravelDocument, innocent: Traveller) -> Traveller:
    """A listed document in the hands of somebody of another name, age and State; sometimes misread."""
    number = document.number
    if random.random() < _SOMETIMES:
        confused = [pair for pair in _CONFUSED_SIGNS if pair[0] in number]
        number = number.replace(*random.choice(confused), 1) if confused else number
    return replace(innocent, documents=(replace(document, number=number),))


def twin(random: Random, traveller: Traveller, state: str) -> Traveller:
    """A namesake of clearly another age and nationality."""
    born = traveller.birth_date or PartialDate(1970)
    moved = date(born.year, 1, 1) + timedelta(
        days=random.choice((-1, 1)) * random.randrange(12 * 365, 30 * 365)
    )
    day = moved + timedelta(days=random.randrange(365))
    return replace(traveller, birth_date=PartialDate.of(day), nationality=state, documents=())


FAMILIES: dict[str, Damage] = {
    "reservation": reservation, "typing": typing, "spelling": spelling, "birth_date": birth_date,
}  # fmt: skip
