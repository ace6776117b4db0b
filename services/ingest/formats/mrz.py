"""Machine-readable zones of travel documents: TD1, TD2, TD3, visas, and their check digits."""

import re
from dataclasses import dataclass
from datetime import date

from services.ingest.errors import MalformedMessage
from services.ingest.formats.dates import read_birth_date, read_document_date
from shared.personal import Personal
from shared.travel.partial_date import PartialDate
from shared.travel.states import normalise_state
from shared.travel.traveller import Sex

TD3_WIDTH, TD2_WIDTH, TD1_WIDTH = 44, 36, 30

SPECIMEN_STATE = "UTO"
_LAYOUTS = {(True, False): "TD3", (False, False): "TD2", (True, True): "MRV-A", (False, True): "MRV-B"}

_ALPHABET = re.compile(r"[A-Z0-9<]+")
_WEIGHTS = (7, 3, 1)
_VALUES = {**{str(digit): digit for digit in range(10)}, "<": 0}
_VALUES.update({chr(ord("A") + place): 10 + place for place in range(26)})
_SEXES = {"F": Sex.FEMALE, "M": Sex.MALE, "<": Sex.UNSPECIFIED, "X": Sex.UNSPECIFIED}


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class MrzDocument(Personal):
    """What a machine-readable zone says; `wrong_checks` names the check digits that do not hold.

    `layout` is `TD1`, `TD2`, `TD3`, `MRV-A` or `MRV-B`. `optional_second` is the optional field of a card's
    second line. `is_name_truncated` is set where the name fills its field to the end, so that it may be
    longer; `is_specimen` where the issuer is Utopia, which is no State.
    """

    layout: str

    type: str
    issuer: str | None
    surname: str
    given_names: str | None
    number: str
    nationality: str | None
    birth_date: PartialDate | None
    sex: Sex | None
    expiry: date | None
    optional: str | None
    optional_second: str | None
    is_specimen: bool
    is_name_truncated: bool
    wrong_checks: tuple[str, ...]


def check_digit(text: str) -> int:
    """The check digit of a field of A–Z, 0–9 and `<`.

    Source:
        ICAO Doc 9303 part 3 §4.9: weights 7, 3, 1 from the left, modulo 10.
    """
    return sum(_VALUES[mark] * _WEIGHTS[place % 3] for place, mark in enumerate(text)) % 10


def parse_mrz(text: str, today: date) -> MrzDocument:
    """Read the two or three lines of a machine-readable zone.

    Args:
        text: Lines of 44, 36 or 30 characters, apart by line breaks; blanks around a line are ignored.
        today: The day that a birth date may not lie after.

    Raises:
        MalformedMessage: The lines have no known layout, or a date is impossible; `segment` is the field and
            `position` the 1-based line.

    Source:
        ICAO Doc 9303 parts 3 to 7; `spec/mrz.md`.
    """
    lines = [line.strip().upper() for line in text.split("\n") if line.strip()]
    for number, line in enumerate(lines, start=1):
        if not _ALPHABET.fullmatch(line):
            raise MalformedMessage("MRZ_CHARACTER", "MRZ", number)
    layout = (len(lines), *{len(line) for line in lines})
    if layout in {(2, TD3_WIDTH), (2, TD2_WIDTH)}:
        return _parse_two_lines(lines[0], lines[1], today)
    if layout == (3, TD1_WIDTH):
        return _parse_three_lines(lines, today)
    raise MalformedMessage("MRZ_LAYOUT", "MRZ", 1)


def _parse_two_lines(first: str, second: str, today: date) -> MrzDocument:
    """TD3, TD2, MRV-A and MRV-B: they differ in width, and visas have no composite check."""
    is_large, is_visa = len(second) == TD3_WIDTH, first[0] == "V"
    number, check, optional = second[:9], second[9], second[28:]
    checks = []
    if not is_visa:
        optional = second[28:42] if is_large else second[28:35]
        if is_large:
            checks.append(("optional", optional, second[42].replace("<", "0")))
        else:
            number, check, optional = _long_number(number, check, optional)
        checks.append(("composite", second[:10] + second[13:20] + second[21:-1], second[-1]))
    checks[:0] = [
        ("number", number, check),
        ("birth_date", second[13:19], second[19]),
        ("expiry", second[21:27], second[27]),
    ]
    return _document(
        layout=_LAYOUTS[is_large, is_visa],
        head=first[:5],
        name=first[5:],
        number=number,
        nationality=second[10:13],
        birth=second[13:19],
        sex=second[20],
        expiry=second[21:27],
        optional=optional,
        checks=checks,
        today=today,
    )


def _parse_three_lines(lines: list[str], today: date) -> MrzDocument:
    """TD1; a number of more than nine characters goes on in the optional field."""
    first, second, third = lines
    number, check, optional = _long_number(first[5:14], first[14], first[15:])
    composite = first[5:] + second[:7] + second[8:15] + second[18:29]
    return _document(
        layout="TD1",
        head=first[:5],
        name=third,
        number=number,
        nationality=second[15:18],
        birth=second[:6],
        sex=second[7],
        expiry=second[8:14],
        optional=optional,
        optional_second=second[18:29],
        checks=[
            ("number", number, check),
            ("birth_date", second[:6], second[6]),
            ("expiry", second[8:14], second[14]),
            ("composite", composite, second[29]),
        ],
        today=today,
    )


def _long_number(number: str, check: str, optional: str) -> tuple[str, str, str]:
    """A number that fills its field without a check digit goes on in the optional field, its check last."""
    rest, _, others = optional.partition("<")
    if check != "<" or number.endswith("<") or not rest:
        return number, check, optional
    return number + rest[:-1], rest[-1], others


def _document(
    *,
    layout: str,
    head: str,
    name: str,
    number: str,
    nationality: str,
    birth: str,
    sex: str,
    expiry: str,
    optional: str,
    checks: list[tuple[str, str, str]],
    today: date,
    optional_second: str = "",
) -> MrzDocument:
    surname, _, given = name.partition("<<")
    try:
        born = read_birth_date(birth, today)
    except ValueError:
        raise MalformedMessage("BIRTH_DATE_IMPOSSIBLE", "birth_date", 2) from None
    try:
        expires = read_document_date(expiry)
    except ValueError:
        raise MalformedMessage("DOCUMENT_DATE_IMPOSSIBLE", "expiry", 2) from None
    return MrzDocument(
        layout=layout,
        type=head[:2].rstrip("<"),
        issuer=normalise_state(head[2:5]),
        surname=_words(surname),
        given_names=_words(given) or None,
        number=number.rstrip("<"),
        nationality=normalise_state(nationality),
        birth_date=born,
        sex=_SEXES.get(sex),
        expiry=expires,
        optional=optional.strip("<") or None,
        optional_second=optional_second.strip("<") or None,
        is_specimen=head[2:5] == SPECIMEN_STATE,
        is_name_truncated=not name.endswith("<"),
        wrong_checks=tuple(field for field, text, sent in checks if str(check_digit(text)) != sent),
    )


def _words(text: str) -> str:
    return " ".join(text.replace("<", " ").split())
