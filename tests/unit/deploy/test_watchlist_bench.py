"""What the watchlist's benchmark loads is a list, and what it says of processes is the kernel's account."""

import os
import subprocess
import sys

from deploy.local.benchmarks.process_figures import peak_mib, processor_seconds
from deploy.local.benchmarks.synthetic_list import reference
from deploy.local.benchmarks.watchlist import long_source
from services.screening.watchlist.sources.read_list import ListToRead, ReadList
from services.screening.watchlist.sources.un_xml import read_un_list

SPINNING = "x = sum(range(3_000_000)); print('done', flush=True); input()"


def read(content: bytes) -> ReadList:
    return read_un_list(ListToRead(content, "BENCH", frozenset({"Al-Qaida"})))


def test_the_long_source_holds_two_names_a_person_and_changes_as_many_as_it_is_told() -> None:
    first, second = read(long_source(50)), read(long_source(50, 10))
    assert {len(entry.names) for entry in first.entries} == {2}
    changed = [one.id for one, other in zip(first.entries, second.entries, strict=True) if one != other]
    assert changed == [f"BENCH:{reference(number)}" for number in range(1, 11)]
    assert {entry.category for entry in first.entries} == {"UN_1267_LISTED"}
    assert first.faults == ()


def test_processes_below_one_are_counted_with_it() -> None:
    command = [sys.executable, "-c", SPINNING]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "done\n"
        assert processor_seconds(child.pid) > 0
        assert processor_seconds(os.getpid()) > processor_seconds(child.pid)
        assert (peak_mib(os.getpid(), "range(3_000_000)") or 0) > 1
        assert peak_mib(child.pid, "no-such-module") is None
        child.communicate("\n")
