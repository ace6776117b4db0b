"""The words of the spreadsheet template: what a column or a flight row may be called, and what it is."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

# A bracket inside ends the look for one that closes: thousands of open ones cost no more than other signs.
_IN_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


@dataclass(frozen=True, slots=True)
class Column:
    """One thing that a sheet may say: its title in the template, its other names, how it is written."""

    name: str
    title: str
    example: str
    hint: str = ""
    others: tuple[str, ...] = ()


FLIGHT: Final = (
    Column("flight", "Flight number", "XA418", "Carrier and number as one word", ("Flight", "Flight no")),
    Column(
        "registration",
        "Aircraft registration",
        "",
        "Only for a flight without a flight number (general aviation)",
        ("Registration", "Call sign", "Tail number"),
    ),
    Column(
        "origin",
        "Departure airport",
        "XQB",
        "Three letters (or four, ICAO)",
        ("From", "Origin", "Airport of departure"),
    ),
    Column(
        "destination",
        "Arrival airport",
        "XQA",
        "Three letters (or four, ICAO)",
        ("To", "Destination", "Airport of arrival"),
    ),
    Column(
        "departure",
        "Departure (local time)",
        "2027-11-14 05:30",
        "Year-month-day hour:minute, the airport's own time",
        ("Departure time", "Scheduled departure", "STD"),
    ),
    Column(
        "arrival",
        "Arrival (local time)",
        "2027-11-14 09:05",
        "Year-month-day hour:minute, the airport's own time",
        ("Arrival time", "Scheduled arrival", "STA"),
    ),
    Column("list_of", "List of", "passengers", "passengers or crew", ("Type of list", "List type")),
    Column(
        "change",
        "Change",
        "new",
        "new, change, cancel, on board, not on board or flight cancelled",
        ("What is this",),
    ),
    Column("reference", "List reference", "XA418-1", "Your own, may stay empty", ("Message reference",)),
    Column("test", "Test", "no", "yes: read and answered, but nothing is kept", ("Is this a test",)),
)

TRAVELLER: Final = (
    Column(
        "surname",
        "Surname",
        "PAPADAKI",
        "Required, as in the document",
        ("Last name", "Family name", "Primary identifier"),
    ),
    Column(
        "given_names",
        "Given names",
        "ELENI MARIA",
        "As in the document",
        ("Given name", "First name", "First names", "Forename", "Forenames", "Secondary identifier"),
    ),
    Column(
        "birth_date",
        "Date of birth",
        "1984-02-29",
        "1984-02-29, 29 Feb 1984; 1984-02 or 1984 where the rest is unknown",
        ("Birth date", "DOB", "Born"),
    ),
    Column("sex", "Sex", "F", "F, M or X", ("Gender",)),
    Column("nationality", "Nationality", "GRC", "Three letters of the State", ("Citizenship",)),
    Column(
        "document_type",
        "Document type",
        "P",
        "P passport, I identity card, V visa, O other",
        ("Type of document", "Travel document type"),
    ),
    Column(
        "document_number",
        "Document number",
        "AT3312087",
        "Format the column as text, or zeros in front are lost",
        ("Passport number", "Passport no", "Passport", "Document no", "Travel document number"),
    ),
    Column(
        "issuer",
        "Issuing State",
        "GRC",
        "Three letters",
        ("Issuing country", "Country of issue", "Issuer", "Document issuer", "Issued by"),
    ),
    Column(
        "expiry",
        "Expiry date",
        "2031-05-18",
        "As the date of birth",
        ("Expiry", "Date of expiry", "Expires", "Passport expiry", "Document expiry"),
    ),
    Column("second_type", "Second document type", "", "For instance V, a visa"),
    Column("second_number", "Second document number", "", "", ("Visa number",)),
    Column("second_issuer", "Second document issuing State", "", "", ("Visa issuing State",)),
    Column("second_expiry", "Second document expiry date", "", "", ("Visa expiry", "Visa expiry date")),
    Column("role", "Role", "passenger", "passenger, crew, transit or transit crew", ("Traveller type",)),
    Column(
        "crew_duty",
        "Crew duty",
        "",
        "cockpit, cabin, management, cargo or deadhead",
        ("Duty", "Crew position"),
    ),
    Column(
        "embarkation",
        "Boarded at",
        "XQB",
        "Where this traveller got on; empty: the departure airport",
        ("Embarkation", "Port of embarkation", "Boarding airport"),
    ),
    Column(
        "debarkation",
        "Leaves at",
        "XQA",
        "Where this traveller gets off; empty: the arrival airport",
        ("Debarkation", "Disembarkation", "Port of debarkation"),
    ),
    Column("residence", "Country of residence", "GRC", "Three letters", ("Residence",)),
    Column("birth_city", "Place of birth", "", "Town", ("Birth place", "City of birth")),
    Column("birth_country", "Country of birth", "", "Three letters", ("Birth country",)),
    Column(
        "record_locator",
        "Booking reference",
        "Q7KD2M",
        "",
        ("Record locator", "PNR", "Locator", "Booking", "Reservation"),
    ),
    Column(
        "carrier_reference",
        "Your reference",
        "XA418-0001",
        "Your own number for this traveller; faults are told by it",
        ("Carrier reference", "Reference", "Passenger reference"),
    ),
    Column("redress_number", "Redress number", "", "Where the traveller has one", ("Redress",)),
    Column("seat", "Seat", "12A", "", ("Seat number",)),
    Column("verified", "Document seen", "yes", "yes: read from the document itself", ("Verified",)),
    Column("bag_count", "Bags", "2", "Checked bags", ("Number of bags", "Bag count", "Pieces")),
    Column("bag_weight", "Bag weight (kg)", "34", "All bags together, whole kilograms", ("Baggage weight",)),
    Column("bag_tags", "Bag tags", "XA118204 XA118205", "Blanks between them", ("Tags",)),
    Column("phone", "Phone", "", "", ("Telephone", "Mobile", "Phone number")),
    Column("email", "E-mail", "", "", ("Mail", "Email address")),
    Column("street", "Street", "", "Address at the destination", ("Address", "Street address")),
    Column("city", "Town", "", "", ("City",)),
    Column("region", "Region", "", "", ("Province",)),
    Column("postal_code", "Postal code", "", "", ("Post code", "ZIP", "ZIP code")),
    Column("address_country", "Country of the address", "", "Three letters", ("Country",)),
)


def plain(title: str) -> str:
    """A title as titles are compared: without brackets, accents, blanks, signs and case."""
    bare = _IN_BRACKETS.sub("", title)
    letters = unicodedata.normalize("NFKD", bare).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


def _by_plain_title(columns: Iterable[Column]) -> Mapping[str, Column]:
    return MappingProxyType(
        {plain(title): column for column in columns for title in (column.title, *column.others)}
    )


FLIGHT_COLUMNS: Final = _by_plain_title(FLIGHT)
TRAVELLER_COLUMNS: Final = _by_plain_title(TRAVELLER)
TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {column.name: column.title for column in (*FLIGHT, *TRAVELLER)}
)
