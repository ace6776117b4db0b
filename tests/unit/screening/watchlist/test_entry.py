"""The entry's JSON is the interface's, and survives a round trip."""

import json
from typing import Any

import pytest

from services.screening.watchlist.entry import EntryAddress, WatchlistEntry

# The example of spec/matching-interface.md, word for word.
EXAMPLE = {
    "id": "UN:QDi.000",
    "category": "UN_1267_LISTED",
    "names": [
        {
            "text": "SAMPLE NAME ONE", "kind": "PRIMARY", "quality": "GOOD",
            "surname": "ONE", "given_names": "SAMPLE NAME",
        },
        {"text": "Saampl Naim", "kind": "ALIAS", "quality": "LOW"},
        {"text": "نموذج اسم", "kind": "ORIGINAL_SCRIPT"},
    ],
    "birth_dates": [
        {"kind": "EXACT", "date": "1971-03-09"},
        {"kind": "YEAR", "year": 1971},
        {"kind": "APPROXIMATE", "year": 1970},
        {"kind": "BETWEEN", "from_year": 1968, "to_year": 1972},
    ],
    "birth_places": [{"city": "Townsville", "country": "TUN"}],
    "nationalities": ["TUN", "FRA"],
    "sex": "M",
    "documents": [{"type": "P", "number": "Z 123456", "issuer": "TUN", "note": None}],
    "listings": [{"source": "UN", "reference": "QDi.000", "programme": "Al-Qaida", "terrorism": True}],
}  # fmt: skip


def holds(whole: Any, part: Any) -> bool:
    """Whether every key and value of `part` stands in `whole`."""
    if isinstance(part, dict):
        return all(key in whole and holds(whole[key], value) for key, value in part.items())
    if isinstance(part, list):
        return len(whole) == len(part) and all(map(holds, whole, part))
    return bool(whole == part)


def test_the_specifications_example_comes_back_with_every_key() -> None:
    assert holds(WatchlistEntry.from_json(EXAMPLE).as_json(), EXAMPLE)


def test_an_entry_survives_its_own_json() -> None:
    entry = WatchlistEntry.from_json(
        EXAMPLE
        | {
            "addresses": [{"city": "Namuna", "country": "XCC"}],
            "grounds": ["Fictional."],
            "nationality_texts": ["Nowhere"],
            "listings": [{"source": "UN", "listed_on": "2026-06-01", "updated_on": "2026-10-15", "row": "9"}],
            "documents": [{"number": "1", "issued": "2019-03-02", "issuer": "XBB", "other_issuer": "XCC"}],
        }
    )

    assert WatchlistEntry.from_json(json.loads(json.dumps(entry.as_json()))) == entry
    assert entry.addresses == (EntryAddress(city="Namuna", country="XCC"),)
    assert entry.documents[0].issuers == {"XBB", "XCC"}


def test_only_identifier_and_names_are_needed() -> None:
    entry = WatchlistEntry.from_json({"id": "T:1", "names": [{"text": "SAMPLE"}]})

    assert (entry.birth_dates, entry.documents, entry.listings) == ((), (), ())
    assert entry.sex is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"birth_dates": [{"kind": "EXACT", "date": "1971-13-09"}]},
        {"birth_dates": [{"kind": "SOMETIME", "year": 1971}]},
        {"birth_dates": [{"kind": "YEAR"}]},
        {"sex": "Q"},
        {"documents": [{"type": "P"}]},
        {"names": [{"kind": "ALIAS"}]},
    ],
)
def test_what_is_no_entry_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError)):
        WatchlistEntry.from_json(EXAMPLE | wrong)


def test_an_entry_prints_no_personal_data() -> None:
    entry = WatchlistEntry.from_json(EXAMPLE)

    assert f"{entry} {entry!r} {entry.names[0]}" == "<personal> <personal> <personal>"
