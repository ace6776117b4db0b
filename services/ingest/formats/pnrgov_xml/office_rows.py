"""Who booked, where to reach whom, and baggage paid for: POS, ContactInfo and PrepaidBag as segments."""

from typing import Final

from services.ingest.formats.pnrgov_xml.rows import Rows
from services.ingest.formats.pnrgov_xml.tree import Node

_CONTACT, _EMAIL = "700", "E"
# OTA's list UIT: 5 is a travel agency. The samples write the word.
_AGENCY_TYPES: Final = frozenset({"5", "T"})
_AGENCY_WORDS: Final = ("TRAVEL", "AGEN")
_AIRLINE_TYPES: Final = frozenset({"2", "A"})
_EMAIL_MARK: Final = "E+"


def add_office(rows: Rows, reservation: Node) -> None:
    """The first Source of POS as ORG; an empty ORG for a reservation that holds nothing but its locator.

    Source:
        `spec/pnrgov.md` §1 (cancellations), §3 (ORG), §13.
    """
    source = next(reservation.below("source"), None)
    if source is None:
        if not reservation.all("passenger", "flight"):
            rows.add(reservation, "ORG")
        return
    requestor = source.first("requestorid")
    number = requestor.value("id")
    company = requestor.first("companyname").value("code") or source.first("companyname").value("code")
    rows.add_filled(
        source,
        "ORG",
        source.value("airlinevendorid"),
        (number if number.isdecimal() else "", source.value("pseudocitycode")),
        source.value("airportcode"),
        company,
        _kind_of(requestor.value("type").upper()),
        (source.value("isocountry"), source.value("isocurrency")),
        source.value("agentsine"),
        "",
        source.value("agentdutycode"),
    )


def _kind_of(requestor: str) -> str:
    if requestor in _AGENCY_TYPES or requestor.startswith(_AGENCY_WORDS):
        return "T"
    return "A" if requestor in _AIRLINE_TYPES or requestor.startswith("AIRLINE") else ""


def add_addresses(rows: Rows, parent: Node) -> None:
    """Each ContactInfo that stands directly in an element: address and telephone, and the e-mail address."""
    for contact in parent.all("contactinfo", "emergencycontact"):
        rows.add_filled(contact, "ADD", "", address_of(contact))
        for email in _emails_of(contact):
            rows.add(contact, "ADD", "", (_EMAIL, "", "", "", "", "", "", email))


def address_of(contact: Node) -> tuple[str, ...]:
    """An address of ADD with the telephone in it; empty where neither was sent."""
    street = contact.first("streetnmbr")
    lines = [street.text, *(line.text for line in contact.all("addressline"))]
    phone = contact.value("phonenumber")
    parts = (
        " ".join(line for line in lines if line),
        contact.value("cityname"),
        contact.first("stateprov").value("statecode") or contact.value("stateprov"),
        contact.value("name", "contactname"),
        # OpenTravel writes the code beside the name, which is whatever the sender calls the country.
        contact.first("countryname").value("code") or contact.value("countryname", "country"),
        contact.value("postalcode"),
        "" if phone.startswith(_EMAIL_MARK) else phone,
    )
    return (_CONTACT, *parts) if any(parts) else ()


def _emails_of(contact: Node) -> list[str]:
    """The e-mail addresses, one of which some senders put in the telephone's place: `E+NAME@DOMAIN`."""
    phone = contact.value("phonenumber")
    texts = [contact.value("emailaddress", "email")]
    if phone.startswith(_EMAIL_MARK):
        texts.append(phone.removeprefix(_EMAIL_MARK))
    return [text for text in dict.fromkeys(texts) if text]


def add_excess_baggage(rows: Rows, bags: Node) -> None:
    """Baggage paid for as EBD; what was sent without any number or price is none."""
    rate = (bags.value("currencycode"), bags.value("amount"))
    number = bags.value("unitofmeasurequantity")
    if number or any(rate):
        rows.add(bags, "EBD", rate, (number, "", bags.value("unitofmeasurecode")))
