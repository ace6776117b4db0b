"""What the matcher is measured beside: the ratio of words, and logic-v2 in a Python of its own."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from deploy.local.match_cases.cases import Sizes
from deploy.local.match_cases.measure import OURS, measure_recall
from deploy.local.match_cases.other_python import OtherPythonFailed
from deploy.local.match_cases.rivals import LogicV2, TokenSort
from services.screening.matching import Matcher
from services.screening.watchlist.entry import WatchlistEntry
from tests.unit.screening.matching.samples import a_traveller, an_entry, born

SIZES = Sizes(entries=60, innocents=40, listed=4, rival_innocents=5, seed=5)
#: Stands for nomenklatura where it is not installed: says which properties it was given, as a number.
FOLLOWTHEMONEY = """
class Person:
    def __init__(self):
        self.properties = {}

    def add(self, name, values):
        self.properties[name] = values


class model:
    make_entity = staticmethod(lambda schema: Person())
"""
NOMENKLATURA = """
class Result:
    def __init__(self, score):
        self.score = score


MET = {}


class LogicV2:
    default_config = staticmethod(lambda: None)

    @staticmethod
    def compare(query, result, config):
        names = ("birthDate", "gender", "nationality", "passportNumber")
        equal = sum(bool(query.properties[each]) and query.properties[each] == result.properties[each]
                    for each in names)
        # nomenklatura keeps what it worked out of a person by the identifier.
        assert MET.setdefault(query.id, query.properties) == query.properties
        assert query.properties["name"][0].endswith(query.properties["lastName"][0])
        return Result(equal / len(names))
"""


@pytest.fixture
def other_python(tmp_path: Path) -> Path:
    """A Python in which something answers as nomenklatura does."""
    (tmp_path / "followthemoney.py").write_text(FOLLOWTHEMONEY)
    (tmp_path / "nomenklatura").mkdir()
    (tmp_path / "nomenklatura/__init__.py").write_text("")
    (tmp_path / "nomenklatura/matching.py").write_text(NOMENKLATURA)
    script = tmp_path / "python"
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{tmp_path}" exec "{sys.executable}" "$@"\n')
    script.chmod(0o755)
    return script


def logic_v2(python: Path, entries: Sequence[WatchlistEntry]) -> LogicV2:
    return LogicV2(python, entries, Matcher.compile(entries), TokenSort(entries))


DOCUMENT = {"number": "A1234567", "type": "P", "issuer": "XAA"}


def listed() -> list[WatchlistEntry]:
    whole = an_entry(
        "SAMIR NAMUDHAJI", entry_id="A", birth_dates=born("1980-02-03"), nationalities=["XAA"], sex="M",
        documents=[DOCUMENT],
    )  # fmt: skip
    return [whole, an_entry("RAMESH KALPANIK", entry_id="B", birth_dates=[{"kind": "YEAR", "year": 1980}])]


def test_logic_v2_is_given_every_fact_of_both_sides(other_python: Path) -> None:
    whole = a_traveller(
        "NAMUDHAJI", "SAMIR", birth_date="1980-02-03", sex="M", nationality="XAA", documents=[DOCUMENT]
    )
    of_a_year = a_traveller(birth_date="1980", sex="X")

    found = logic_v2(other_python, listed()).scored([whole, of_a_year])

    assert found.scores[0] == {"A": 1.0, "B": 0.0}
    assert found.scores[1]["B"] == 0.25
    assert found.seconds >= 0


def test_a_measurement_has_logic_v2_beside_the_others_where_it_is_named(other_python: Path) -> None:
    figures = measure_recall(SIZES, other_python)

    assert set(figures["families"]) == set(figures["rates"]) == {OURS, "token_sort_ratio", "logic_v2"}
    assert all(rate > 0 for rate in figures["rates"].values())
    assert set(figures["families"]["logic_v2"]) == set(figures["families"][OURS])


def test_a_python_without_nomenklatura_is_told_in_a_sentence() -> None:
    with pytest.raises(OtherPythonFailed, match=r"No module named 'followthemoney'.*nomenklatura installed"):
        logic_v2(Path(sys.executable), listed()).scored([a_traveller("NAMUDHAJI", "SAMIR")])


def test_a_python_that_is_none_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(OtherPythonFailed, match="No such file"):
        logic_v2(tmp_path / "none", listed()).scored([a_traveller("NAMUDHAJI", "SAMIR")])


def test_the_ratio_of_words_has_points_for_birth_date_and_nationality() -> None:
    reference = TokenSort(listed())
    same = a_traveller("NAMUDHAJI", "SAMIR", birth_date="1980-02-03", nationality="XAA")
    year = a_traveller("KALPANIK", "RAMESH", birth_date="1980-05-06")

    assert reference.scores(same)["A"] == 100 + 30 + 4
    assert reference.scores(year)["B"] == 100 + 15
