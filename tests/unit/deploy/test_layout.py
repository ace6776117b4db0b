"""Ports and data folders: which are whose, and what is said when they are not free."""

import json
import socket
from pathlib import Path

import pytest

from deploy.local.faults import NotRunning, PortTaken
from deploy.local.layout import LISTENERS, DataFolder, Ports
from deploy.local.machine import HOST, free_port


def test_ports_follow_one_another_from_the_first() -> None:
    first = free_run()
    ports = Ports.starting_at(first)
    assert [ports.numbers[name] for name in LISTENERS] == list(range(first, first + len(LISTENERS)))
    assert ports.url("console") == f"http://{HOST}:{first + 3}"


def free_run() -> int:
    """The first of as many free ports in a row as there are listeners."""
    for first in range(20_000, 30_000, len(LISTENERS)):
        try:
            Ports.starting_at(first)
        except PortTaken:
            continue
        return first
    raise AssertionError("no free ports in a row")


def test_port_zero_gives_different_free_ones() -> None:
    numbers = Ports.starting_at(0).numbers.values()
    assert len(set(numbers)) == len(LISTENERS)


def test_taken_port_is_named_even_when_it_is_not_the_first() -> None:
    first = free_run()
    with socket.socket() as other:
        other.bind((HOST, first + 2))
        other.listen()
        with pytest.raises(PortTaken, match=f"Port {first + 2} "):
            Ports.starting_at(first)


def test_free_port_is_free() -> None:
    with socket.socket() as probe:
        probe.bind((HOST, free_port()))


def test_folder_without_a_system_says_so(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    assert not folder.is_claimed()
    with pytest.raises(NotRunning, match="No Safeconduct runs"):
        folder.running_system()


def test_addresses_left_by_a_killed_system_are_not_believed(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.running.write_text(json.dumps({"ingest": "http://127.0.0.1:1"}))
    (tmp_path / "lock").write_text("1")
    with pytest.raises(NotRunning):
        folder.running_system()


def test_claimed_folder_gives_the_addresses_and_is_free_afterwards(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    with folder.claimed():
        folder.running.write_text(json.dumps({"ingest": "http://127.0.0.1:1"}))
        assert DataFolder(tmp_path / "data").running_system()["ingest"] == "http://127.0.0.1:1"
    assert not folder.is_claimed()
