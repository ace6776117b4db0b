from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.ingest.intake import receipt as receipts
from services.ingest.intake.receipt import Receipt, ReceiptStatus, fault_from_json
from shared.identifiers import ReceiptId
from shared.travel.message import Fault, ParsedMessage, Severity
from tests.unit.ingest.samples import EXAMPLE_A, Written, person, read_one

AT = datetime(2027, 11, 14, 4, 58, 7, 120_000, tzinfo=UTC)


def receipt(message: ParsedMessage) -> Receipt:
    return Receipt.of(ReceiptId(UUID(int=1)), "hmac-sha256:00", AT, message)


def test_receipt_tells_what_became_of_the_message() -> None:
    printed = receipt(read_one(EXAMPLE_A)).as_json()
    assert printed["received_at"] == "2027-11-14T04:58:07.120Z"
    assert (printed["status"], printed["kind"]) == ("ACCEPTED", "PAXLST")
    assert printed["transaction_reference"] == "XA0418A27111401"


def test_flight_without_time_is_shown_without() -> None:
    printed = receipt(read_one(str(Written(flight="TDT+20+XA1'LOC+125+DXB'LOC+87+ATH'")))).as_json()
    assert printed["flight"]["departure"] is None


def test_rejected_message_has_no_flight_and_nobody() -> None:
    rejected = receipt(read_one(str(Written(flight=""))))
    assert rejected.is_rejected
    assert (rejected.as_json()["flight"], rejected.accepted) == (None, 0)


def test_more_warnings_change_the_status_and_not_the_counts() -> None:
    warned = receipt(read_one(EXAMPLE_A)).with_faults((Fault(Severity.WARNING, "REFERENCE_REUSED"),))
    assert (warned.status, warned.accepted) == (ReceiptStatus.ACCEPTED_WITH_FAULTS, 3)
    assert receipt(read_one(EXAMPLE_A)).with_faults(()).status is ReceiptStatus.ACCEPTED


def test_fault_reads_back_equal() -> None:
    fault = Fault(Severity.TRAVELLER_REJECTED, "NAME_MISSING", "NAD", 7, 1, "R1", "Q7KD2M")
    assert fault_from_json(fault.as_receipt_json()) == fault


def test_limit_of_faults_keeps_the_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "MAX_FAULTS", 2)
    people = person("DTM+329:840230")
    at_the_limit = receipt(read_one(str(Written(people=people * 2))))
    assert [fault.code for fault in at_the_limit.faults] == ["BIRTH_DATE_IMPOSSIBLE"] * 2
    over = receipt(read_one(str(Written(people=people * 3))))
    assert [fault.code for fault in over.faults] == ["BIRTH_DATE_IMPOSSIBLE"] * 2 + ["MORE_FAULTS"]
    assert over.rejected == 3
