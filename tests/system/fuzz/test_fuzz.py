"""A fixed small budget of the inputs of `./run bench fuzz`."""

import json
from pathlib import Path
from random import Random

import pytest

from deploy.local.benchmarks.fuzz import UndeclaredErrors, measure_fuzz
from deploy.local.fuzzing.harness import Reader, fuzz
from deploy.local.fuzzing.readers import readers

INPUTS = 1_000
SEED = 7
READERS = {reader.name: reader for reader in readers()}


@pytest.mark.parametrize("name", READERS)
def test_only_declared_errors_come_out(name: str) -> None:
    report = fuzz(READERS[name], inputs=INPUTS, seed=SEED)
    assert [fault.line() for fault in report.faults] == []
    assert report.accepted + report.refused == INPUTS
    # One that refuses, or takes, everything would show nothing.
    assert report.accepted > INPUTS // 100
    assert report.refused > INPUTS // 100


def test_every_reader_of_the_product_is_there() -> None:
    assert set(READERS) == {
        *("paxlst", "manifest", "pnrgov", "pnrgov_xml", "answers", "mrz", "mrz_number", "un_list"),
        *("sheet_csv", "sheet_xlsx", "schedule_csv", "schedule_ssim"),
        *("notice", "traveller", "watchlist_entry", "policy_request"),
    }


def read_badly(content: bytes) -> None:
    if content == b"bad":
        raise IndexError


def a_bad_reader() -> Reader:
    def make(random: Random) -> bytes:
        return random.choice((b"bad", b"good"))

    return Reader("bad", (ValueError,), read_badly, make, b"good")


def test_undeclared_error_is_kept_with_seed_and_input(tmp_path: Path) -> None:
    figures = measure_fuzz(inputs=20, seed=3, folder=tmp_path / "var", chosen=[a_bad_reader()])
    figure = next(figures)
    assert figure.value
    with pytest.raises(UndeclaredErrors, match="seed 3"):
        next(figures)
    rows = [json.loads(line) for line in (tmp_path / "var/fuzz-undeclared.jsonl").read_text().splitlines()]
    assert len(rows) == figure.value
    assert (rows[0]["reader"], rows[0]["seed"], bytes.fromhex(rows[0]["hex"])) == ("bad", 3, b"bad")
    assert rows[0]["error"].startswith("IndexError at read_badly")


def test_same_seed_makes_the_same_inputs() -> None:
    first, second, other = (fuzz(a_bad_reader(), inputs=50, seed=seed) for seed in (1, 1, 2))
    assert first.undeclared == second.undeclared
    assert (first.accepted, first.undeclared) != (other.accepted, other.undeclared)
