"""What sharing tells of a received notice, as screening's inbox reads it."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.screening.inbox import SENDERS
from services.screening.notices import from_abroad as notices_from_abroad
from services.screening.notices.entries import notice_entry
from services.screening.watchlist.entry import WatchlistEntry
from services.sharing.exchange import notices_in
from services.sharing.protocol.envelope import Envelope
from services.sharing.protocol.payloads import Correct, Emergency, Notify
from services.sharing.registers.entries import Authority
from shared.contracts import NoticeReceivedV1, NoticeWithdrawnV1
from shared.contracts.notice_received import entry_of_notice, notice_of_entry
from tests.unit.sharing.samples import an_authority

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
NOTICE_ID = UUID("01930000-0000-7000-8000-000000000001")
SENT: dict[str, Any] = {
    "event": "DEPARTURE",
    "person": {
        "names": [
            {"full": "EXAMPLE TEST", "script": "Latn", "source": "DOCUMENT"},
            {"full": "مثال", "script": "Arab", "source": "LIST"},
        ],
        "birth": {"kind": "EXACT", "date": "1980-01-02"},
        "nationalities": ["XBB"],
        "documents": [{"type": "PASSPORT", "number": "X1234567", "issuer": "XBB"}],
    },
    "flight": {"no": "XA101", "date": "2026-06-01", "from": "XQB", "via": [], "to": "XQA"},
    "category": "CHARGED_OR_WARRANT",
    "tear_line": "Verify the document.",
}


def an_envelope() -> Envelope:
    digest = f"sha256:{'0' * 64}"
    return Envelope.model_validate(
        {
            "spec": "ctx-1.0",
            "message_id": NOTICE_ID,
            "type": "NOTIFY",
            "sender": "XBB-PIU-01",
            "recipient": "XAA-PIU-01",
            "created_at": NOW,
            "expires_at": datetime(2026, 6, 2, tzinfo=UTC),
            "thread_id": NOTICE_ID,
            "agreement_id": "XAA-XBB-2025",
            "legal_ref": ["SCR-2396/11"],
            "purpose": "TERR_TRAVEL",
            "necessity": "The person boards.",
            "data_class": "HIT",
            "min_set": "N-MIN",
            "handling": {"code": "H2", "conditions": ["no-onward"], "caveats": ["C1", "C2", "C3", "C4"]},
            "retention_until": date(2026, 12, 1),
            "verification": {"level": "API_DOCUMENT", "two_person": True, "verified_at": NOW},
            "quality": {
                "source_grade": None,
                "info_grade": None,
                "fact_or_assessment": "FACT",
                "as_of": NOW,
                "precision": "EXACT",
            },
            "originator": "XBB-PIU-01",
            "urgency": "BEFORE_LANDING",
            "payload_hash": digest,
            "payload_type": "application/ctx-notify+json",
            "payload": "sealed",
            "oversight_copy": digest,
        }
    )


def a_sender() -> Authority:
    return an_authority("XBB-PIU-01", "XBB")


def told(**changes: Any) -> list[NoticeReceivedV1]:
    """What screening is told of a notice with some of its parts changed."""
    notice = Notify.model_validate(SENT | changes)
    return notices_in.received_notices(an_envelope(), [notice], a_sender(), NOW)


def test_what_is_sent_is_what_is_read() -> None:
    for message in told():
        assert NoticeReceivedV1.model_validate(json.loads(json.dumps(message.as_json()))) == message
    gone = notices_in.withdrawn_notice(NOTICE_ID, a_sender(), "COURT", by=UUID(int=7), now=NOW)
    assert NoticeWithdrawnV1.model_validate(json.loads(json.dumps(gone.as_json()))) == gone


def test_both_services_call_it_the_same_and_only_sharing_may_send_it() -> None:
    assert notices_in.RECEIVED_KIND == notices_from_abroad.RECEIVED_KIND == NoticeReceivedV1.__name__
    assert notices_in.WITHDRAWN_KIND == notices_from_abroad.WITHDRAWN_KIND == NoticeWithdrawnV1.__name__
    assert {SENDERS[notices_in.RECEIVED_KIND], SENDERS[notices_in.WITHDRAWN_KIND]} == {"sharing"}


def test_notice_is_an_entry_that_the_matcher_reads_and_names_its_message() -> None:
    entry = notice_entry(told()[0])
    read = WatchlistEntry.from_json(entry.body)
    assert [name.text for name in read.names] == ["EXAMPLE TEST", "مثال"]
    assert notice_of_entry(read.id) == NOTICE_ID
    assert entry.source.handling_code == "H2"
    # Nobody graded it: it counts as what is ungraded (SG-11).
    assert (entry.source.source_grade, entry.source.info_grade) == (2, "D")


def test_each_person_of_an_emergency_is_an_entry_of_the_same_message() -> None:
    ids = [entry_of_notice("XBB-PIU-01", NOTICE_ID, part) for part in range(3)]
    assert len(set(ids)) == 3
    assert {notice_of_entry(each) for each in ids} == {NOTICE_ID}
    assert notice_of_entry("UN_SC:QDi.001") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"flight": None},
        {"flight": {"no": "XA101"}},
        {"person": None},
        {"person": {"names": SENT["person"]["names"]}},
    ],
    ids=["no-flight", "no-day", "nobody", "a-name-alone"],
)
def test_notice_that_cannot_be_looked_for_stays_with_the_desk(changes: dict[str, Any]) -> None:
    assert told(**changes) == []


def test_word_for_a_category_that_is_not_ours_is_not_guessed() -> None:
    assert [each.category for each in told(category="DANGEROUS")] == [None]


def test_correction_changes_the_named_fields_alone() -> None:
    correction = Correct.model_validate(
        {
            "target_message_id": NOTICE_ID,
            "fields": ["date_of_birth", "nationality"],
            "corrected": {"person": {"birth": {"kind": "YEAR", "date": "1981"}}, "category": "CONVICTED"},
            "reason_code": "INACCURATE",
            "urgent": False,
            "onward_instructions": "Correct it onward too.",
        }
    )
    right = notices_in.corrected(Notify.model_validate(SENT), correction).as_json()
    assert right["person"]["birth"] == {"kind": "YEAR", "date": "1981"}
    assert not right["person"].get("nationalities")
    # What is not named stays, whatever else the correction holds.
    assert (right["category"], right["flight"]["no"]) == ("CHARGED_OR_WARRANT", "XA101")


def test_notices_are_found_in_emergencies_too() -> None:
    notice = Notify.model_validate(SENT)
    emergency = Emergency.model_validate(
        {
            "threat": "A named danger.",
            "why_normal_way_fails": "Time.",
            "declared_by_role": "SUPERVISOR",
            "declared_at": NOW,
            "relaxes": ["SG-30"],
            "expires_at": NOW,
            "review_due": NOW,
            "notices": [notice, notice],
        }
    )
    assert notices_in.notices_of(emergency) == (notice, notice)


def test_it_names_nobody_when_it_is_printed_and_refuses_what_it_does_not_know() -> None:
    message = told()[0]
    assert "EXAMPLE" not in repr(message) + str(message)
    with pytest.raises(ValidationError):
        NoticeReceivedV1.model_validate(message.as_json() | {"score": 1})
