"""A Passenger element as segment groups 2 to 4: name, memberships, fares, services, tickets, payments."""

from typing import Final

from services.ingest.formats.pnrgov_xml.office_rows import add_addresses, add_excess_baggage, address_of
from services.ingest.formats.pnrgov_xml.rows import Rows, local_time
from services.ingest.formats.pnrgov_xml.service_rows import add_remarks, add_services
from services.ingest.formats.pnrgov_xml.tree import Node

_TRUE: Final = frozenset({"true", "1", "y", "yes"})
_INDICATORS: Final = (("NR", "nonrefundableind"), ("NE", "nonendorsableind"), ("PE", "penaltyrestrictionind"))
_USES: Final = {"OLD": "2", "NEW": "3"}


def reference_of(passenger: Node) -> str:
    """What services, seats and check-ins call a traveller by."""
    return passenger.value("rph", "surnamerefnumber")


def add_traveller(rows: Rows, passenger: Node) -> None:
    """All that one Passenger says."""
    rows.add(passenger, "TIF", passenger.value("surname"), _given_names(passenger))
    for loyalty in passenger.all("custloyalty"):
        member = (
            loyalty.value("programid"),
            loyalty.value("membershipid"),
            "",
            "",
            loyalty.value("loyallevel", "level"),
        )
        rows.add_filled(loyalty, "FTI", member)
    add_remarks(rows, passenger)
    if passenger.value("rph"):
        rows.add_filled(passenger, "REF", ("", passenger.value("surnamerefnumber")))
    for bags in passenger.all("excessbaggage", "prepaidbag"):
        # A bag with a tag was checked in, and stands with the leg unless something was paid for it.
        if not bags.value("serialnumber") or bags.value("amount"):
            add_excess_baggage(rows, bags)
    for fare in passenger.all("fareinfo"):
        rows.add_filled(
            fare,
            "FAR",
            fare.value("ptccode"),
            fare.value("discountpercent", "discountrpercent"),
            fare.value("countrycode"),
            fare.value("discountedfaretype"),
            "",
            fare.value("farebasis"),
        )
    add_services(rows, passenger)
    add_addresses(rows, passenger)
    for ticket in passenger.all("ticketdocument"):
        _add_ticket(rows, ticket)
    for payment in passenger.all("paymentinfo"):
        _add_payment(rows, payment)


def _given_names(passenger: Node) -> tuple[str, ...]:
    infant = "1" if passenger.value("accompaniedbyinfantind").lower() in _TRUE else ""
    names = " ".join(child.text for child in passenger.all("givenname") if child.text)
    kind = passenger.value("passengertypecode", "ptccode", "travellertype")
    return names or passenger.value("givenname"), kind, reference_of(passenger), infant


def _add_ticket(rows: Rows, ticket: Node) -> None:
    number, kind = ticket.value("ticketdocumentnbr"), ticket.value("type")
    rows.add(ticket, "TKT", (number, kind))
    prices = [
        (code, price.value("amount"), price.value("currencycode"))
        for code, name in (("B", "basefare"), ("T", "totalfare"))
        for price in ticket.all(name)
    ]
    rows.add_filled(ticket, "MON", *prices)
    _add_pricing(rows, ticket)
    taxes = [
        (tax.value("amount"), tax.value("isocountry"), tax.value("currencycode"), tax.value("taxtype"))
        for tax in ticket.below("tax")
    ]
    rows.add_filled(ticket, "TXD", "", *taxes)
    rows.add_filled(ticket, "DAT", _dated("710", local_time(ticket.value("dateofissue"))))
    for payment in ticket.all("paymentinfo"):
        _add_payment(rows, payment)


def _dated(qualifier: str, moment: tuple[str, str]) -> tuple[str, ...]:
    return (qualifier, *moment) if moment[0] else ()


def _add_pricing(rows: Rows, ticket: Node) -> None:
    pricing = ticket.first("pricinginfo")
    marks = tuple(mark for mark, name in _INDICATORS if pricing.value(name).lower() in _TRUE)
    day, _ = local_time(pricing.value("date"))
    # A time stands alone, or after a date that the attribute beside it has already.
    clock = pricing.value("time")[-8:].replace(":", "")[:4]
    place = pricing.value("locationcode") or ticket.value("ticketlocation")
    rows.add_filled(ticket, "PTK", marks, "", (day, clock) if day else "", "", "", place)


def _add_payment(rows: Rows, payment: Node) -> None:
    use = payment.value("paymentuse").upper()
    form = (
        payment.value("paymenttype"),
        _USES.get(use, use),
        payment.value("paymentamount"),
        payment.value("vendorcode"),
        payment.value("accountnbr"),
        _card_expiry(payment.value("expirydate")),
    )
    rows.add(payment, "FOP", form)
    holder = payment.value("cardholdername")
    if holder:
        rows.add(payment, "IFT", ("4", "43"), holder)
    rows.add_filled(payment, "ADD", "", address_of(payment))


def _card_expiry(text: str) -> str:
    """A card's expiry as MMYY, from `2029-09` or `2029-09-30`; a text of another shape as sent."""
    year, mark, rest = text.partition("-")
    is_written_out = bool(mark) and len(year) == len("2029") and year.isdecimal() and rest[:2].isdecimal()
    return rest[:2] + year[2:] if is_written_out else text.replace("/", "")
