"""Twenty entries of each kind of list as the import stored them, against a look at the file by other means.

The files are made here of fictional people; what is expected is read from each file by csv, json or
ElementTree at the places that governance §6 names, never by the product's readers.
"""

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any, Final
from xml.etree import ElementTree

import pytest

from deploy.local.synthetic.people import FictionalPeople, FictionalPerson
from services.screening.watchlist.sources.interpol import TERRORISM_CHARGE
from tests.integration.screening.conftest import Desk
from tests.integration.screening.lists import Listed, un_list
from tests.integration.screening.test_watchlist_versions import import_as, register

SPOTS: Final = 20
PEOPLE: Final = FictionalPeople(11).take(24)
Seen = tuple[list[str], str, list[str]]
"""The words of the name, the birth date, the numbers of documents."""


def numbered(write: Callable[[int, FictionalPerson], str]) -> list[str]:
    return [write(number, person) for number, person in enumerate(PEOPLE, start=1)]


def words(text: str) -> list[str]:
    return sorted(text.upper().split())


def placed(width: int, delimiter: str, values: dict[int, str]) -> str:
    return delimiter.join(values.get(column, "") for column in range(width))


# --- the files ---


def un() -> bytes:
    return un_list(
        [
            Listed(
                f"QXi.{number:03}",
                tuple(f"{each.given_names} {each.surname}".split())[:4],
                str(each.birth_date),
                "XBB",
                (each.document_number, "XBB"),
            )
            for number, each in enumerate(PEOPLE, start=1)
        ]
    )


def ofac_csv() -> bytes:
    rows = numbered(
        lambda number, each: (
            f'{number},"{each.surname}, {each.given_names}","individual","SDGT"{",-0- " * 7},'
            f'"DOB {each.birth_date:%d %b %Y}; Passport {each.document_number} (Egypt)."'
        )
    )
    return "\r\n".join(rows).encode("latin-1", "replace")


def ofac_xml() -> bytes:
    rows = numbered(
        lambda number, each: (
            f"<sdnEntry><uid>{number}</uid><firstName>{each.given_names}</firstName>"
            f"<lastName>{each.surname}</lastName><sdnType>Individual</sdnType>"
            f"<programList><program>SDGT</program></programList>"
            f"<idList><id><idType>Passport</idType><idNumber>{each.document_number}</idNumber>"
            f"<idCountry>Egypt</idCountry></id></idList><dateOfBirthList><dateOfBirthItem>"
            f"<dateOfBirth>{each.birth_date:%d %b %Y}</dateOfBirth></dateOfBirthItem></dateOfBirthList>"
            "</sdnEntry>"
        )
    )
    published = "<publshInformation><Publish_Date>10/01/2027</Publish_Date></publshInformation>"
    return f"<sdnList>{published}{''.join(rows)}</sdnList>".encode()


def eu() -> bytes:
    header = placed(118, ";", {0: "fileGenerationDate", 1: "Entity_LogicalId"})
    rows = numbered(
        lambda number, each: placed(118, ";", {
            0: "2027-10-01", 1: str(number), 2: f"EU.{number}.1", 8: "P", 14: "TAQA",
            16: each.surname, 17: each.given_names, 54: str(each.birth_date), 78: each.document_number,
            90: "passport", 93: "EG", 106: "EG",
        })
    )  # fmt: skip
    return "\n".join([header, *rows]).encode()


def uk() -> bytes:
    header = placed(58, ",", {0: "Last Updated", 1: "Unique ID"})
    rows = numbered(
        lambda number, each: placed(58, ",", {
            0: "01/10/2027", 1: f"AQD{number:04}", 4: each.surname, 5: each.given_names,
            16: "ISIL and Al-Qaida", 17: "Individual", 19: "Asset freeze|Travel Ban",
            34: f"{each.birth_date:%d/%m/%Y}", 38: each.document_number, 39: "Egypt",
        })
    )  # fmt: skip
    return "\n".join(["Report Date: 01-Oct-2027", header, *rows]).encode()


def opensanctions() -> bytes:
    rows = numbered(
        lambda number, each: json.dumps({
            "id": f"Q{number}", "schema": "Person", "datasets": ["un_sc"], "last_seen": "2027-10-01T00:00:00",
            "properties": {
                "name": [f"{each.given_names} {each.surname}"], "topics": ["crime.terror"],
                "birthDate": [str(each.birth_date)], "passportNumber": [each.document_number],
            },
        })
    )  # fmt: skip
    return "\n".join(rows).encode()


def interpol() -> bytes:
    rows = [
        {
            "entity_id": f"2027/{number}",
            "name": each.surname,
            "forename": each.given_names,
            "date_of_birth": f"{each.birth_date:%Y/%m/%d}",
            "nationalities": ["EG"],
            "arrest_warrants": [{"charge": "Participation in a terrorist group"}],
        }
        for number, each in enumerate(PEOPLE, start=1)
    ]
    return json.dumps(rows).encode()


# --- what another look at each file says, by the end of the entry's identifier ---


def un_seen(content: bytes) -> dict[str, Seen]:
    return {
        row.findtext("REFERENCE_NUMBER", ""): (
            words(
                " ".join(row.findtext(f"{part}_NAME", "") for part in ("FIRST", "SECOND", "THIRD", "FOURTH"))
            ),
            row.findtext("INDIVIDUAL_DATE_OF_BIRTH/DATE", ""),
            [row.findtext("INDIVIDUAL_DOCUMENT/NUMBER", "")],
        )
        for row in ElementTree.fromstring(content).iter("INDIVIDUAL")
    }


def _ofac_day(text: str) -> str:
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    day, month, year = text.split()
    return f"{year}-{months.index(month) + 1:02}-{day}"


def ofac_csv_seen(content: bytes) -> dict[str, Seen]:
    found: dict[str, Seen] = {}
    for row in csv.reader(io.StringIO(content.decode("latin-1"), newline="")):
        born, passport = row[11].removesuffix(".").split("; ")
        number = passport.split()[1]
        found[row[0]] = (words(row[1].replace(",", " ")), _ofac_day(born.removeprefix("DOB ")), [number])
    return found


def ofac_xml_seen(content: bytes) -> dict[str, Seen]:
    return {
        row.findtext("uid", ""): (
            words(f"{row.findtext('firstName')} {row.findtext('lastName')}"),
            _ofac_day(row.findtext("dateOfBirthList/dateOfBirthItem/dateOfBirth", "")),
            [row.findtext("idList/id/idNumber", "")],
        )
        for row in ElementTree.fromstring(content).iter("sdnEntry")
    }


def eu_seen(content: bytes) -> dict[str, Seen]:
    rows = list(csv.reader(io.StringIO(content.decode()), delimiter=";"))[1:]
    return {row[2]: (words(f"{row[16]} {row[17]}"), row[54], [row[78]]) for row in rows}


def uk_seen(content: bytes) -> dict[str, Seen]:
    rows = list(csv.reader(io.StringIO(content.decode())))[2:]
    return {
        row[1]: (words(f"{row[4]} {row[5]}"), "-".join(reversed(row[34].split("/"))), [row[38]])
        for row in rows
    }


def opensanctions_seen(content: bytes) -> dict[str, Seen]:
    found: dict[str, Seen] = {}
    for line in content.splitlines():
        row = json.loads(line)
        told = row["properties"]
        found[row["id"]] = (words(told["name"][0]), told["birthDate"][0], told["passportNumber"])
    return found


def interpol_seen(content: bytes) -> dict[str, Seen]:
    return {
        row["entity_id"].replace("/", "-"): (
            words(f"{row['name']} {row['forename']}"),
            row["date_of_birth"].replace("/", "-"),
            [],
        )
        for row in json.loads(content)
    }


KINDS: Final[Sequence[tuple[str, str, str, Callable[[], bytes], Callable[[bytes], dict[str, Seen]]]]] = (
    ("UN_LIST", "un", "Al-Qaida", un, un_seen),
    ("OFAC_CSV", "ofac", "SDGT", ofac_csv, ofac_csv_seen),
    ("OFAC_XML", "ofac", "SDGT", ofac_xml, ofac_xml_seen),
    ("EU_LIST", "eu", "TAQA", eu, eu_seen),
    ("UK_LIST", "uk", "ISIL and Al-Qaida", uk, uk_seen),
    ("OPEN", "opensanctions", "crime.terror", opensanctions, opensanctions_seen),
    ("NOTICES", "interpol", TERRORISM_CHARGE, interpol, interpol_seen),
)


def stored(body: dict[str, Any]) -> Seen:
    """What an entry in the database says."""
    births = [each["date"] for each in body["birth_dates"]]
    return words(body["names"][0]["text"]), births[0], [each["number"] for each in body["documents"]]


@pytest.mark.parametrize("kind", KINDS, ids=[kind[0] for kind in KINDS])
def test_files_of_the_check_hold_twenty_people_at_least(kind: Any) -> None:
    _, _, _, write, look = kind
    assert len(look(write())) == len(PEOPLE) >= SPOTS


async def test_twenty_entries_of_each_kind_are_stored_as_another_look_at_the_file_sees_them(
    desk: Desk,
) -> None:
    wrong: list[tuple[str, str]] = []
    for source_id, reader, regime, write, look in KINDS:
        content = write()
        await register(desk, source_id=source_id, reader=reader, allow_list=[regime])
        await import_as(desk, reader, source_id, content)
        seen = look(content)
        rows = await desk.rows(
            "SELECT entry_id, body FROM watchlist_entry WHERE source_id = :source_id ORDER BY entry_id",
            source_id=source_id,
        )
        entries = {row.entry_id.partition(":")[2]: row.body for row in rows}
        assert set(entries) == set(seen), source_id
        for reference in sorted(seen)[:: max(1, len(seen) // SPOTS)][:SPOTS]:
            body = entries[reference]
            told = stored(json.loads(body) if isinstance(body, str) else body)
            if told != seen[reference]:
                wrong.append((source_id, reference))
    assert wrong == []


async def test_every_reported_document_is_stored_as_its_row_says(desk: Desk) -> None:
    rows = numbered(lambda number, each: f"{each.document_number},XBB,STOLEN,2027-0{number % 9 + 1}-02,P")
    content = "\n".join(["number,state,kind,date,type", *rows]).encode()
    await register(desk, source_id="DOCUMENTS", reader="documents", allow_list=["STOLEN"])
    await import_as(desk, "documents", "DOCUMENTS", content)
    seen = sorted(tuple(row.values()) for row in csv.DictReader(io.StringIO(content.decode())))
    found = await desk.rows("SELECT number, issuer, kind, reported_on, document_type FROM lost_document")
    assert len(found) >= SPOTS
    assert sorted(tuple(str(each) for each in row) for row in found) == seen
