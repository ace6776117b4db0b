"""A fictional list of any length in the UN's own XML format."""

from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import Final
from xml.sax.saxutils import escape

from deploy.local.synthetic.people import FictionalPeople, FictionalPerson

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<CONSOLIDATED_LIST dateGenerated="{generated}">\n<INDIVIDUALS>\n'
)
_ANOTHER_DAY: Final = date(1930, 1, 1)
_NEEDED: Final = frozenset(
    {
        *("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "UN_LIST_TYPE", "REFERENCE_NUMBER"),
        *("INDIVIDUAL_ALIAS", "INDIVIDUAL_DATE_OF_BIRTH"),
    }
)
_TAIL = "</INDIVIDUALS>\n<ENTITIES></ENTITIES>\n</CONSOLIDATED_LIST>\n"


def un_list(
    individuals: int, generated: date, seed: int = 7, *, changed: int = 0, is_short: bool = False
) -> bytes:
    """A list of so many fictional people, all under the regime `Al-Qaida`.

    Each has one alias, the surname after other given names.

    Args:
        individuals: How many.
        generated: Of when the list says it is.
        seed: Other people for another seed.
        changed: How many of the first are born on another day than without this.
        is_short: Only what a person needs to be matched, so that a million names are 200 MB.
    """
    people = FictionalPeople(seed)
    rows = (
        _individual(
            number,
            next(people),
            next(people),
            born_on=_ANOTHER_DAY if number <= changed else None,
            is_short=is_short,
        )
        for number in range(1, individuals + 1)
    )
    head = _HEAD.format(generated=f"{generated.isoformat()}T00:00:00")
    return b"".join(part.encode() for part in chain((head,), rows, (_TAIL,)))


def reference(number: int) -> str:
    """The reference of a person of the list, from 1."""
    return f"BENi.{number:06}"


def _individual(
    number: int, person: FictionalPerson, other: FictionalPerson, *, born_on: date | None, is_short: bool
) -> str:
    born = born_on or person.birth_date
    elements = _elements(number, person, other, born)
    kept = (text for tag, text in elements if not is_short or tag in _NEEDED)
    return "".join(("<INDIVIDUAL>", *kept, "</INDIVIDUAL>\n"))


def _elements(
    number: int, person: FictionalPerson, other: FictionalPerson, born: date
) -> Iterator[tuple[str, str]]:
    given, _, second = person.given_names.partition(" ")
    texts = {
        "DATAID": str(number),
        "VERSIONNUM": "1",
        "FIRST_NAME": given,
        "SECOND_NAME": second or person.surname,
        "THIRD_NAME": person.surname if second else "",
        "UN_LIST_TYPE": "Al-Qaida",
        "REFERENCE_NUMBER": reference(number),
        "LISTED_ON": "2020-01-01",
    }
    yield from ((tag, _text(tag, text)) for tag, text in texts.items() if text)
    yield "NATIONALITY", f"<NATIONALITY>{_text('VALUE', person.nationality)}</NATIONALITY>"
    alias = _text("QUALITY", "Good") + _text("ALIAS_NAME", f"{other.given_names} {person.surname}")
    yield "INDIVIDUAL_ALIAS", f"<INDIVIDUAL_ALIAS>{alias}</INDIVIDUAL_ALIAS>"
    told = _text("TYPE_OF_DATE", "EXACT") + _text("DATE", born.isoformat())
    yield "INDIVIDUAL_DATE_OF_BIRTH", f"<INDIVIDUAL_DATE_OF_BIRTH>{told}</INDIVIDUAL_DATE_OF_BIRTH>"


def _text(tag: str, content: str) -> str:
    return f"<{tag}>{escape(content)}</{tag}>"
