"""Who is recognised as the person of a confirmed hit, and who only resembles them."""

from typing import Any

import pytest

from services.sharing.protocol.payload_parts import Person
from services.sharing.shares.same_person import Identifiers
from tests.unit.sharing.samples import a_hit

NAME, BIRTH, DOCUMENT = "EXAMPLE TEST", "1980-01-02", {"number": "X1234567", "issuer": "XBB"}


def a_person(name: str | None = None, birth: str | None = None, *documents: dict[str, Any]) -> Identifiers:
    kind = {4: "YEAR", 7: "MONTH", 10: "EXACT"}
    described: dict[str, Any] = {
        "names": [{"full": name, "script": "Latn", "source": "DOCUMENT"}] if name else [],
        "documents": [{"type": "PASSPORT", **each} for each in documents],
    }
    if birth is not None:
        described["birth"] = {"kind": kind[len(birth)], "date": birth}
    return Identifiers.of_person(Person.model_validate(described))


def is_same(person: Identifiers, **hit: Any) -> bool:
    """Whether both are one, said alike in either direction, and found by what they have in common."""
    known = Identifiers.of_hit(a_hit(**hit))
    found = person.is_same(known)
    assert known.is_same(person) is found
    assert not found or set(person.keys) & set(known.keys), "nobody finds whom the index does not"
    return found


@pytest.mark.parametrize(
    "person",
    [
        a_person(None, None, DOCUMENT),
        a_person("SOMEBODY OTHER", "1999-09-09", DOCUMENT),
        a_person(None, None, {"number": "x 123-4567"}),
        a_person(NAME, BIRTH),
        a_person("Test  Éxample", BIRTH),
        a_person("Test-Example", "1980-01"),
        a_person(NAME, "1980"),
        a_person(NAME, BIRTH, {"number": "Y7654321", "issuer": "XCC"}),
        a_person(NAME),
    ],
)
def test_one_person_is_recognised_however_written(person: Identifiers) -> None:
    assert is_same(person)


@pytest.mark.parametrize(
    "person",
    [
        a_person(NAME, "1981-01-02", {"number": "Y7654321", "issuer": "XBB"}),
        a_person(NAME, "1980-01-03"),
        a_person(NAME, "1981"),
        a_person(NAME, None, {"number": "Y7654321", "issuer": "XBB"}),
        a_person(None, None, {"number": "X1234567", "issuer": "XCC"}),
        a_person("EXAMPLE TESTA", BIRTH),
        a_person(None, BIRTH),
        a_person(),
        a_person(None, None, {"number": "-"}),
    ],
)
def test_who_only_resembles_a_person_is_another(person: Identifiers) -> None:
    assert not is_same(person)


def test_who_is_listed_otherwise_than_reported_is_one_person() -> None:
    listed = {
        "names": [{"text": "OTHER SPELLING", "kind": "ALIAS", "quality": "LOW"}],
        "birth_dates": [{"kind": "BETWEEN", "from_year": 1968, "to_year": 1970}, {"year": 1975}, {}],
    }
    for birth in ("1968", "1969-05-05", "1970", "1975", BIRTH):
        assert is_same(a_person("Other Spelling", birth), entry=listed), birth
    for birth in ("1967", "1971", "1976"):
        assert not is_same(a_person("Other Spelling", birth), entry=listed), birth


def test_of_whom_nothing_is_known_any_more_is_nobody() -> None:
    erased: dict[str, Any] = {"names": [], "birth_dates": []}
    traveller: dict[str, Any] = {"given_names": None, "birth_date": None, "documents": None}
    assert Identifiers.of_hit(a_hit(entry=erased, surname="", **traveller)).keys == []


def test_who_is_kept_without_a_birth_date_is_known_by_the_name_where_no_documents_differ() -> None:
    undated: dict[str, Any] = {"birth_date": None, "entry": {"birth_dates": []}}
    assert is_same(a_person(NAME, BIRTH), **undated)
    assert not is_same(a_person(NAME, BIRTH, {"number": "Y7654321"}), **undated)
