"""Messages that their sender cut into parts: any order, twice, and never all of them."""

import asyncio
from typing import Any

import pytest

from services.ingest.intake.take_parts import PartsClock
from services.ingest.ports import Ports
from tests.integration.ingest.conftest import Ingest
from tests.integration.ingest.test_receive import only_first, with_reference
from tests.integration.ingest.test_reservations import Push, held, people, pnr, pnr_ingest

__all__ = ["pnr_ingest"]

KOFI, AMA, ESI = pnr("AAA111", "OSEI+KOFI"), pnr("BBB222", "MENSAH+AMA"), pnr("CCC333", "ANNAN+ESI")


def clock_of(ingest: Ingest) -> PartsClock:
    ports: Ports = ingest.app.state.ports
    return PartsClock(ports)


async def flight(ingest: Ingest) -> dict[str, Any]:
    answer = await ingest.get("/v1/flights", ingest.issuer.token("AUDITOR", subject="auditor"))
    (found,) = answer.json()["flights"]
    shown: dict[str, Any] = found
    return shown


def codes(receipt: dict[str, Any]) -> list[str]:
    return [fault["code"] for fault in receipt["faults"] if fault["code"] != "REFERENCE_REUSED"]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
async def test_full_push_in_parts_replaces_once_every_part_came(
    pnr_ingest: Ingest, order: tuple[int, ...]
) -> None:
    await pnr_ingest.submit(bytes(Push((pnr("OLD000", "BOATENG+YAW"),), reference="R0")))
    pnr_ingest.clock.advance(minutes=60)
    parts = [
        Push((KOFI,), part="01:C", stated=3, reference="P1"),
        Push((AMA,), part="02", stated=3, reference="P2"),
        Push((ESI,), part="03:F", stated=3, reference="P3"),
    ]
    for number, place in enumerate(order, 1):
        answer = await pnr_ingest.submit(bytes(parts[place]))
        assert codes(answer.json()) == []
        assert (await held(pnr_ingest))["OLD000"] == ("WITHDRAWN" if number == 3 else "HELD")
    found = await held(pnr_ingest)
    assert [found[each] for each in ("AAA111", "BBB222", "CCC333")] == ["HELD"] * 3
    assert (await flight(pnr_ingest))["parts_missing"] is False


async def test_each_part_is_screened_at_once(pnr_ingest: Ingest) -> None:
    await pnr_ingest.submit(bytes(Push((AMA,), part="02", stated=3)))
    assert await pnr_ingest.screen() == 1
    assert await people(pnr_ingest) == {"AMA": ("REPORTED", "PNR")}


async def test_a_part_that_comes_twice_changes_nothing(pnr_ingest: Ingest) -> None:
    first = Push((KOFI,), part="01:C", stated=2, reference="P1")
    last = Push((AMA,), part="02:F", stated=2, reference="P2")
    for push in (first, Push((KOFI,), part="01:C", stated=2, reference="P1B"), last, last):
        await pnr_ingest.submit(bytes(push))
    await pnr_ingest.submit(bytes(Push((AMA,), part="02:F", stated=2, reference="P2B")))
    assert await held(pnr_ingest) == {"AAA111": "HELD", "BBB222": "HELD"}
    (row,) = await pnr_ingest.rows("SELECT state, parts FROM split_transaction")
    assert (row.state, row.parts) == ("COMPLETE", [1, 2])


async def test_counts_are_compared_over_all_parts(pnr_ingest: Ingest) -> None:
    await pnr_ingest.submit(bytes(Push((KOFI,), part="01:C", stated=5, reference="P1")))
    answer = await pnr_ingest.submit(bytes(Push((AMA,), part="02:F", stated=5, reference="P2")))
    assert codes(answer.json()) == ["COUNT_MISMATCH"]


async def test_reservation_too_large_for_one_part_is_put_together(pnr_ingest: Ingest) -> None:
    await pnr_ingest.submit(bytes(Push((KOFI,), part="01:C", stated=1, reference="P1")))
    rest = pnr("AAA111", "OSEI+ADJOA")
    await pnr_ingest.submit(bytes(Push((rest,), part="02:F", stated=1, reference="P2")))
    (row,) = await pnr_ingest.rows("SELECT record FROM reservation")
    assert [each["given_names"] for each in row.record["travellers"]] == ["KOFI", "ADJOA"]
    assert await people(pnr_ingest) == {"KOFI": ("REPORTED", "PNR"), "ADJOA": ("REPORTED", "PNR")}


async def test_what_never_came_is_told_and_what_came_stands(pnr_ingest: Ingest) -> None:
    await pnr_ingest.submit(bytes(Push((pnr("OLD000", "BOATENG+YAW"),), reference="R0")))
    pnr_ingest.clock.advance(minutes=60)
    answer = await pnr_ingest.submit(bytes(Push((KOFI,), part="01:C", stated=2, reference="P1")))
    pnr_ingest.clock.advance(minutes=29)
    assert await clock_of(pnr_ingest).beat() == 0
    pnr_ingest.clock.advance(minutes=1)
    assert await clock_of(pnr_ingest).beat() == 1
    receipt = await pnr_ingest.get(answer.headers["location"], pnr_ingest.issuer.carrier_token("XA"))
    assert codes(receipt.json()) == ["PARTS_MISSING"]
    assert receipt.json()["status"] == "ACCEPTED_WITH_FAULTS"
    assert (await flight(pnr_ingest))["parts_missing"] is True
    # Who the missing part would have named is not known: nobody is taken off the flight for it.
    assert await held(pnr_ingest) == {"OLD000": "HELD", "AAA111": "HELD"}


async def test_several_workers_end_one_wait_once(pnr_ingest: Ingest) -> None:
    await pnr_ingest.submit(bytes(Push((KOFI,), part="01:C", stated=2)))
    pnr_ingest.clock.advance(minutes=31)
    assert sum(await asyncio.gather(*(clock_of(pnr_ingest).beat() for _ in range(4)))) == 1
    assert await clock_of(pnr_ingest).beat() == 0
    (row,) = await pnr_ingest.rows("SELECT faults FROM message WHERE flight_id IS NOT NULL")
    assert [fault["code"] for fault in row.faults] == ["PARTS_MISSING"]


async def test_a_late_part_completes_and_the_flight_is_whole_again(pnr_ingest: Ingest) -> None:
    await pnr_ingest.submit(bytes(Push((KOFI,), part="01:C", stated=2, reference="P1")))
    pnr_ingest.clock.advance(minutes=31)
    await clock_of(pnr_ingest).beat()
    await pnr_ingest.submit(bytes(Push((AMA,), part="02:F", stated=2, reference="P2")))
    assert (await flight(pnr_ingest))["parts_missing"] is False


async def test_parts_of_a_list_are_counted_over_all(ingest: Ingest, paxlst_a: bytes) -> None:
    first = only_first(paxlst_a).replace(b"01:F'", b"01:C'")
    start, end = paxlst_a.index(b"NAD+FL"), paxlst_a.index(b"NAD+FL+++OSEI")
    rest = (paxlst_a[:start] + paxlst_a[end:]).replace(b"01:F'", b"02:F'").replace(b"UNT+64", b"UNT+46")
    assert codes((await ingest.submit(first)).json()) == []
    assert codes((await ingest.submit(with_reference(rest, "PART2"))).json()) == []
    assert len(await people(ingest)) == 3
    # One push, though it came in two messages.
    assert [row.pushes for row in await ingest.rows("SELECT pushes FROM flight")] == [1]
