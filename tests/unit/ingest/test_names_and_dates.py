from datetime import date

import pytest

from services.ingest.formats.dates import read_birth_date, read_document_date, read_local_time
from services.ingest.formats.names import without_titles


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("JOHN MR", "JOHN"),
        ("JOHN DONALD MR.", "JOHN DONALD"),
        ("JOHNMR", "JOHN"),
        ("ALIMR", "ALI"),
        ("ELENIMRS", "ELENI"),
        ("ANMISS", "AN"),
        ("TOMMSTR", "TOM"),
        ("ANNADR", "ANNA"),
        ("ELENI DR MRS", "ELENI"),
        ("JOHN REV", "JOHN"),
        ("SAM MX", "SAM"),
        ("john mr", "john"),
        ("MR", ""),
        ("", ""),
        # Names that end like a title.
        ("AMR", "AMR"),
        ("ALEXANDR", "ALEXANDR"),
        ("SURENDR", "SURENDR"),
        ("KHIDR", "KHIDR"),
        ("BADR", "BADR"),
        ("SHAMS", "SHAMS"),
        ("OMAR", "OMAR"),
        ("IMAM", "IMAM"),
    ],
)
def test_titles_are_taken_off_and_names_stay(sent: str, kept: str) -> None:
    assert without_titles(sent) == kept


@pytest.mark.parametrize(("today", "year"), [(date(2027, 2, 28), 1928), (date(2028, 2, 29), 2028)])
def test_leap_day_takes_the_latest_century_that_has_it(today: date, year: int) -> None:
    birth = read_birth_date("280229", today)
    assert birth is not None
    assert birth.year == year


def test_leap_day_of_a_year_that_only_the_century_before_had() -> None:
    birth = read_birth_date("000229", date(2101, 1, 1))
    assert birth is not None
    assert birth.year == 2000


@pytest.mark.parametrize("sent", ["", "8402", "84O229", "8402291", "840015"])
def test_what_is_no_birth_date_is_an_error(sent: str) -> None:
    with pytest.raises(ValueError, match=r"date|month|day"):
        read_birth_date(sent, date(2027, 1, 1))


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("310518", date(2031, 5, 18)),
        ("790518", date(2079, 5, 18)),
        ("800518", date(1980, 5, 18)),
        ("<<<<<<", None),
    ],
)
def test_document_date_is_resolved_around_eighty(sent: str, read: date | None) -> None:
    assert read_document_date(sent) == read


@pytest.mark.parametrize("sent", ["", "3105", "A10518"])
def test_what_is_no_document_date_is_an_error(sent: str) -> None:
    with pytest.raises(ValueError, match="date"):
        read_document_date(sent)


@pytest.mark.parametrize("sent", ["", "27111405", "27111405300", "2711140A30", "2713140530"])
def test_what_is_no_moment_is_an_error(sent: str) -> None:
    with pytest.raises(ValueError, match=r"time|month|day|range"):
        read_local_time(sent)
