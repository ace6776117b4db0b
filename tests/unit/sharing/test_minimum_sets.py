"""The least data, and one digest from preview to ledger."""

import json

from services.sharing.protocol.caveats import CAVEAT_WORDS, CAVEATS
from services.sharing.shares.minimum_sets import N_MIN, Payload, event_of, notify_payload
from shared.contracts import HitConfirmedV1
from shared.identifiers import AuthorityId
from tests.unit.sharing.samples import OWN, a_hit, a_leg


def payload_of(hit: HitConfirmedV1, agreed: set[str] | None = None) -> Payload:
    return notify_payload(
        hit, event="DEPARTURE", action_taken="NONE", contact=AuthorityId(OWN), agreed_fields=agreed
    )


def test_payload_is_the_one_of_the_protocol() -> None:
    content = payload_of(a_hit()).content
    assert content == {
        "event": "DEPARTURE",
        "observed_at": "2026-06-01T08:00:00Z",
        "person": {
            "names": [{"full": "EXAMPLE TEST", "script": "Latn", "source": "DOCUMENT"}],
            "birth": {"kind": "EXACT", "date": "1980-01-02"},
            "nationalities": ["XBB"],
            "documents": [{"type": "PASSPORT", "number": "X1234567", "issuer": "XBB"}],
        },
        "flight": {"no": "XA101", "date": "2026-06-01", "from": "XQA", "via": [], "to": "XQB"},
        "list_ref": "QDi.999",
        "category": "UN_1267_LISTED",
        "action_here": "NONE",
        "tear_line": "Verify document. Call duty desk before any measure.",
        "contact": "XAA-PIU-01 duty desk",
    }


def test_nothing_outside_the_minimum_set_leaves() -> None:
    payload = payload_of(a_hit())
    assert set(payload.fields) <= N_MIN
    assert "12A" not in json.dumps(payload.content)
    assert "+000000" not in json.dumps(payload.content)


def test_list_reference_leaves_for_un_listings_only() -> None:
    payload = payload_of(a_hit(entry={"category": "REASONABLY_SUSPECTED"}))
    assert "list_ref" not in payload.content
    assert "list_reference" not in payload.fields


def test_agreement_narrows_the_set() -> None:
    payload = payload_of(a_hit(), {"names", "flight", "seat"})
    assert payload.fields == ("flight", "names")
    assert set(payload.content) == {"person", "flight"}


def test_same_hit_gives_the_same_digest() -> None:
    assert payload_of(a_hit()).digest == payload_of(a_hit()).digest
    assert payload_of(a_hit()).digest != payload_of(a_hit(surname="OTHER")).digest


def test_original_script_of_a_un_listed_name_is_added() -> None:
    hit = a_hit(entry={"names": [{"text": "Пример", "kind": "ORIGINAL_SCRIPT", "quality": "GOOD"}]})
    names = payload_of(hit).content["person"]["names"]
    assert names[1] == {"full": "Пример", "script": "Cyrl", "source": "LIST"}


def test_absent_facts_are_left_out() -> None:
    hit = a_hit(legs=(), birth_date=None, nationality=None, documents=[{"type": None, "number": "N1"}])
    content = payload_of(hit).content
    assert content["flight"] == {"no": "XA101"}
    assert set(content["person"]) == {"names", "documents"}
    assert content["person"]["documents"] == [{"type": "OTHER", "number": "N1"}]


def test_agreement_without_personal_fields_sends_no_person() -> None:
    assert set(payload_of(a_hit(), {"flight"}).content) == {"flight"}


def test_flight_without_times_has_no_date() -> None:
    leg = a_leg("XQA", "XAA", "XQB", "XBB").model_copy(update={"departure": None})
    assert "date" not in payload_of(a_hit(legs=(leg,))).content["flight"]


def test_year_alone_is_sent_as_a_year() -> None:
    person = payload_of(a_hit(birth_date="1980")).content["person"]
    assert person["birth"] == {"kind": "YEAR", "date": "1980"}


def test_payload_prints_without_content() -> None:
    assert "EXAMPLE" not in f"{payload_of(a_hit())!r}"


def test_event_is_seen_from_our_state() -> None:
    arriving = a_hit(legs=(a_leg("XQB", "XBB", "XQA", "XAA"),))
    passing = a_hit(legs=(a_leg("XQB", "XBB", "XQA", "XAA"), a_leg("XQA", "XAA", "XQC", "XCC")))
    assert [event_of(hit, "XAA") for hit in (a_hit(), arriving, passing)] == [
        "DEPARTURE",
        "ARRIVAL",
        "TRANSIT",
    ]


def test_every_caveat_has_words() -> None:
    assert set(CAVEAT_WORDS) == set(CAVEATS)
