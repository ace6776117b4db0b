"""Who may send what for whom: an account, the names it uses in an envelope, the carriers it sends for.

Pure: the registers' rows are gathered before.
"""

from collections.abc import Collection
from typing import Final

from services.ingest.registers.rows import CarrierRow, RegistersInForce

SENDER_UNKNOWN: Final = "SENDER_UNKNOWN"
SENDER_NAME_UNKNOWN: Final = "SENDER_NAME_UNKNOWN"
WRONG_CARRIER: Final = "WRONG_CARRIER"


class SenderRefused(Exception):
    """The account may not send this; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def carrier_in_whose_name(
    registers: RegistersInForce, *, own_carrier: str, names: Collection[str], flight_carrier: str | None
) -> CarrierRow:
    """The carrier on whose terms (pushes, notice to passengers) a message is taken.

    An account with a row in the register of senders is held to it: to the names in UNB and UNG, and to its
    carriers. An account without one sends for the carrier of its token alone, as the register of carriers
    says. A flight without a carrier (general aviation) is the sender's own.

    Args:
        registers: What is in force for this account.
        own_carrier: The carrier of the account's token, or the account's name where it names none.
        names: What the message calls its sender in UNB and UNG; empty where it says nothing.
        flight_carrier: The carrier of the flight.

    Raises:
        SenderRefused: `SENDER_UNKNOWN`, the account or its carrier is in no register; `SENDER_NAME_UNKNOWN`,
            the message is sent under another's name; `WRONG_CARRIER`, it does not send for this carrier.

    Source:
        `spec/edifact.md` §5; `spec/receipts.md` (sender and carriers concerned).
    """
    row = registers.sender
    if row is None:
        candidates = [each for each in registers.carriers if each.designator == own_carrier]
    else:
        by_name = {each.designator: each for each in registers.carriers}
        candidates = [by_name[name] for name in row.carriers if name in by_name]
    if not candidates:
        raise SenderRefused(SENDER_UNKNOWN)
    if row is not None and not _may_use(names, row.identifiers):
        raise SenderRefused(SENDER_NAME_UNKNOWN)
    # The carrier itself before one that may report its flights as well.
    candidates.sort(key=lambda each: each.designator != flight_carrier)
    for carrier in candidates:
        if carrier.may_report(flight_carrier):
            return carrier
    raise SenderRefused(WRONG_CARRIER)


def _may_use(names: Collection[str], registered: Collection[str]) -> bool:
    """Whether every name of the envelope is the account's; case and outer blanks are the sender's habit."""
    if not registered:
        return True
    known = {_plain(each) for each in registered}
    return all(_plain(name) in known for name in names)


def _plain(name: str) -> str:
    return name.strip().upper()
