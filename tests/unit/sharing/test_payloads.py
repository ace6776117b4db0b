"""What a message may say, beside what its schema tells."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.sharing.protocol.payloads import PnrRequest

REQUEST: dict[str, Any] = {
    "case_ref": "C-1",
    "offence_class": "TERRORIST_TRAVEL",
    "grounds": "A named suspect of an open case.",
    "locator": "ABC123",
    "elements": ["itinerary"],
    "period": {"from": "2026-06-01", "to": "2026-06-10"},
    "why_this_authority": "The booking begins in XBB.",
    "masked_ok": True,
}


@pytest.mark.parametrize("element", ["contact", "payment"])
def test_contact_and_payment_are_asked_for_under_an_order(element: str) -> None:
    asked = REQUEST | {"elements": ["itinerary", element]}
    with pytest.raises(ValidationError, match="under an order"):
        PnrRequest.model_validate(asked)
    assert PnrRequest.model_validate(asked | {"court_ref": "XBB-COURT-7"}).elements[1] == element


def test_other_elements_need_no_order() -> None:
    assert PnrRequest.model_validate(REQUEST).court_ref is None
