"""What the list's desk reads above the versions."""

import pytest

from services.screening.list_desk.watchlist import notice_of


@pytest.mark.parametrize(
    ("is_loaded", "has_matcher", "is_behind", "words"),
    [
        (False, False, True, "No watchlist version is in force, so travellers wait"),
        (False, True, True, "No watchlist version is in force, so travellers wait"),
        (True, False, True, "is being built, so travellers wait"),
        (True, True, True, "the version before it is still screened"),
    ],
)
def test_who_waits_is_told(is_loaded: bool, has_matcher: bool, is_behind: bool, words: str) -> None:
    notice = notice_of(is_loaded=is_loaded, has_matcher=has_matcher, is_behind=is_behind)
    assert notice is not None
    assert words in notice


def test_nothing_is_told_where_nobody_waits() -> None:
    assert notice_of(is_loaded=True, has_matcher=True, is_behind=False) is None
