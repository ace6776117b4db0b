from datetime import date
from typing import Any

import pytest

from shared.travel.traveller import Address, Bags, Place, Traveller

FULL = {
    "surname": "EXAMPLE",
    "birth_place": {"city": "Port Exempel", "country": "XBB"},
    "address": {"street": "1 Quay", "city": "Port Exempel", "country": "XBB"},
    "phones": ["+000"],
    "documents": [{"type": "P", "number": "X1", "expiry": "2030-01-02"}],
    "verified": True,
    "bags": {"count": 2, "weight_kg": 31, "tags": ["XA000001"]},
}


def test_traveller_is_read_with_all_its_parts() -> None:
    traveller = Traveller.from_json(FULL)
    assert traveller.birth_place == Place("Port Exempel", "XBB")
    assert traveller.address == Address("1 Quay", "Port Exempel", None, None, "XBB")
    assert traveller.bags == Bags(2, 31, ("XA000001",))
    assert traveller.documents[0].expiry == date(2030, 1, 2)
    assert Traveller.from_json(traveller.as_record()) == traveller


@pytest.mark.parametrize(
    "changes",
    [
        {"surname": 5},
        {"surname": None},
        {"surname": "A\x00"},
        {"given_names": ["A"]},
        {"given_names": "\ud800"},
        {"birth_date": 1984},
        {"birth_date": "1984-02-30"},
        {"birth_place": "Port Exempel"},
        {"birth_place": {"city": 5}},
        {"address": {"street": []}},
        {"phones": "+000"},
        {"phones": [None]},
        {"documents": {"number": "X1"}},
        {"documents": ["X1"]},
        {"documents": [{"number": "X1", "expiry": 2030}]},
        {"verified": "yes"},
        {"bags": {"count": True}},
        {"bags": {"weight_kg": 1.5}},
        {"role": "STOWAWAY"},
        {"sex": {}},
    ],
    ids=str,
)
def test_member_of_another_kind_is_refused_and_not_repeated(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"is no|holds a zero|not a valid|day is out of range|written YYYY"):
        Traveller.from_json({**FULL, **changes})


def test_missing_surname_is_named() -> None:
    with pytest.raises(KeyError, match="surname"):
        Traveller.from_json({})
