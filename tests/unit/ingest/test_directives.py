import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.ingest.interactive.directives import (
    DEFAULT_TABLE,
    MAX_TABLE_BYTES,
    DirectivesRefused,
    Meaning,
    read_table,
)
from services.ingest.settings import IngestSettings

TABLE: dict[str, dict[str, str]] = {
    "0Z": {"meaning": "BOARD", "text": "CLEARED"},
    "0A": {"meaning": "BOARD", "text": "CLEARED. AUTHORISATION ON FILE"},
    "1Z": {"meaning": "DO_NOT_BOARD", "text": "DO NOT BOARD"},
    "3Z": {"meaning": "ADVISE", "text": "ANSWER FOLLOWS"},
    "4Z": {"meaning": "RESUBMIT", "text": "SEND AGAIN"},
    "4A": {"meaning": "NO_ANSWER", "text": "NO ANSWER"},
}


def written(folder: Path, directives: dict[str, Any], **more: Any) -> Path:
    path = folder / "directives.json"
    path.write_text(json.dumps({"directives": directives, **more}), encoding="ascii")
    return path


def test_default_table_has_a_code_for_each_meaning() -> None:
    assert {DEFAULT_TABLE.meaning_of(DEFAULT_TABLE.sent_for(each).code) for each in Meaning} == set(Meaning)


def test_confirmed_codes_are_what_the_default_table_sends() -> None:
    assert DEFAULT_TABLE.sent_for(Meaning.BOARD).code == "0Z"
    assert DEFAULT_TABLE.sent_for(Meaning.DO_NOT_BOARD).code == "1Z"


def test_table_of_a_state_is_read_in_place_of_the_default_one(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, TABLE, error_codes={"NAME_MISSING": "7"}))
    assert table.sent_for(Meaning.BOARD).text == "CLEARED"
    assert table.sent_for(Meaning.ADVISE).code == "3Z"
    assert table.error_code("NAME_MISSING", of_message=False) == "7"


def test_first_code_of_a_meaning_is_the_one_sent(tmp_path: Path) -> None:
    assert read_table(written(tmp_path, TABLE)).sent_for(Meaning.BOARD).code == "0Z"


def test_error_numbers_are_ours_unless_the_state_sends_none(tmp_path: Path) -> None:
    assert read_table(written(tmp_path, TABLE)).error_code("NAME_MISSING", of_message=False) == "101"
    silent = read_table(written(tmp_path, TABLE, error_codes={}))
    assert silent.error_code("NAME_MISSING", of_message=False) is None


def test_fault_without_a_number_gets_the_general_one() -> None:
    assert DEFAULT_TABLE.error_code("NOBODY_FORESAW_IT", of_message=False) == "100"
    assert DEFAULT_TABLE.error_code("NOBODY_FORESAW_IT", of_message=True) == "300"


def test_unlisted_code_means_what_its_first_character_means(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, TABLE))
    assert table.meaning_of("0E") is Meaning.BOARD
    assert table.meaning_of("1B") is Meaning.DO_NOT_BOARD


def test_unlisted_code_of_an_ambiguous_character_is_no_answer(tmp_path: Path) -> None:
    assert read_table(written(tmp_path, TABLE)).meaning_of("4Q") is Meaning.NO_ANSWER


@given(st.text(max_size=3))
def test_unknown_first_character_never_reads_as_board(code: str) -> None:
    if not code.startswith("0"):
        assert DEFAULT_TABLE.meaning_of(code) is not Meaning.BOARD


@pytest.mark.parametrize("meaning", list(Meaning))
def test_table_that_lacks_a_meaning_is_refused(tmp_path: Path, meaning: Meaning) -> None:
    lacking = {code: row for code, row in TABLE.items() if row["meaning"] != meaning.value}
    with pytest.raises(DirectivesRefused, match=f"has no code for {meaning.value}"):
        read_table(written(tmp_path, lacking))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"1Z": {"meaning": "BOARD", "text": "OK"}, "5Z": TABLE["1Z"]}, "gives 1Z the meaning BOARD"),
        ({"0Z": {"meaning": "ADVISE", "text": "OK"}}, "gives 0Z the meaning ADVISE"),
        ({"3A": {"meaning": "BOARD", "text": "OK"}}, "begin with 3 partly"),
        ({"1Z": {"meaning": "DO_NOT_BOARD", "text": "ON WATCHLIST"}}, "tells more than"),
        ({"1Z": {"meaning": "DO_NOT_BOARD", "text": "possible match"}}, "tells more than"),
        ({"1Z": {"meaning": "DO_NOT_BOARD", "text": "NON PAS É"}}, "is wrong at directives.1Z.text"),
        ({"1Z": {"meaning": "MAYBE", "text": "X"}}, "is wrong at directives.1Z.meaning"),
        ({"ZZ": {"meaning": "ADVISE", "text": "X"}}, "is wrong at directives.ZZ"),
    ],
)
def test_table_that_could_mislead_is_refused(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    with pytest.raises(DirectivesRefused, match=words):
        read_table(written(tmp_path, TABLE | change))


def test_table_that_is_no_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "directives.json"
    with pytest.raises(DirectivesRefused, match="cannot be read"):
        read_table(path)
    path.write_text("{", encoding="ascii")
    with pytest.raises(DirectivesRefused, match="is wrong at the file"):
        read_table(path)
    path.write_bytes(b" " * (MAX_TABLE_BYTES + 1))
    with pytest.raises(DirectivesRefused, match="longer than"):
        read_table(path)


def test_service_does_not_start_with_a_table_that_could_mislead(tmp_path: Path) -> None:
    lacking = {code: row for code, row in TABLE.items() if row["meaning"] != "ADVISE"}
    settings: dict[str, Any] = {
        "profile": "local",
        "port": 0,
        "own_state": "XAA",
        "database_url": "postgresql+asyncpg://nobody@127.0.0.1:1/none",
        "keys_folder": tmp_path,
        "issuer_url": "http://issuer.test",
        "issuer_jwks_url": "http://issuer.test/jwks",
        "screening_url": "http://screening.test",
    }
    with pytest.raises(ValidationError, match="has no code for ADVISE"):
        IngestSettings(**settings, directives_file=written(tmp_path, lacking))
    with pytest.raises(ValidationError, match="outage_directive"):
        IngestSettings(**settings, outage_directive="DO_NOT_BOARD")
