"""A fictional list of any length in the UN's own XML format."""

from collections.abc import Iterator
from datetime import date
from xml.sax.saxutils import escape

from deploy.local.synthetic.people import FictionalPeople, FictionalPerson

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<CONSOLIDATED_LIST dateGenerated="{generated}">\n<INDIVIDUALS>\n'
)
_TAIL = "</INDIVIDUALS>\n<ENTITIES></ENTITIES>\n</CONSOLIDATED_LIST>\n"


def un_list(individuals: int, generated: date, seed: int = 7) -> bytes:
    """A list of so many fictional people, all under the regime `Al-Qaida`.

    Each has one alias, the surname after other given names.
    """
    people = FictionalPeople(seed)
    rows = (_individual(number, next(people), next(people)) for number in range(1, individuals + 1))
    head = _HEAD.format(generated=f"{generated.isoformat()}T00:00:00")
    return "".join((head, *rows, _TAIL)).encode("utf-8")


def _individual(number: int, person: FictionalPerson, other: FictionalPerson) -> str:
    return "".join(("<INDIVIDUAL>", *_elements(number, person, other), "</INDIVIDUAL>\n"))


def _elements(number: int, person: FictionalPerson, other: FictionalPerson) -> Iterator[str]:
    given, _, second = person.given_names.partition(" ")
    yield _text("DATAID", str(number))
    yield _text("VERSIONNUM", "1")
    yield _text("FIRST_NAME", given)
    yield _text("SECOND_NAME", second or person.surname)
    if second:
        yield _text("THIRD_NAME", person.surname)
    yield _text("UN_LIST_TYPE", "Al-Qaida")
    yield _text("REFERENCE_NUMBER", f"BENi.{number:06}")
    yield _text("LISTED_ON", "2020-01-01")
    yield f"<NATIONALITY>{_text('VALUE', person.nationality)}</NATIONALITY>"
    alias = f"{other.given_names} {person.surname}"
    yield f"<INDIVIDUAL_ALIAS>{_text('QUALITY', 'Good')}{_text('ALIAS_NAME', alias)}</INDIVIDUAL_ALIAS>"
    born = _text("TYPE_OF_DATE", "EXACT") + _text("DATE", person.birth_date.isoformat())
    yield f"<INDIVIDUAL_DATE_OF_BIRTH>{born}</INDIVIDUAL_DATE_OF_BIRTH>"


def _text(tag: str, content: str) -> str:
    return f"<{tag}>{escape(content)}</{tag}>"
