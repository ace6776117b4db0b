from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.intake.parts import (
    Part,
    PartsState,
    Transaction,
    is_full_push,
    is_reservation_push,
    is_split,
    part_of,
    people_named,
)
from shared.travel.message import (
    Change,
    Counted,
    Fault,
    MessageFunction,
    MessageKind,
    ParsedMessage,
    Severity,
)
from shared.travel.reservation import Reservation, ReservationTraveller
from tests.unit.ingest.samples import EXAMPLE_A, read_one

NEW = Transaction(UUID(int=1), True, datetime(2027, 11, 14, tzinfo=UTC), counts={})
PUSH = ParsedMessage(kind=MessageKind.PNRGOV, function=MessageFunction.PNR_PUSH, change=Change.NEW)


def taken(*parts: Part) -> Transaction:
    transaction = NEW
    for part in parts:
        transaction = transaction.with_part(part)
    return transaction


@given(st.permutations([1, 2, 3, 4]), st.lists(st.sampled_from([1, 2, 3]), max_size=3))
def test_a_transaction_is_complete_with_its_last_missing_part_in_any_order(
    order: list[int], again: list[int]
) -> None:
    parts = [Part(number, number == 4, 10, 40) for number in order]
    repeated = [each for each in parts[:-1] if each.number in again]
    assert not taken(*parts[:-1], *repeated).is_complete
    whole = taken(*parts[:-1], *repeated, parts[-1])
    assert whole.is_complete
    assert not whole.is_count_wrong


def test_a_lone_last_part_waits_for_the_others() -> None:
    assert taken(Part(10, True, 5, None)).state is PartsState.WAITING


def test_an_unsplit_message_is_complete() -> None:
    assert taken(Part(1, True, 5, None)).is_complete


def test_counts_are_wrong_only_where_all_parts_came_and_a_count_was_stated() -> None:
    assert taken(Part(1, False, 1, 3), Part(2, True, 1, 3)).is_count_wrong
    assert not taken(Part(1, False, 1, None), Part(2, True, 1, None)).is_count_wrong
    assert not taken(Part(2, True, 1, 3)).is_count_wrong


@pytest.mark.parametrize(
    ("parts", "names_everybody"),
    [
        ((Part(1, True, 3, 3),), True),
        ((Part(1, True, 3, None),), True),
        ((Part(1, True, 3, 2),), True),
        ((Part(1, True, 3, 4),), False),
        ((Part(1, False, 2, 4), Part(2, True, 2, 4)), True),
        ((Part(1, False, 2, 4), Part(2, True, 1, 4)), False),
        ((Part(1, False, 2, 4),), False),
        ((Part(1, False, 2, 4, is_whole=False), Part(2, True, 2, 4)), False),
    ],
)
def test_a_full_push_names_everybody_only_where_all_of_it_was_read(
    parts: tuple[Part, ...], names_everybody: bool
) -> None:
    assert taken(*parts).names_everybody is names_everybody
    assert not replace(taken(*parts), is_full_push=False).names_everybody


def test_the_same_part_is_told_from_another_of_the_same_number() -> None:
    transaction = taken(Part(1, False, 7, None))
    assert transaction.is_repeated_by(Part(1, False, 7, None))
    assert not transaction.is_repeated_by(Part(1, False, 8, None))
    assert not transaction.is_repeated_by(Part(2, False, 7, None))


def test_lists_count_people_and_pushes_count_reservations() -> None:
    assert part_of(read_one(EXAMPLE_A)) == Part(1, True, 3, 3)
    push = replace(PUSH, reservations=(Reservation(locator="A"),), reservations_stated=9, part=2)
    assert part_of(replace(push, is_last_part=False)) == Part(2, False, 1, 9)
    assert part_of(replace(PUSH, counted=Counted(5, 0))).stated is None
    unread = Fault(Severity.TRAVELLER_REJECTED, "MAX_TRAVELLERS_A_PNR", "SRC", 5)
    assert part_of(replace(push, faults=(unread,))) == Part(2, True, 2, 9, is_whole=False)
    nameless = Fault(Severity.TRAVELLER_REJECTED, "NAME_MISSING", "TIF", 7, traveller=1)
    assert part_of(replace(push, faults=(nameless,))) == Part(2, True, 1, 9)


@pytest.mark.parametrize(
    ("part", "is_last", "expected"), [(1, True, False), (1, False, True), (2, True, True)]
)
def test_what_is_split(part: int, is_last: bool, expected: bool) -> None:
    assert is_split(replace(PUSH, part=part, is_last_part=is_last)) is expected


@pytest.mark.parametrize(
    ("change", "function", "is_full"),
    [
        (Change.NEW, MessageFunction.PNR_PUSH, True),
        (None, MessageFunction.PNR_PUSH, True),
        (Change.CHANGE, MessageFunction.PNR_PUSH, False),
        (Change.CANCEL, MessageFunction.PNR_CANCELLATION, False),
    ],
)
def test_a_full_push_names_everybody(change: Change | None, function: MessageFunction, is_full: bool) -> None:
    message = replace(PUSH, change=change, function=function)
    assert is_full_push(message) is is_full
    assert is_reservation_push(message)


def test_a_posted_manifest_may_be_a_push() -> None:
    manifest = replace(PUSH, kind=MessageKind.MANIFEST)
    assert is_reservation_push(manifest)
    assert not is_reservation_push(replace(manifest, function=MessageFunction.PASSENGER_LIST))


def test_people_of_standing_reservations_are_counted_without_groups() -> None:
    people = (
        ReservationTraveller(surname="OSEI"),
        ReservationTraveller(surname="SEETHE WORLD", kind="GROUP"),
    )
    standing = Reservation(locator="A", travellers=people)
    off = (replace(standing, is_cancelled=True), replace(standing, is_withdrawn=True))
    assert people_named(replace(PUSH, reservations=(standing, *off))) == 1
