"""What ingest says of travellers who are off the flight, as screening's inbox reads it."""

import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.ingest.intake.observed import WITHDRAWN_KIND
from services.screening.batches import withdraw
from services.screening.inbox import SENDERS
from shared.contracts import TravellersWithdrawnV1, WithdrawalReason, WithdrawalTakenV1
from shared.contracts.travellers_observed import MAX_TRAVELLERS_A_BATCH

SENT = TravellersWithdrawnV1(
    message_id=UUID(int=1),
    flight_id=UUID(int=2),
    reason=WithdrawalReason.NOT_ON_BOARD,
    received_at=datetime(2027, 11, 14, 4, 58, 7, tzinfo=UTC),
    travellers=[UUID(int=3)],
)


def test_what_is_sent_is_what_is_read() -> None:
    assert TravellersWithdrawnV1.model_validate(json.loads(json.dumps(SENT.as_json()))) == SENT
    taken = WithdrawalTakenV1(taken_at=SENT.received_at)
    assert WithdrawalTakenV1.model_validate(json.loads(json.dumps(taken.as_json()))) == taken


def test_it_names_identifiers_and_nobody() -> None:
    assert set(SENT.as_json()) == {"message_id", "flight_id", "reason", "received_at", "travellers"}
    with pytest.raises(ValidationError):
        TravellersWithdrawnV1.model_validate(SENT.as_json() | {"surname": "OSEI"})


def test_both_services_call_it_the_same_and_only_ingest_may_send_it() -> None:
    assert WITHDRAWN_KIND == withdraw.KIND == TravellersWithdrawnV1.__name__
    assert SENDERS[WITHDRAWN_KIND] == "ingest"


@pytest.mark.parametrize(("number", "is_taken"), [(MAX_TRAVELLERS_A_BATCH, True), (201, False)])
def test_a_batch_has_a_limit(number: int, is_taken: bool) -> None:
    body = SENT.as_json() | {"travellers": [str(uuid4()) for _ in range(number)]}
    try:
        TravellersWithdrawnV1.model_validate(body)
    except ValidationError:
        assert not is_taken
    else:
        assert is_taken
