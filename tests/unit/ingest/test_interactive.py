from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.interactive.answer import placed, seconds_to_next_step
from services.ingest.interactive.callback_address import is_callback_address
from services.ingest.interactive.directives import DEFAULT_TABLE, Meaning
from services.ingest.interactive.reply import as_json, as_stored, decided_reply, told_again
from services.ingest.store.interactive import Standing
from shared.travel.traveller import Traveller
from tests.unit.ingest.samples import EXAMPLE_A, Written, person, read_one

MESSAGE = read_one(EXAMPLE_A)
SPOILT = read_one(EXAMPLE_A.replace(b"DTM+329:900711", b"DTM+329:901311"))


def standing_about(traveller: Traveller, **changed: Any) -> Standing:
    return Standing(Meaning.DO_NOT_BOARD, None, traveller.as_record() | changed)


def test_decision_falls_to_its_traveller_though_another_could_not_be_read() -> None:
    reply = decided_reply(SPOILT, DEFAULT_TABLE, usual=Meaning.BOARD, standing={1: Meaning.DO_NOT_BOARD})
    assert [each.directive.meaning for each in reply.answers] == [
        Meaning.BOARD,
        Meaning.RESUBMIT,
        Meaning.DO_NOT_BOARD,
    ]


@pytest.mark.parametrize("usual", [Meaning.BOARD, Meaning.ADVISE, Meaning.NO_ANSWER])
def test_everybody_who_was_read_gets_the_usual_answer(usual: Meaning) -> None:
    reply = decided_reply(MESSAGE, DEFAULT_TABLE, usual=usual, standing={})
    assert {each.directive.meaning for each in reply.answers} == {usual}


def test_stored_answer_is_told_again_in_the_same_words() -> None:
    reply = decided_reply(SPOILT, DEFAULT_TABLE, usual=Meaning.NO_ANSWER, standing={0: Meaning.ADVISE})
    assert told_again(SPOILT, DEFAULT_TABLE, as_stored(reply)) == reply


def test_stored_answer_that_fits_no_more_is_not_told() -> None:
    stored = as_stored(decided_reply(MESSAGE, DEFAULT_TABLE, usual=Meaning.BOARD, standing={}))
    assert told_again(MESSAGE, DEFAULT_TABLE, stored[:-1]) is None


def test_json_names_each_traveller_by_its_place() -> None:
    reply = decided_reply(SPOILT, DEFAULT_TABLE, usual=Meaning.BOARD, standing={})
    told = as_json(SPOILT, reply, "R")["directives"]
    assert [(each["traveller"], each["code"]) for each in told] == [(1, "0Z"), (2, "4Z"), (3, "0Z")]
    assert told[1]["text"] == "BIRTH DATE IMPOSSIBLE. DATA NOT READABLE. CORRECT AND RESEND"


def test_json_of_a_close_out_names_only_whom_it_cannot_take() -> None:
    people = person("RFF+ABO:R1") + person("RFF+ABO:R2", name=":")
    message = read_one(str(Written(function="BGM+266+CLOB'", people=people)))
    reply = decided_reply(message, DEFAULT_TABLE, usual=Meaning.BOARD, standing={})
    assert [each["traveller"] for each in as_json(message, reply, "R")["directives"]] == [2]


def test_decision_finds_the_person_by_record_or_document() -> None:
    first, second, third = MESSAGE.travellers
    assert placed(MESSAGE.travellers, [standing_about(second)]) == {1: Meaning.DO_NOT_BOARD}
    renamed = standing_about(third, surname="OTHER", carrier_reference="X")
    assert placed(MESSAGE.travellers, [renamed]) == {2: Meaning.DO_NOT_BOARD}
    reference = first.carrier_reference
    borrowed = standing_about(third, documents=[], surname="OTHER", carrier_reference=reference)
    assert placed(MESSAGE.travellers, [borrowed]) == {}


def test_namesake_with_another_document_is_another_person() -> None:
    first = MESSAGE.travellers[0]
    other = standing_about(first, documents=[{"number": "ZZ9", "issuer": "UTO"}])
    assert placed(MESSAGE.travellers, [other]) == {}
    without = standing_about(first, documents=[], carrier_reference="X")
    assert placed(MESSAGE.travellers, [without]) == {0: Meaning.DO_NOT_BOARD}
    ageless = standing_about(first, documents=[], birth_date=None)
    assert placed(MESSAGE.travellers, [ageless]) == {}


@given(st.floats(0, 30), st.floats(0.001, 1))
def test_answer_leaves_on_a_step_of_the_pace(elapsed: float, pace: float) -> None:
    wait = seconds_to_next_step(elapsed, pace)
    assert 0 <= wait <= pace
    assert abs((elapsed + wait) / pace - round((elapsed + wait) / pace)) < 1e-6 * max(1, 30 / pace)


def test_without_a_pace_nobody_waits() -> None:
    assert seconds_to_next_step(0.123, 0.0) == 0.0


@pytest.mark.parametrize(
    ("url", "loopback", "is_one"),
    [
        ("https://dcs.example/callbacks", False, True),
        ("https://dcs.example:8443/callbacks", False, True),
        ("http://127.0.0.1:9000/callbacks", True, True),
        ("http://localhost/callbacks", True, True),
        ("http://127.0.0.1:9000/callbacks", False, False),
        ("http://dcs.example/callbacks", True, False),
        ("http://127.0.0.1.dcs.example/", True, False),
        ("https://user:word@dcs.example/", False, False),
        ("https://dcs.example/?to=elsewhere", False, False),
        ("https://dcs.example/#part", False, False),
        ("https://dcs.example:port/", False, False),
        ("https:///callbacks", False, False),
        ("https://dcs.example/a b", False, False),
        ("ftp://dcs.example/", False, False),
    ],
)
def test_callback_address(url: str, loopback: bool, is_one: bool) -> None:
    assert is_callback_address(url, loopback=loopback) is is_one
