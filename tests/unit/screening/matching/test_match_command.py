"""`./run match`."""

import io
import json
from pathlib import Path

import pytest

from deploy.local.match_command import match_lines
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

    with pytest.raises(ValueError, match="line 2 of the list is not a watchlist entry"):
        match_lines(path, None, [], io.StringIO())
