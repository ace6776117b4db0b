"""`./run match`."""

import io
import json
from pathlib import Path

import pytest

from deploy.local.match_command import MalformedList, match_lines, threshold_for, threshold_lines
from tests.unit.screening.matching.samples import a_traveller, an_entry, born


@pytest.fixture(name="entries")
def _entries(tmp_path: Path) -> Path:
    path = tmp_path / "entries.jsonl"
    entries = [
        an_entry("RAMESH KALPANIK", birth_dates=born("1975-08-19")),
        an_entry("LI XUGOU", entry_id="T:2"),
    ]
    path.write_text("\n\n".join(json.dumps(entry.as_json()) for entry in entries))
    return path


def test_one_line_for_each_traveller_in_order(entries: Path) -> None:
    travellers = [
        a_traveller(birth_date="1975-08-19"),
        a_traveller("WANG", "WEI"),
        a_traveller("?", "!"),
    ] * 80
    out = io.StringIO()
    lines = [json.dumps(traveller.as_json()) for traveller in travellers]

    assert match_lines(entries, 0.0, ["\n", *lines], out) == 0
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(answers) == 240
    assert answers[3]["matches"][0]["entry_id"] == "T:1"
    assert answers[3]["fault"] is None
    assert answers[1] == {"matches": [], "fault": None}
    assert answers[2]["fault"]["code"] == "NO_USABLE_NAME"


def test_the_threshold_is_the_floor_where_none_is_given(entries: Path) -> None:
    out = io.StringIO()
    match_lines(entries, None, [json.dumps({"surname": "KALPANIK"})], out)

    assert json.loads(out.getvalue())["matches"] == []


def test_a_line_that_is_no_traveller_is_told_and_the_others_answered(entries: Path) -> None:
    out = io.StringIO()
    lines = [
        '{"surname": "KALPANIK", "birth_date": "yesterday"}',
        "[1]",
        '{"surname": "LI", "given_names": "XUGOU"}',
    ]

    assert match_lines(entries, 0.0, lines, out) == 1
    first, second, third = (json.loads(line) for line in out.getvalue().splitlines())
    assert first["fault"]["code"] == second["fault"]["code"] == "MALFORMED_TRAVELLER"
    assert third["matches"][0]["entry_id"] == "T:2"


def test_a_list_with_a_bad_line_is_refused_without_its_content(tmp_path: Path) -> None:
    path = tmp_path / "entries.jsonl"
    path.write_text('{"id": "T:1", "names": []}\n{"names": [{"text": "SECRET"}]}\n')

    with pytest.raises(MalformedList, match="Line 2 of the list is not a watchlist entry"):
        match_lines(path, None, [], io.StringIO())


def test_a_threshold_is_the_least_score_that_no_more_than_so_many_reach() -> None:
    best = [0.9, 0.5, 0.5, 0.2, 0.0]

    assert threshold_for(best, 1) == 0.9
    assert threshold_for(best, 2) == 0.9
    assert threshold_for(best, 3) == 0.5
    assert threshold_for(best, 5) == 0.0
    assert threshold_for(best, 0) is None
    assert threshold_for([0.5, 0.5], 1) is None


def test_a_state_learns_the_thresholds_of_its_own_travellers(entries: Path) -> None:
    innocents = [json.dumps(a_traveller("WANG", "WEI").as_json())] * 199
    alike = json.dumps(a_traveller(birth_date="1975-08-20").as_json())
    out = io.StringIO()

    assert threshold_lines(entries, [*innocents, "no traveller", alike], out) == 0
    answers = {answer["alerts_per_10000"]: answer for answer in map(json.loads, out.getvalue().splitlines())}
    assert list(answers) == [1, 5, 10, 50]
    assert answers[50]["travellers"] == 200
    assert answers[50]["alerts"] == 1
    assert 0.0 < answers[50]["threshold"] < 1.0
    assert answers[1]["threshold"] is None
