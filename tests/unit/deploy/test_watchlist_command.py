"""What `./run watchlist` says of a list version to a person."""

from typing import Any

from deploy.local.watchlist_command import as_sentences

REPORT: dict[str, Any] = {
    "source": "UN_SC",
    "state": "HELD",
    "generated_at": "2026-02-27T00:00:09Z",
    "sha256": "66b3",
    "individuals": 730,
    "by_regime": {"Taliban": 135, "Al-Qaida": 252},
    "entities_left_out": 273,
    "stored": 252,
    "faults": [
        {"code": "UNMAPPED_STATE", "line": 7, "element": "COUNTRY", "reference": None},
        {"code": "DOCUMENT_WITHOUT_NUMBER", "line": 8, "element": "INDIVIDUAL_DOCUMENT", "reference": None},
        {"code": "DOCUMENT_WITHOUT_NUMBER", "line": 9, "element": "INDIVIDUAL_DOCUMENT", "reference": None},
    ],
    "faults_count": 3,
    "approvers": [],
}


def test_faults_are_told_by_what_they_are_and_where_more_stands() -> None:
    told = as_sentences(REPORT).splitlines()
    assert told[0] == "UN_SC: 252 of 730 persons are kept, 273 organisations left out, 3 faults."
    assert told[1] == "Faults: DOCUMENT_WITHOUT_NUMBER 2, UNMAPPED_STATE 1; --json names each with its line."


def test_a_file_without_a_fault_says_nothing_more_of_them() -> None:
    told = as_sentences(REPORT | {"faults": [], "faults_count": 0})
    assert "Faults" not in told


def test_the_rows_that_screen_nobody_yet_are_a_partners() -> None:
    told = as_sentences(REPORT | {"state": "IN_FORCE"})
    assert told.endswith("It is in force. Rows of a partner's list (OFAC_SDN) screen nobody until adopted.")
