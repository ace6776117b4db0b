"""Lost and stolen documents: what is read, what is flagged, what is refused. All numbers are invented."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.watchlist.sources.documents_csv import read_documents_csv
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.lost_document import LostDocument, number_key
from services.screening.watchlist.sources.read_list import ListToRead, ReadList

DATED = datetime(2027, 6, 1, tzinfo=UTC)
HEADER = "number,state,kind,date,type"


def read(*rows: str, kinds: tuple[str, ...] = ("LOST", "STOLEN"), dated: datetime | None = DATED) -> ReadList:
    content = "\n".join(rows).encode()
    return read_documents_csv(ListToRead(content, "DOCUMENTS", frozenset(kinds), dated))


def test_a_row_is_a_document_and_no_person() -> None:
    found = read(HEADER, "XB 447-1902,XBB,stolen,2027-03-02,p", "XC99,XCC,LOST,,")
    assert found.documents == (
        LostDocument("XB 447-1902", "XBB", "STOLEN", "P", date(2027, 3, 2)),
        LostDocument("XC99", "XCC", "LOST"),
    )
    assert (found.entries, found.individuals, found.stored) == ((), 0, 2)
    assert found.by_regime == {"LOST": 1, "STOLEN": 1}
    assert found.documents[0].number_key == "XB4471902"


def test_columns_stand_in_any_order_and_others_are_left_unread() -> None:
    found = read("holder,date,kind,state,number", "nobody,02/03/2027,LOST,XB,A1", kinds=("LOST",))
    assert found.documents == ()
    assert found.faults[0].code == "DOCUMENT_WITHOUT_NUMBER"
    found = read("holder,date,kind,state,number", "nobody,02/03/2027,LOST,XBB,A1", kinds=("LOST",))
    assert found.documents == (LostDocument("A1", "XBB", "LOST", None, date(2027, 3, 2)),)


def test_a_kind_that_the_state_does_not_look_for_is_only_counted() -> None:
    found = read(HEADER, "A1,XBB,REVOKED,2027-01-01,", "A2,XBB,LOST,2027-01-01,")
    assert (found.by_regime, found.stored) == ({"LOST": 1, "REVOKED": 1}, 1)


def test_the_same_document_twice_is_one_and_a_strange_date_is_flagged() -> None:
    found = read(HEADER, "A1,XBB,LOST,soon,", "A1,XBB,LOST,,")
    assert found.stored == 1
    assert [fault.code for fault in found.faults] == ["UNREADABLE_DATE"]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (("number,state",), "NOT_THIS_FORMAT"),
        (("<html>",), "NOT_THIS_FORMAT"),
        ((HEADER,), "NO_ROWS"),
        ((HEADER, "A1,XBB,EATEN,2027-01-01,"), "UNKNOWN_KIND"),
        ((HEADER, "A1,XBB,LOST,2027-01-01,P,too,many"), "NOT_THIS_FORMAT"),
    ],
)
def test_what_is_no_such_list_is_refused(rows: tuple[str, ...], reason: str) -> None:
    with pytest.raises(MalformedList) as refused:
        read(*rows)
    assert refused.value.facts["reason"] == reason


def test_without_a_date_of_the_file_nothing_is_loaded() -> None:
    with pytest.raises(MalformedList, match="MISSING_GENERATION_DATE"):
        read(HEADER, "A1,XBB,LOST,2027-01-01,", dated=None)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        found = read_documents_csv(
            ListToRead(HEADER.encode() + b"\n" + content, "D", frozenset({"LOST"}), DATED)
        )
    except MalformedList:
        return
    assert found.stored <= sum(found.by_regime.values())


@given(st.text(max_size=20))
def test_a_key_is_its_own_key(number: str) -> None:
    assert number_key(number_key(number)) == number_key(number)
