"""Who may send what for whom (`spec/edifact.md` §5)."""

import pytest
from pydantic import ValidationError

from services.ingest.registers.rows import CarrierRow, RegistersInForce, SenderRow
from services.ingest.registers.senders import SenderRefused, carrier_in_whose_name


def carrier(designator: str, *reports_for: str) -> CarrierRow:
    return CarrierRow(designator=designator, reports_for=reports_for, notice_confirmed=True, push_max=500)


def in_force(sender: SenderRow | None, *carriers: CarrierRow) -> RegistersInForce:
    return RegistersInForce(
        sender=sender, carriers=carriers, profile=None, profile_version=None, routes=(), legal_rows=()
    )


HANDLER = SenderRow(client="handler-QH", identifiers=("QHDCS", "1Q:TS"), carriers=("XB", "XA"))


def ask(
    registers: RegistersInForce, *names: str, flight_carrier: str | None = "XA", own: str = "handler-QH"
) -> str:
    return carrier_in_whose_name(
        registers, own_carrier=own, names=names, flight_carrier=flight_carrier
    ).designator


def refusal(registers: RegistersInForce, *names: str, flight_carrier: str | None = "XA") -> str:
    with pytest.raises(SenderRefused) as refused:
        ask(registers, *names, flight_carrier=flight_carrier)
    return refused.value.code


def test_handler_sends_on_the_terms_of_the_carrier_whose_flight_it_is() -> None:
    registers = in_force(HANDLER, carrier("XA"), carrier("XB"))
    assert ask(registers, "QHDCS", flight_carrier="XA") == "XA"
    assert ask(registers, "QHDCS", flight_carrier="XB") == "XB"


def test_carrier_itself_comes_before_another_that_may_report_its_flights() -> None:
    registers = in_force(HANDLER, carrier("XA"), carrier("XB", "XA"))
    assert ask(registers, "QHDCS", flight_carrier="XA") == "XA"


def test_code_share_partner_is_reported_in_its_partners_name() -> None:
    registers = in_force(HANDLER, carrier("XA"), carrier("XB", "XC"))
    assert ask(registers, "QHDCS", flight_carrier="XC") == "XB"


def test_handler_may_not_report_a_carrier_that_it_does_not_send_for() -> None:
    assert refusal(in_force(HANDLER, carrier("XA"), carrier("XB")), "QHDCS", flight_carrier="XD") == (
        "WRONG_CARRIER"
    )


@pytest.mark.parametrize("names", [["XADCS"], ["QHDCS", "XADCS"], ["1Q"]])
def test_name_that_is_not_the_accounts_is_refused(names: list[str]) -> None:
    assert refusal(in_force(HANDLER, carrier("XA")), *names) == "SENDER_NAME_UNKNOWN"


@pytest.mark.parametrize("names", [[], ["qhdcs "], ["QHDCS", "1Q:TS"]])
def test_names_of_the_account_are_known_whatever_their_case(names: list[str]) -> None:
    assert ask(in_force(HANDLER, carrier("XA")), *names) == "XA"


def test_account_whose_carriers_are_in_no_register_is_unknown() -> None:
    assert refusal(in_force(HANDLER), "QHDCS") == "SENDER_UNKNOWN"
    assert refusal(in_force(None, carrier("XA")), "QHDCS") == "SENDER_UNKNOWN"


def test_account_without_a_row_sends_for_its_own_carrier_under_any_name() -> None:
    registers = in_force(None, carrier("XA", "XC"))
    assert ask(registers, "ANYDCS", own="XA", flight_carrier="XC") == "XA"
    with pytest.raises(SenderRefused, match="WRONG_CARRIER"):
        ask(registers, own="XA", flight_carrier="XB")


def test_account_of_one_carrier_is_known_by_its_token_alone() -> None:
    row = SenderRow(client="carrier-XA", carriers=("XA",))
    assert ask(in_force(row, carrier("XA")), "ANYDCS") == "XA"


def test_flight_without_a_carrier_is_the_senders_own() -> None:
    assert ask(in_force(HANDLER, carrier("XA"), carrier("XB")), flight_carrier=None) == "XB"


def test_row_narrows_what_the_accounts_own_carrier_could_do() -> None:
    """An account of XB's that two people put down for XA alone sends for XA alone."""
    row = SenderRow(client="desk-XB", carriers=("XA",))
    registers = in_force(row, carrier("XA"), carrier("XB"))
    with pytest.raises(SenderRefused, match="WRONG_CARRIER"):
        ask(registers, own="XB", flight_carrier="XB")


@pytest.mark.parametrize(
    "row",
    [
        {"client": "handler-QH", "carriers": ["XA", "XB"]},
        {"client": "handler-QH", "carriers": []},
        {"client": "a/b", "carriers": ["XA"]},
        {"client": "handler-QH", "carriers": ["XA"], "identifiers": [" QH"]},
        {"client": "handler-QH", "carriers": ["XA"], "identifiers": ["Q" * 36]},
        {"client": "handler-QH", "carriers": ["XA"], "note": "none"},
    ],
)
def test_row_that_would_leave_the_sender_in_doubt_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SenderRow.model_validate(row)
