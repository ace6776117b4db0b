"""Carriers' parties: who travels, what people decided about them, the lists that name them, the answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from string import ascii_uppercase
from typing import Final
from uuid import UUID

import httpx

from services.ingest.formats.acknowledgements import CustomsResponse, read_answers
from shared.json_text import read_json

#: Begins an address that no law lists; the surname follows.
EMAIL: Final = "PRIVATE.WORDS"


@dataclass(frozen=True)
class Person:
    """A traveller of one carrier: what is theirs, and by what the carrier knows them."""

    carrier: str
    surname: str
    document: str
    locator: str
    reference: str


@dataclass
class Decision:
    """What people decided about a person's boarding, as screening says it, and when that came."""

    message_id: UUID
    person: Person
    meaning: str
    at: datetime
    ends_at: datetime | None
    came: datetime

    def stands_at(self, now: datetime) -> bool:
        """Whether it keeps the person from boarding now."""
        return self.meaning != "BOARD" and (self.ends_at is None or now < self.ends_at)


@dataclass
class Sent:
    """A message of a carrier, and what came back."""

    carrier: str
    flight_of: str
    path: str
    body: bytes
    headers: Mapping[str, str]
    party: tuple[Person, ...] = ()
    answer: httpx.Response = field(default_factory=lambda: httpx.Response(HTTPStatus.NO_CONTENT))
    forbidden: frozenset[str] = frozenset()
    expected: tuple[str, ...] = ()


def party(carrier: str, numbers: Iterator[int]) -> tuple[Person, ...]:
    """Three new people of a carrier."""
    return tuple(
        Person(carrier, f"ZUYQ{letters(number)}", f"Y{number:07}", f"Z{number:05}", f"{carrier}-{number:07}")
        for number in (next(numbers) for _ in range(3))
    )


def list_of(people: tuple[Person, ...], flight_of: str, flight: int, reference: str) -> bytes:
    """The PAXLST that names a party on a flight of a carrier."""
    segments = [
        "UNH+1+PAXLST:D:15B:UN:IATA",
        "BGM+745",
        f"RFF+TN:{reference}:::1",
        f"TDT+20+{flight_of}{flight}+++{flight_of}",
        "LOC+125+DXB",
        "DTM+189:2711140530:201",
        "LOC+87+ATH",
        "DTM+232:2711140905:201",
        *(segment for each in people for segment in _segments(each)),
        f"CNT+42:{len(people)}",
    ]
    body = "'".join([*segments, f"UNT+{len(segments) + 1}+1"])
    envelope = f"UNB+UNOA:4+{flight_of}DCS+XAAGOV+271114:0410+{reference}++APIS"
    return f"UNA:+.? '{envelope}'{body}'UNZ+1+{reference}'".encode("ascii")


def directives(answer: httpx.Response) -> tuple[str, ...]:
    """The directive of each traveller in an answer, in the order sent; none where it gives none."""
    if "json" in answer.headers.get("Content-Type", ""):
        content = read_json(answer.text)
        given = content.get("directives", []) if isinstance(content, dict) else []
        return tuple(each["code"] for each in given)
    responses = (each for each in read_answers(answer.content) if isinstance(each, CustomsResponse))
    return tuple(one.codes[0] for each in responses for one in each.travellers if one.codes)


def _segments(person: Person) -> list[str]:
    return [
        f"NAD+FL+++{person.surname}:ANIKA",
        "ATT+2++F",
        "DTM+329:840229",
        f"COM+{EMAIL}.{person.surname}.AT.MAIL.EXAMPLE:EM",
        "LOC+178+DXB",
        "LOC+179+ATH",
        "NAT+2+GRC",
        f"RFF+AVF:{person.locator}",
        f"RFF+ABO:{person.reference}",
        f"DOC+P:110:111+{person.document}",
        "DTM+36:310518",
        "LOC+91+GRC",
    ]


def letters(number: int) -> str:
    """A number in letters, all of one length: names hold no digits, and none stands in another."""
    return "".join(ascii_uppercase[number // 26**place % 26] for place in (3, 2, 1, 0))
