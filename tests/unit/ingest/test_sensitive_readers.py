"""What every reader makes of a planted message, filtered: nothing planted is left of it."""

import json
from dataclasses import replace

import pytest

from services.ingest.formats.registry import read_messages
from services.ingest.sensitive import filter_message
from shared.travel.message import ParsedMessage
from tests.security.planted import FORMATS, Planting
from tests.unit.ingest.samples import RECEIVED_AT

TAKEN = sorted(set(FORMATS) - {"REFUSED"})


def everything(messages: list[ParsedMessage]) -> str:
    """Every text that the messages would be kept, printed, queued or logged with."""
    kept: list[object] = [each.as_json() for each in messages]
    kept.extend(traveller.as_record() for each in messages for traveller in each.travellers)
    kept.extend(reservation.as_record() for each in messages for reservation in each.reservations)
    kept.extend(text for each in messages for text in each.free_texts)
    kept.extend(replace(fault).as_receipt_json() for each in messages for fault in each.faults)
    return json.dumps([*kept, repr(messages)], default=str)


def read(name: str) -> tuple[list[ParsedMessage], Planting]:
    plant = Planting(name)
    content_type, write = FORMATS[name]
    return read_messages(write(plant), content_type, RECEIVED_AT), plant


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_nothing_planted_is_left_after_the_filter(name: str) -> None:
    messages, plant = read(name)
    kept = everything([filter_message(message) for message in messages])
    assert [sign for sign in plant.dropped if sign in kept] == []


@pytest.mark.parametrize("name", TAKEN)
def test_message_is_taken_and_its_lawful_facts_stay(name: str) -> None:
    messages, plant = read(name)
    kept = everything([filter_message(message) for message in messages])
    assert not any(message.is_rejected for message in messages)
    assert plant.lawful in kept
    assert name == "PAXLST" or f"XXXXXXXXXXXX{plant.card[-4:]}" in kept


@pytest.mark.parametrize("name", TAKEN)
def test_planted_values_are_there_before_the_filter(name: str) -> None:
    messages, plant = read(name)
    unfiltered = everything(messages)
    found = [sign for sign in plant.dropped if sign in unfiltered]
    assert len(found) >= min(5, len(plant.dropped) // 2)
