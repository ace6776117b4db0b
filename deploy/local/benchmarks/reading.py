"""PAXLST read, filtered and answered on one core: the part of ingest that needs no database."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from deploy.local.benchmarks.figure import Figure, percentile
from deploy.local.synthetic.paxlst import SyntheticFlight, paxlst
from deploy.local.synthetic.people import FictionalPeople
from services.ingest.formats.registry import read_messages
from services.ingest.replies.cusres import build_reply
from services.ingest.sensitive import filter_message

TRAVELLERS = 200
MESSAGES = 40
LONGER = 64


def measure_reading() -> Iterator[Figure]:
    """Travellers a second through reader, filter and reply; and how the cost grows with the length."""
    one = _seconds_each(_message(TRAVELLERS), MESSAGES)
    yield Figure(
        "paxlst_read_filter_reply",
        TRAVELLERS / percentile(one, 0.5),
        "travellers/s a core",
        "at least 8,000",
        {"travellers_a_message": TRAVELLERS, "messages": MESSAGES, "statistic": "median"},
    )
    long = _seconds_each(_message(TRAVELLERS * LONGER), 1)
    yield Figure(
        "paxlst_cost_of_64_times_the_length",
        percentile(long, 0.5) / percentile(one, 0.5),
        "times the short message",
        "at most 80",
        {"travellers_short": TRAVELLERS, "travellers_long": TRAVELLERS * LONGER},
    )


def _message(travellers: int) -> bytes:
    now = datetime.now(UTC)
    flight = SyntheticFlight("XA", "418", "XQB", "XQA", now.replace(tzinfo=None) + timedelta(hours=4))
    return paxlst(flight, FictionalPeople(1).take(travellers), transaction="BENCH1", prepared_at=now)


def _seconds_each(body: bytes, repeats: int) -> list[float]:
    now = datetime.now(UTC)
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        messages = [filter_message(message) for message in read_messages(body, "application/edifact", now)]
        build_reply(messages, own_name="XAAGOVAPI", reference="1", prepared_at=now)
        seconds.append(time.perf_counter() - began)
        assert not messages[0].is_rejected, "the benchmark's own message must be a good one"
    return seconds
