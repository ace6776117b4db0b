"""What is written is read back equal, and nothing that is sent breaks the reader."""

from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.local.synthetic.pnrgov import pnrgov
from services.ingest.errors import RefusedMessage
from services.ingest.formats.registry import read_messages
from services.ingest.sensitive import filter_message
from shared.travel.message import MessageFunction, ParsedMessage
from shared.travel.reservation import Reservation
from shared.travel.reservation_parts import Locator
from tests.unit.ingest.pnrgov.samples import RECEIVED_AT, STATES
from tests.unit.ingest.pnrgov.strategies import FLIGHT, reservations
from tests.unit.ingest.samples import MESSAGES

EXAMPLE = (MESSAGES / "pnrgov-a.edi").read_bytes()
SEGMENTS = EXAMPLE.decode().split("'\n")
_WRITTEN_FROM_FACTS = frozenset(["DOCS", "DOCO", "DOCA", "CTCM", "CTCE"])


def written(*pnrs: Reservation) -> ParsedMessage:
    body = pnrgov(FLIGHT, pnrs, sender="XA", recipient="GRGOV", reference="REF1", prepared_at=RECEIVED_AT)
    (read,) = read_messages(body, "", RECEIVED_AT, state_of=STATES.get)
    return read


def as_sent(pnr: Reservation) -> Reservation:
    """Without the services that only carried facts which stand elsewhere."""
    sent = tuple(each for each in pnr.services if each.code not in _WRITTEN_FROM_FACTS)
    return replace(pnr, services=sent)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(reservations(), min_size=1, max_size=2))
def test_reservations_are_read_back_equal(pnrs: list[Reservation]) -> None:
    read = written(*pnrs)
    assert [as_sent(each).as_record() for each in read.reservations] == [each.as_record() for each in pnrs]
    assert read.faults == ()
    assert read.reservations_stated == len(pnrs)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(reservations())
def test_record_is_read_back_equal(pnr: Reservation) -> None:
    assert Reservation.from_record(pnr.as_record()) == pnr


def test_cancellation_is_read_back() -> None:
    cancelled = Reservation(
        locator="Q7KD2M", carrier="XA", is_cancelled=True, locators=(Locator("Q7KD2M", "XA"),)
    )
    read = written(cancelled)
    assert read.reservations == (cancelled,)
    assert read.function is MessageFunction.PNR_CANCELLATION


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 12))
def test_segments_in_any_order_give_only_declared_outcomes(seed: int, moves: int) -> None:
    random = Random(seed)
    segments = SEGMENTS[2:-3]
    for _ in range(moves):
        place, other = random.randrange(len(segments)), random.randrange(len(segments))
        chance = random.random()
        if chance < 0.4:
            segments[place], segments[other] = segments[other], segments[place]
        elif chance < 0.7:
            del segments[place]
        else:
            segments.insert(other, segments[place])
    body = "'\n".join([*SEGMENTS[:2], *segments, *SEGMENTS[-3:]])
    check(body.encode())


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 20))
def test_characters_of_any_kind_give_only_declared_outcomes(seed: int, changes: int) -> None:
    random = Random(seed)
    body = bytearray(EXAMPLE)
    for _ in range(changes):
        place = random.randrange(len(body))
        body[place : place + random.choice((0, 1, 3))] = random.choice(
            (b"'", b"+", b":", b"?", b"/", b"", b"0", b"99", b"\xff", b"A" * 70, b"-1A", b"//")
        )
    check(bytes(body))


def check(body: bytes) -> None:
    """Either a declared refusal, or messages that can be printed, kept and read back."""
    try:
        messages = read_messages(body, "", RECEIVED_AT, state_of=STATES.get)
    except RefusedMessage:
        return
    for message in map(filter_message, messages):
        message.as_json()
        for pnr in message.reservations:
            assert Reservation.from_record(pnr.as_record()) == pnr
