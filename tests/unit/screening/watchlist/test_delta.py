"""What a version changes, told entry by entry and field by field."""

from collections.abc import Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.screening.watchlist.delta import ChangedRow, Delta, FieldChange, delta_of, shown_name
from services.screening.watchlist.versions import ListRow, identifying_digest


def a_row(entry_id: str, **body: Any) -> ListRow:
    whole = {"id": entry_id, "names": [{"text": f"PERSON {entry_id}"}], **body}
    return ListRow(entry_id, identifying_digest(whole), whole)


def delta_between(before: Iterable[ListRow], after: Iterable[ListRow]) -> Delta:
    """What the store would compare: rows that the two do not hold alike."""
    old, new = {row.entry_id: row for row in before}, {row.entry_id: row for row in after}
    kinds: dict[str, list[str]] = {
        "ADDED": sorted(new.keys() - old.keys()),
        "CHANGED": sorted(each for each in old.keys() & new.keys() if old[each].body != new[each].body),
        "REMOVED": sorted(old.keys() - new.keys()),
    }
    rows = [
        ChangedRow(kind, len(ids), old.get(each), new.get(each))
        for kind, ids in kinds.items()
        for each in ids
    ]
    return delta_of(rows, len(new))


def test_entries_come_go_change_and_stay() -> None:
    before = [a_row("A"), a_row("B", sex="F"), a_row("C")]
    after = [a_row("B", sex="M"), a_row("C"), a_row("D")]
    delta = delta_between(before, after)
    assert [row.entry_id for row in delta.added] == ["D"]
    assert [row.entry_id for row in delta.removed] == ["A"]
    assert [each.entry_id for each in delta.changed] == ["B"]
    assert delta.changed[0].changes == (FieldChange("sex", ("M",), ("F",)),)
    assert delta.unchanged == 1


def test_a_field_tells_which_values_came_and_which_went() -> None:
    before = a_row("A", nationalities=["XBB", "XCC"])
    after = a_row("A", nationalities=["XCC", "XDD"])
    (change,) = delta_between([before], [after]).changed
    assert change.changes == (FieldChange("nationalities", ("XDD",), ("XBB",)),)
    assert change.is_identifying


def test_a_new_comment_identifies_nobody_anew() -> None:
    (change,) = delta_between([a_row("A")], [a_row("A", grounds=["a comment"])]).changed
    assert change.changes == (FieldChange("grounds", ("a comment",), ()),)
    assert not change.is_identifying


def test_an_entry_without_names_has_none_to_show() -> None:
    assert shown_name({}) == ""


@given(st.sets(st.text("ABCDE", min_size=1, max_size=2)), st.sets(st.text("ABCDE", min_size=1, max_size=2)))
def test_every_entry_is_counted_once(before: set[str], after: set[str]) -> None:
    delta = delta_between(map(a_row, before), map(a_row, after))
    assert len(delta.added) + len(delta.changed) + delta.unchanged == len(after)
    assert len(delta.removed) + len(delta.changed) + delta.unchanged == len(before)
