"""The document number of a machine-readable zone, its check digit verified; nothing else of it is kept.

Passports (TD3) and their visas, cards (TD1) and older cards (TD2), as a reader at the counter gives them.
"""

from itertools import cycle

from services.screening.errors import MalformedMrz
from services.screening.review.comparison import folded

_WEIGHTS = (7, 3, 1)
_FILLER = "<"
_NUMBER_LENGTH = 9
_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")
#: Line lengths and counts of Doc 9303's layouts.
_TD1_LINES, _TD1_LENGTH = 3, 30
_TWO_LINES, _TWO_LINE_LENGTHS = 2, (36, 44)


def check_digit(field: str) -> int:
    """The check digit of a field: digits count as themselves, A to Z as 10 to 35, the filler as 0.

    Source: ICAO Doc 9303 part 3 §4.9.
    """
    values = (0 if sign == _FILLER else int(sign, 36) for sign in field)
    return sum(value * weight for value, weight in zip(values, cycle(_WEIGHTS), strict=False)) % 10


def read_document_number(mrz: str) -> tuple[str, str]:
    """Read issuing State and document number.

    Args:
        mrz: Two lines of 44 or 36 signs, or three of 30; parted by line breaks or not.

    Returns:
        The issuing State as three letters (`D` becomes `D`, as it stands), and the number without filler.

    Raises:
        MalformedMrz: Another layout, a sign that no MRZ has, or a check digit that does not fit.

    Source: ICAO Doc 9303 parts 4 to 6; `spec/mrz.md` §2 and §3.
    """
    lines = _lines(mrz)
    if len(lines) == _TD1_LINES:
        number, digit = _td1_number(lines[0])
    else:
        number, digit = lines[1][:_NUMBER_LENGTH], lines[1][_NUMBER_LENGTH]
    if not digit.isdigit() or check_digit(number) != int(digit):
        raise MalformedMrz(reason="the check digit of the document number does not fit")
    return lines[0][2:5].replace(_FILLER, ""), number.replace(_FILLER, "")


def _lines(mrz: str) -> list[str]:
    text = "".join(mrz.split()).upper()
    if not set(text) <= _ALPHABET:
        raise MalformedMrz(reason="a sign that no machine-readable zone has")
    if len(text) == _TD1_LINES * _TD1_LENGTH:
        return [text[start : start + _TD1_LENGTH] for start in range(0, len(text), _TD1_LENGTH)]
    for length in _TWO_LINE_LENGTHS:
        if len(text) == _TWO_LINES * length:
            return [text[:length], text[length:]]
    raise MalformedMrz(reason="neither two lines of 44 or 36 signs nor three of 30")


def _td1_number(line: str) -> tuple[str, str]:
    """Number and check digit of a card; a longer number goes on in the optional field."""
    number, digit, optional = line[5:14], line[14], line[15:30]
    if digit != _FILLER:
        return number, digit
    rest = optional.partition(_FILLER)[0]
    if not rest:
        raise MalformedMrz(reason="the check digit of the document number is missing")
    return number + rest[:-1], rest[-1]


def same_number(one: str, other: str) -> bool:
    """Whether two document numbers are the same but for case, blanks and hyphens."""
    return bool(folded(one)) and folded(one) == folded(other)
