"""Letters to travellers: every language has every letter, and a refusal tells nothing."""

import string
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.ingest.rights.answers import ANSWERS, REDRESS_OUTCOMES
from services.ingest.rights.letter import LANGUAGES, Bodies, kind_of, letter, texts
from services.ingest.rights.office import new_number
from services.ingest.rights.policy_requests import begun_days
from services.ingest.store.rights import RightsRequest

BODIES = Bodies("Data Protection Commission of XAA", "Supreme Court of XAA")


def a_request(language: str, result: str | None) -> RightsRequest:
    at = datetime(2027, 11, 14, tzinfo=UTC)
    return RightsRequest(
        request_id=UUID(int=1),
        number="2345-6789-ABCD",
        kind="ACCESS",
        channel="WEB",
        language=language,
        is_urgent=False,
        received_at=at,
        due_at=at,
        submission=None,
        extended_because=None,
        identity_verified_by=None,
        record_ids=(),
        decided_by=None,
        second=None,
        decided_at=None if result is None else at,
        result=result,
        ground="SOURCE_PROTECTION",
        reasons="These are the reasons.",
        lapses_on=date(2028, 1, 1),
    )


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_facts(language: str) -> None:
    found = {kind: _places(text) for kind, text in texts(language).items()}
    assert found == {kind: _places(text) for kind, text in texts("en").items()}


@pytest.mark.parametrize("result", [None, *sorted(ANSWERS), *sorted(REDRESS_OUTCOMES)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_names_whom_one_may_go_to(language: str, result: str | None) -> None:
    text = letter(a_request(language, result), BODIES).text
    assert "2345-6789-ABCD" in text
    assert kind_of(result) == "favour" or BODIES.court in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_tells_neither_ground_nor_reasons(language: str) -> None:
    text = letter(a_request(language, "REFUSED"), BODIES).text
    assert "SOURCE_PROTECTION" not in text
    assert "These are the reasons." not in text


def test_an_unknown_language_is_answered_in_english() -> None:
    assert texts("tlh") == texts("en")


def test_numbers_tell_nothing_and_can_be_read_out() -> None:
    numbers = {new_number() for _ in range(50)}
    assert len(numbers) == 50
    assert not {"0", "1", "I", "O"} & set("".join(numbers))


@pytest.mark.parametrize(("hours", "day"), [(0, 1), (24, 1), (25, 2), (30 * 24, 30), (30 * 24 + 1, 31)])
def test_a_day_that_began_counts(hours: int, day: int) -> None:
    since = datetime(2027, 11, 1, tzinfo=UTC)
    until = datetime.fromtimestamp(since.timestamp() + hours * 3600, UTC)
    assert begun_days(since, until) == day
