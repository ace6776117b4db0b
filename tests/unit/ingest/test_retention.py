from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from services.ingest.registers.rows import LegalRow
from services.ingest.retention.clock import retention_clock

RECEIVED = datetime(2027, 11, 14, 4, 58, 7, tzinfo=UTC)
ROW = {
    "authority": "XAA-PIU-01",
    "action": "ingest.accept",
    "data_class": "PNR",
    "purpose_code": "TERR_TRAVEL",
    "valid_from": "2027-01-01",
    "valid_to": "2029-01-01",
    "instrument_ref": "Act 12/2025 s.4",
    "public_url": "https://law.example/12-2025",
}


def law(**periods: int) -> LegalRow:
    return LegalRow.model_validate(ROW | periods)


@pytest.mark.parametrize(("data_class", "erased_after"), [("PNR", 183), ("API", 30)])
def test_safeguards_periods_count_where_the_law_names_none(data_class: str, erased_after: int) -> None:
    clock = retention_clock(data_class, RECEIVED, law())
    assert clock.mask_at == RECEIVED + timedelta(days=183)
    assert clock.erase_at == RECEIVED + timedelta(days=erased_after)
    assert clock.legal_basis == "XAA-PIU-01|ingest.accept|PNR|TERR_TRAVEL|2027-01-01"


def test_shorter_periods_of_the_law_count() -> None:
    clock = retention_clock("PNR", RECEIVED, law(mask_after_days=7, erase_after_days=60))
    assert (clock.mask_at, clock.erase_at) == (RECEIVED + timedelta(days=7), RECEIVED + timedelta(days=60))


def test_a_law_may_hold_api_longer_than_the_usual_period_but_not_past_the_ceiling() -> None:
    assert retention_clock("API", RECEIVED, law(erase_after_days=90)).erase_at == RECEIVED + timedelta(
        days=90
    )
    at_ceiling = law().model_copy(update={"mask_after_days": 4000, "erase_after_days": 4000})
    clock = retention_clock("API", RECEIVED, at_ceiling)
    assert clock.mask_at == clock.erase_at == RECEIVED + timedelta(days=183)


@pytest.mark.parametrize("name", ["mask_after_days", "erase_after_days"])
@pytest.mark.parametrize(("days", "is_taken"), [(0, False), (1, True), (183, True), (184, False)])
def test_no_row_past_the_ceiling_is_put_in_force(name: str, days: int, is_taken: bool) -> None:
    try:
        law(**{name: days})
    except ValidationError:
        assert not is_taken
    else:
        assert is_taken


def test_a_record_without_a_row_still_ends() -> None:
    clock = retention_clock("PNR", RECEIVED, None)
    assert (clock.legal_basis, clock.erase_at) == (None, RECEIVED + timedelta(days=183))
