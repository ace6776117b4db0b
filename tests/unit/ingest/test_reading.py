"""Reading gives the same wherever it is done, and nothing of a fault but its type and place."""

import io
import pickle
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from random import Random

import pytest

from deploy.local.fuzzing.edifact_grammar import made_interchange
from services.ingest.reading.linking import LinkingKeys
from services.ingest.reading.people import People
from services.ingest.reading.reader_process import READY, ReadingFault, answer_all, framed
from services.ingest.reading.submission import ReadingTerms, ReadMessage, Submission, Unread, read_submission
from services.ingest.sensitive import DEFAULT_RULES
from shared.travel.traveller import Traveller
from tests.unit.ingest.samples import EXAMPLE_A, EXAMPLE_B, MESSAGES, RECEIVED_AT

TERMS = ReadingTerms(
    {"DXB": "ARE", "ATH": "GRC"}.get, "GRC", DEFAULT_RULES, LinkingKeys(b"a secret of this deployment!")
)
BODIES = sorted(MESSAGES.glob("*.edi"))


class FaultyKeys(LinkingKeys):
    """A fault of ours that quotes a person."""

    def traveller_keys(self, traveller: Traveller, locators: Sequence[str] = ()) -> bytes:
        raise RuntimeError(traveller.surname, locators)


def submitted(body: bytes, **more: object) -> Submission:
    return replace(Submission(body, "", RECEIVED_AT), **more)  # type: ignore[arg-type]


def messages_of(submission: Submission) -> tuple[ReadMessage, ...]:
    read = read_submission(submission, TERMS)
    assert isinstance(read, tuple)
    return read


@pytest.mark.parametrize("allowed", [None, frozenset({"surname", "doc_number"})], ids=["all", "few"])
@pytest.mark.parametrize("path", BODIES, ids=[path.stem for path in BODIES])
def test_what_came_from_another_process_is_what_was_read(
    path: object, allowed: frozenset[str] | None
) -> None:
    read = read_submission(submitted(path.read_bytes(), allowed=allowed), TERMS)  # type: ignore[attr-defined]
    assert pickle.loads(pickle.dumps(read)) == read


@pytest.mark.parametrize("seed", range(60))
def test_made_messages_come_from_another_process_as_they_were_read(seed: int) -> None:
    read = read_submission(submitted(made_interchange(Random(seed))), TERMS)
    assert pickle.loads(pickle.dumps(read)) == read


def test_elements_outside_the_profile_are_in_the_message_and_not_in_what_is_stored() -> None:
    allowed = frozenset({"surname", "given_names", "date_of_birth"})
    (read,) = messages_of(submitted(EXAMPLE_A, allowed=allowed))
    assert read.message.travellers[0].documents
    assert "doc_number" in read.people.outside
    assert read.people.outside == frozenset(read.people.elements) - allowed
    for said, traveller in zip(read.people.said, read.people.travellers, strict=True):
        assert "documents" not in said.record
        assert said.traveller() == traveller
        assert traveller.documents == ()


def test_every_element_is_made_ready_where_no_profile_is_known() -> None:
    (read,) = messages_of(submitted(EXAMPLE_A))
    assert read.people.travellers == read.message.travellers
    assert read.people.outside == frozenset()
    assert [each.traveller() for each in read.people.said] == list(read.message.travellers)


def test_each_message_of_a_body_has_its_own_digest_and_a_trial_another() -> None:
    first, second = messages_of(submitted(EXAMPLE_A + EXAMPLE_B))
    (tried,) = messages_of(submitted(EXAMPLE_A, is_test=True))
    assert len({first.digest, second.digest, tried.digest}) == 3
    assert tried.message.is_test
    assert not first.message.is_test


def test_body_that_is_no_message_is_told_as_a_value() -> None:
    read = read_submission(submitted(b"dear authority"), TERMS)
    assert isinstance(read, Unread)
    assert read.fault_code == "FORMAT"


def test_travellers_of_records_are_a_sequence_that_prints_nobody() -> None:
    (read,) = messages_of(submitted(EXAMPLE_A))
    people: People = pickle.loads(pickle.dumps(read.people))
    assert len(people.travellers) == len(read.people.said)
    assert people.travellers[0] == read.message.travellers[0]
    assert people.travellers[1:] == tuple(read.message.travellers[1:])
    told = repr([people, people.travellers, people.said, read])
    assert [each.surname for each in read.message.travellers if each.surname in told] == []


def test_reader_answers_each_submission_until_its_input_ends() -> None:
    sent = framed(TERMS_SENT) + framed(submitted(EXAMPLE_A)) + framed(submitted(EXAMPLE_B))
    ready, first, second = answers(sent, TERMS)
    assert ready == READY
    assert first == read_submission(submitted(EXAMPLE_A), TERMS)
    assert second == read_submission(submitted(EXAMPLE_B), TERMS)


def test_reader_that_is_told_nothing_ends() -> None:
    assert answers(b"", TERMS) == []
    assert answers(framed(TERMS_SENT)[:-1], TERMS) == []


def test_unforeseen_fault_is_told_by_type_and_place_and_the_next_body_is_read() -> None:
    (read,) = messages_of(submitted(EXAMPLE_A))
    surname = read.message.travellers[0].surname
    faulty = replace(TERMS, keys=FaultyKeys(TERMS.keys.secret))
    sent = framed(TERMS_SENT) + framed(submitted(EXAMPLE_A)) + framed(submitted(b"dear authority"))
    _, fault, after = answers(sent, faulty)
    assert isinstance(fault, ReadingFault)
    assert fault.kind == "RuntimeError"
    assert fault.place.startswith("test_reading.py:")
    assert surname not in repr(fault)
    assert isinstance(after, Unread)


def test_fault_without_a_place_is_told_by_its_type() -> None:
    assert ReadingFault.of(KeyError("NAME")) == ReadingFault("KeyError", "")


def test_journey_of_people_is_the_flights_day() -> None:
    (read,) = messages_of(submitted(EXAMPLE_A))
    assert {said.day for said in read.people.said} == {date(2027, 11, 14)}
    traveller: Traveller = read.message.travellers[0]
    assert read.people.said[0].journey_key == TERMS.keys.journey_key(traveller, date(2027, 11, 14))


TERMS_SENT = "terms"


def answers(sent: bytes, terms: ReadingTerms) -> list[object]:
    sink = io.BytesIO()
    answer_all(io.BytesIO(sent), sink, lambda _: terms)
    sink.seek(0)
    found: list[object] = []
    while length := sink.read(8):
        found.append(pickle.loads(sink.read(int.from_bytes(length))))
    return found
