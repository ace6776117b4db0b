"""What screening asks of ingest when a list has changed, and what each reads of the other."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.ingest import rescreening
from services.ingest.store.window import MATCHED_OBJECTS, MATCHED_TEXTS
from services.screening.batches.rescreen import COMING, PAST, Compared, _progress
from services.screening.inbox import SENDERS
from services.screening.matching import SentColumns
from services.screening.store.rescreening import Pass, PassState
from shared.contracts.rescreening import (
    ResendWantedV1,
    TravellersToRescreenV1,
    WindowPageV1,
    WindowPageWantedV1,
    WindowPlaceV1,
    WindowTravellersV1,
)
from shared.contracts.travellers_observed import MAX_TRAVELLERS_A_BATCH

PLACE = WindowPlaceV1(day=date(2027, 11, 14), flight_id=UUID(int=3))
WANTED = WindowPageWantedV1(
    message_id=UUID(int=1),
    rescreening_id=UUID(int=2),
    first_day=date(2027, 11, 6),
    last_day=date(2027, 11, 18),
    after=PLACE,
)
COLUMNS: dict[str, list[Any]] = {
    "traveller_id": [UUID(int=4), UUID(int=5)],
    "surname": ["OSEI", "MENSAH"],
    "given_names": ["AMA", None],
    "birth_date": ["1980-05", None],
    "sex": ["F", None],
    "nationality": [None, "GHA"],
    "birth_place": [{"country": "GHA"}, None],
    "documents": [[{"number": "XD5550001", "issuer": "GHA"}], None],
}
PAGE = WindowPageV1(travellers=WindowTravellersV1.model_validate(COLUMNS), place=PLACE)


def test_what_is_sent_is_what_is_read() -> None:
    assert WindowPageWantedV1.model_validate(json.loads(json.dumps(WANTED.as_json()))) == WANTED
    assert WindowPageV1.model_validate(json.loads(json.dumps(PAGE.as_json()))) == PAGE


def test_a_page_never_prints_whom_it_holds() -> None:
    assert "OSEI" not in f"{PAGE!r} {PAGE.travellers!r} {PAGE.travellers}"


def test_a_column_that_lacks_somebody_is_refused() -> None:
    with pytest.raises(ValidationError, match="a column is longer") as fault:
        WindowTravellersV1.model_validate(COLUMNS | {"surname": ["OSEI"]})
    assert "OSEI" not in str(fault.value)


def test_each_traveller_of_a_page_is_read_by_his_place() -> None:
    assert PAGE.travellers.facts(1) == {"surname": "MENSAH", "nationality": "GHA"}
    assert PAGE.travellers.part(0, 1).facts(0)["documents"] == COLUMNS["documents"][0]
    assert (len(PAGE.travellers), len(PAGE.travellers.part(1, 9))) == (2, 1)


def test_a_page_holds_what_matching_reads_and_nothing_else() -> None:
    assert {"traveller_id", *MATCHED_TEXTS, *MATCHED_OBJECTS} == set(WindowTravellersV1.model_fields)
    assert {*MATCHED_TEXTS, *MATCHED_OBJECTS} == set(SentColumns.__slots__)


def test_both_services_call_the_messages_the_same() -> None:
    assert WindowPageWantedV1.__name__ == rescreening.PAGE_KIND
    assert ResendWantedV1.__name__ == rescreening.RESEND_KIND
    assert TravellersToRescreenV1.__name__ == rescreening.AGAIN_KIND
    assert SENDERS[rescreening.AGAIN_KIND] == "ingest"


@pytest.mark.parametrize(("number", "is_taken"), [(MAX_TRAVELLERS_A_BATCH, True), (201, False)])
def test_a_resend_has_a_limit(number: int, is_taken: bool) -> None:
    body = {
        "message_id": uuid4(),
        "rescreening_id": uuid4(),
        "generation": 1,
        "travellers": [uuid4() for _ in range(number)],
    }
    try:
        ResendWantedV1.model_validate(body)
    except ValidationError:
        assert not is_taken
    else:
        assert is_taken


def test_window_is_seven_days_back_and_three_ahead() -> None:
    assert (PAST.days, COMING.total_seconds()) == (7, 72 * 3600)


@pytest.mark.parametrize(
    ("state", "place", "next_state"),
    [
        (PassState.RUNNING, PLACE, PassState.RUNNING),
        (PassState.RUNNING, None, PassState.SETTLING),
        (PassState.SETTLING, PLACE, PassState.SETTLING),
        (PassState.SETTLING, None, PassState.DONE),
    ],
)
def test_a_pass_goes_on_round_by_round(
    state: PassState, place: WindowPlaceV1 | None, next_state: PassState
) -> None:
    now = datetime(2027, 11, 14, tzinfo=UTC)
    due = Pass(uuid4(), now, 1, 1, ("X:1",), now.date(), now.date(), state, None, 0, 0, None)
    made = _progress(due, Compared(5, [], place), now)
    assert (made.state, made.compared) == (next_state, 5)
    assert (made.finished_at is not None) == (next_state is PassState.DONE)
