"""One person on several lists: merged by the UN's reference, proposed by anything weaker."""

from typing import Any

from services.screening.watchlist.consolidate import SameAsCandidate, consolidate
from services.screening.watchlist.entry import WatchlistEntry


def listed(entry_id: str, reference: str, name: str = "RAMESH KALPANIK", **facts: Any) -> WatchlistEntry:
    listing = {"source": entry_id.partition(":")[0], "reference": reference}
    return WatchlistEntry.from_json(
        {"id": entry_id, "names": [{"text": name}], "listings": [listing], **facts}
    )


def test_the_same_un_reference_is_one_person_with_all_values() -> None:
    un = listed("UN:QDi.999", "QDi.999", nationalities=["XBB"])
    eu = listed("EU:1", "QDi.999", "Ramesh Namuna", nationalities=["XCC", "XBB"], sex="M")
    found = consolidate([un, eu])
    (person,) = found.entries

    assert person.id == "UN:QDi.999"
    assert [name.text for name in person.names] == ["RAMESH KALPANIK", "Ramesh Namuna"]
    assert person.nationalities == ("XBB", "XCC")
    assert person.sex == "M"
    assert len(person.listings) == 2
    assert found.merged_from == {"UN:QDi.999": ("EU:1",)}


def test_an_equal_document_is_proposed_and_never_merged() -> None:
    document: dict[str, Any] = {"documents": [{"number": "EX 009-1822", "issuer": "XCC"}]}
    other: dict[str, Any] = {"documents": [{"number": "ex0091822", "issuer": "XCC"}]}
    found = consolidate(
        [listed("A:1", "a", "LI XUGOU", **document), listed("B:1", "b", "IGOR PRIMEROV", **other)]
    )

    assert len(found.entries) == 2
    assert found.proposals == (SameAsCandidate("A:1", "B:1", "DOCUMENT"),)


def test_name_and_full_birth_date_are_proposed_but_name_and_year_are_not() -> None:
    full: dict[str, Any] = {
        "birth_dates": [{"kind": "EXACT", "date": "1975-08-19"}, {"kind": "EXACT", "date": "1975"}]
    }
    year: dict[str, Any] = {"birth_dates": [{"kind": "YEAR", "year": 1975}]}
    first = listed("A:1", "a", **full)
    found = consolidate([first, listed("B:1", "b", "Kalpanik Ramesh", **full), listed("C:1", "c", **year)])

    assert found.proposals == (SameAsCandidate("A:1", "B:1", "NAME_AND_BIRTH_DATE"),)
    assert found.merged_from == {}
