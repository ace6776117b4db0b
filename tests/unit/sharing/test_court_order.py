"""A court's order as it is kept with what rests on it, and as rows of before kept it."""

from dataclasses import replace
from datetime import date

import pytest

from services.sharing.exchange.letter_basis import LetterBasis
from services.sharing.shares.court_order import CourtOrder

ORDER = CourtOrder("XAA-FC/2027/118", "Family Court of the capital", date(2026, 5, 29), "Identity alone.")
BASIS = LetterBasis("TERR_TRAVEL", "Why.", "What else.", "C-1", "supervisor", 7, "2026-06-08")


@pytest.mark.parametrize("order", [ORDER, CourtOrder("XAA-COURT-7"), None])
def test_order_is_kept_with_a_letter_whole(order: CourtOrder | None) -> None:
    basis = replace(BASIS, court_order=order)
    assert LetterBasis.from_json(basis.as_json()) == basis


@pytest.mark.parametrize("order", [CourtOrder("XAA-COURT-7"), None])
def test_letter_of_before_that_waits_keeps_the_number_of_its_order(order: CourtOrder | None) -> None:
    kept = replace(BASIS, court_order=order).as_json()
    del kept["court_order"]
    before = kept | {"court_order_ref": None if order is None else order.reference}
    assert LetterBasis.from_json(before) == replace(BASIS, court_order=order)
