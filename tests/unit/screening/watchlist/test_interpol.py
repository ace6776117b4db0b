"""INTERPOL notices: what identifies is read, nothing else; charges decide. Invented persons."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.watchlist.entry import BirthDate, BirthDateKind, BirthPlace
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.interpol import OTHER_CHARGE, TERRORISM_CHARGE, read_interpol
from services.screening.watchlist.sources.read_list import ListLimits, ListToRead, ReadList
from shared.travel import PartialDate, Sex

NOTICE: dict[str, Any] = {
    "entity_id": "2027/1", "name": "EXEMPLAR", "forename": "TEST", "date_of_birth": "1970/01/00",
    "sex_id": "F", "nationalities": ["FR", "QQ"],
    "place_of_birth": "Giza", "country_of_birth_id": "EG", "hairs_id": ["BRO"],
    "distinguishing_marks": "scar", "arrest_warrants": [{"charge": "Participation in a terrorist group"}],
}  # fmt: skip


def read(document: object, **more: Any) -> ReadList:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    file = ListToRead(content, "INTERPOL", frozenset({TERRORISM_CHARGE}), datetime(2027, 6, 1, tzinfo=UTC))
    return read_interpol(replace(file, **more))


@pytest.mark.parametrize(
    "wrap", [lambda rows: rows, lambda rows: {"notices": rows}, lambda rows: {"_embedded": {"notices": rows}}]
)
def test_notice_gives_what_identifies_and_nothing_of_the_looks(wrap: Any) -> None:
    told = read(wrap([NOTICE]))
    (entry,) = told.entries
    assert entry.id == "INTERPOL:2027-1"
    assert (entry.names[0].text, entry.names[0].surname) == ("TEST EXEMPLAR", "EXEMPLAR")
    assert entry.birth_dates == (BirthDate(BirthDateKind.EXACT, date=PartialDate.parse("1970-01")),)
    assert entry.birth_places == (BirthPlace("Giza", "EGY"),)
    assert (entry.nationalities, entry.nationality_texts, entry.sex) == (("FRA",), ("QQ",), Sex.FEMALE)
    assert "scar" not in json.dumps(entry.as_json())
    assert [fault.code for fault in told.faults] == ["UNMAPPED_STATE"]


@pytest.mark.parametrize(
    "warrants",
    [None, "none", [], ["text"], [{"charge": "Fraud"}], [{"charge": None, "charge_translation": 7}]],
)
def test_notice_without_a_charge_of_terrorism_is_counted_and_not_kept(warrants: object) -> None:
    bare = {"entity_id": "1", "name": "ALONE", "arrest_warrants": warrants, "nationalities": "FR"}
    told = read([bare])
    assert (told.by_regime, told.entries) == ({OTHER_CHARGE: 1}, ())


def test_translated_charge_counts_too() -> None:
    notice = NOTICE | {
        "arrest_warrants": [{"charge": "x", "charge_translation": "Terrorism"}],
        "forename": None,
    }
    (entry,) = read(
        [notice | {"date_of_birth": "unknown", "place_of_birth": None, "country_of_birth_id": None}]
    ).entries
    assert (entry.names[0].surname, entry.birth_dates, entry.birth_places) == (None, (), ())


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "NO_ROWS"),
        (b"{", "NOT_WELL_FORMED"),
        (b"<html/>", "NOT_WELL_FORMED"),
        ("text", "NOT_THIS_FORMAT"),
        ({"_embedded": []}, "NOT_THIS_FORMAT"),
        ([7], "NOT_THIS_FORMAT"),
        ([NOTICE | {"entity_id": None}], "NOT_THIS_FORMAT"),
        ([NOTICE | {"name": "", "forename": ""}], "NAME_MISSING"),
        ([NOTICE, NOTICE], "REPEATED_REFERENCE"),
        ([], "NO_ROWS"),
    ],
)
def test_what_is_no_list_of_notices_is_refused(document: object, reason: str) -> None:
    with pytest.raises(MalformedList) as refusal:
        read(document)
    assert refusal.value.facts["reason"] == reason


def test_limits_and_the_date_are_asked() -> None:
    with pytest.raises(MalformedList, match="TOO_MANY_ROWS"):
        read([NOTICE, NOTICE], limits=replace(ListLimits(), rows=1))
    with pytest.raises(MalformedList, match="MISSING_GENERATION_DATE"):
        read([NOTICE], dated_at=None)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from([*NOTICE, "notices", "_embedded"]), inner)
        ),
    )
)
def test_any_json_gives_a_list_or_a_refusal(document: object) -> None:
    with suppress(MalformedList):
        read(document)
    with suppress(MalformedList):
        read([NOTICE | document if isinstance(document, dict) else document])
