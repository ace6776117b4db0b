from datetime import date, datetime

import pytest

from services.ingest.formats.dates import read_birth_date, read_document_date, read_local_time
from services.ingest.formats.names import without_titles
from services.ingest.formats.pnrgov.moments import read_moment
from shared.travel.partial_date import PartialDate


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


@pytest.mark.parametrize("sent", ["840015", "84XX15", "84<<15", "19840015"])
def test_day_of_an_unknown_month_leaves_the_year(sent: str) -> None:
    assert read_birth_date(sent, date(2027, 1, 1)) == PartialDate(1984)


@pytest.mark.parametrize("sent", ["", "8402", "84O229", "8402291", "841315"])
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


@pytest.mark.parametrize(
    "sent", ["", "27111405", "27111405300", "2711140A30", "2713140530", "2711142401", "999912312400"]
)
def test_what_is_no_moment_is_an_error(sent: str) -> None:
    with pytest.raises(ValueError, match=r"time|month|day|range|hour"):
        read_local_time(sent)


def test_2400_is_the_beginning_of_the_next_day() -> None:
    midnight = datetime(2028, 1, 1)  # noqa: DTZ001 - local to an airport.
    assert read_local_time("2712312400") == (midnight, True)
    assert read_moment("311227", "2400") == read_moment("311227", "240000") == midnight
