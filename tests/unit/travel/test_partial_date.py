import pytest

from shared.travel.partial_date import PartialDate


@pytest.mark.parametrize("text", ["1984", "1984-02", "1984-02-29"])
def test_date_is_as_precise_as_its_text(text: str) -> None:
    assert str(PartialDate.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["1984-00", "1984-13", "1984-02-00", "1984-02-30", "0000", "84", "1984-2-3", ""]
)
def test_what_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"year|month|day|written"):
        PartialDate.parse(text)
