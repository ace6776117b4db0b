"""Small lists in the UN's format, and travellers for them. All persons are invented."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Listed:
    """One row of a list."""

    reference: str
    names: tuple[str, ...]
    birth_date: str | None = None
    nationality: str | None = None
    document: tuple[str, str] | None = None
    regime: str = "Al-Qaida"
    gender: str = "Male"


HADI = Listed("DEMi.001", ("SAMIR", "HADI", "NAMUDHAJI"), "1979-05-14", "XBB", ("XB4471902", "XBB"))
MISALI = Listed("DEMi.002", ("TARIQ", "MISALI"), "1966-02-03", "XCC")
ESEMPIO = Listed("DEMi.003", ("PAOLO", "ESEMPIO"), "1988-11-30", "XDD")
SANCTIONED = Listed("KPi.001", ("JON", "DOE", "BEISPIEL"), "1970-01-02", regime="DPRK")

_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")


def un_list(rows: Sequence[Listed], generated: str = "2027-11-01T00:00:00.000Z") -> bytes:
    """A file of these rows."""
    people = "".join(_row(number, row) for number, row in enumerate(rows, start=1))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><CONSOLIDATED_LIST dateGenerated="{generated}">'
        f"<INDIVIDUALS>{people}</INDIVIDUALS><ENTITIES/></CONSOLIDATED_LIST>"
    ).encode()


def _row(number: int, row: Listed) -> str:
    names = "".join(f"<{part}>{name}</{part}>" for part, name in zip(_PARTS, row.names, strict=False))
    birth = (
        ""
        if row.birth_date is None
        else "<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE>"
        f"<DATE>{row.birth_date}</DATE></INDIVIDUAL_DATE_OF_BIRTH>"
    )
    nationality = (
        "" if row.nationality is None else f"<NATIONALITY><VALUE>{row.nationality}</VALUE></NATIONALITY>"
    )
    document = (
        ""
        if row.document is None
        else "<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT>"
        f"<NUMBER>{row.document[0]}</NUMBER><ISSUING_COUNTRY>{row.document[1]}</ISSUING_COUNTRY>"
        "</INDIVIDUAL_DOCUMENT>"
    )
    return (
        f"<INDIVIDUAL><DATAID>{number}</DATAID><VERSIONNUM>1</VERSIONNUM>{names}"
        f"<UN_LIST_TYPE>{row.regime}</UN_LIST_TYPE><REFERENCE_NUMBER>{row.reference}</REFERENCE_NUMBER>"
        f"<LISTED_ON>2027-01-10</LISTED_ON><GENDER>{row.gender}</GENDER>{nationality}"
        f"<LIST_TYPE><VALUE>UN List</VALUE></LIST_TYPE>"
        f"<LAST_DAY_UPDATED><VALUE>2027-06-01</VALUE></LAST_DAY_UPDATED>{birth}{document}</INDIVIDUAL>"
    )


def a_traveller(**facts: Any) -> dict[str, Any]:
    """A traveller as ingest records one: the listed SAMIR HADI NAMUDHAJI unless told otherwise."""
    usual: dict[str, Any] = {
        "surname": "NAMUDHAJI",
        "given_names": "SAMIR HADI",
        "birth_date": "1979-05-14",
        "sex": "M",
        "nationality": "XBB",
        "documents": [{"type": "P", "number": "XB4471902", "issuer": "XBB"}],
        "role": "PASSENGER",
    }
    return {**usual, **facts}


def somebody_else(number: int) -> dict[str, Any]:
    """A traveller who resembles nobody on the lists."""
    return a_traveller(
        surname=f"VORBEELD{'ABCDEFGHIJ'[number % 10]}",
        given_names="ANNEKE",
        birth_date="1991-03-04",
        sex="F",
        nationality="XAA",
        documents=[{"type": "P", "number": f"XA99{number:05}", "issuer": "XAA"}],
    )


def without(traveller: Mapping[str, Any], *facts: str) -> dict[str, Any]:
    """A traveller of whom less is known."""
    return {name: value for name, value in traveller.items() if name not in facts}
