"""The texts of special services, by code: documents, addresses, contacts, seats, tickets, infants, minors.

Each function takes the text of one service and gives the facts in it, or `None`; it never raises.

Source:
    AIRIMP as restated in `spec/pnrgov.md` §7.
"""

import re
from dataclasses import dataclass
from datetime import date

from services.ingest.formats.dates import read_birth_date, read_document_date
from services.ingest.formats.document_kinds import document_letter
from services.ingest.formats.pnrgov.moments import NAMED_DATE, NAMED_DAY, digits_of
from shared.personal import Personal
from shared.travel.partial_date import PartialDate
from shared.travel.reservation_parts import FrequentFlyer, TicketLimit
from shared.travel.states import normalise_state
from shared.travel.traveller import Address, Place, Sex, TravelDocument

# The status and number of the segment's own elements, written into its text once more.
_STATUS = re.compile(r"[A-Z]{2}[1-9]\d?", re.IGNORECASE)
_STATUS_FIRST = re.compile(r"^/?(?:HK|HN|KK|NN)[1-9]\d?[ /]", re.IGNORECASE)
# Narrow enough that 2-3 MARUNOUCHI stays an address, and 12-34 the end of a number.
_OWNER = re.compile(r" ?-(?:\d{1,3}(?:\.\d)?[A-Z]{2}[^/\d.]*(?:/[^/\d.]*)?|\d)$", re.IGNORECASE)
_OWNER_NAME = re.compile(r"-(?:\d{1,3}(?:\.\d)?)?([A-Z]{2}[^/\d.]{0,70})/([^/\d.]{0,70})$", re.IGNORECASE)
_SEXES = {
    "F": Sex.FEMALE,
    "M": Sex.MALE,
    "FI": Sex.FEMALE,
    "MI": Sex.MALE,
    "X": Sex.UNSPECIFIED,
    "XI": Sex.UNSPECIFIED,
    "U": Sex.UNKNOWN,
    "UI": Sex.UNKNOWN,
}
_INFANT_SEXES = frozenset(["FI", "MI", "XI", "UI"])
_PHONE = re.compile(r"\+?[\d(][\d \-()./]{4,28}\d")
_FREQUENT_FLYER = re.compile(r"/?([A-Z][A-Z0-9]|\d[A-Z])[ /]?([A-Z0-9]*)", re.IGNORECASE)
_TICKET = re.compile(r"(INF)?\s?(\d{3})[ -]?(\d{10,11})(?:C(\d{1,4}))?", re.IGNORECASE)
_TEXT_SEAT = re.compile(r"(?<!\d)(0{0,2}[1-9]\d?[A-Z])(?=[NS]?(?:\d|\b))")
_INFANT = re.compile(r"[/.]?([^/\d]+)/([^\d/]*)")
_BORN_WORD = re.compile(r"\b(?:DOB|BORN)\b.*", re.IGNORECASE)
_AGE = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
_NAMED_DATE = re.compile(rf"(?<!\d){NAMED_DATE}(?!\d)", re.IGNORECASE)
_LIMIT_DAY = re.compile(rf"(?<![A-Z\d])({NAMED_DAY}(?:\d{{4}}|\d{{2}})?)(?![A-Z\d])", re.IGNORECASE)
_LIMIT_TIME = re.compile(r"(?<![A-Z\d])([01]\d|2[0-3]):?([0-5]\d)(?![A-Z\d])")
_LIMIT_WORD = re.compile(r"\b(?:TKTL?|TKTS|TKNE?|TICKET(?:S|ED|ING)?|TTL|TLT|ADTK|TKTG)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class StatedDocument(Personal):
    """What a DOCS says; `problems` are the codes of what in it could not be read."""

    document: TravelDocument | None
    nationality: str | None
    birth_date: PartialDate | None
    sex: Sex | None
    is_infant: bool
    surname: str | None
    given_names: str | None
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class StatedVisa(Personal):
    """What a DOCO says: a visa or another document, a traveller's number, and a place of birth."""

    kind: str
    number: str
    birth_place: Place | None
    document: TravelDocument | None
    is_infant: bool
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class StatedInfant(Personal):
    """An infant named in its adult's INFT."""

    surname: str
    given_names: str | None
    birth_date: PartialDate | None


def read_owner(text: str) -> tuple[str, str] | None:
    """Surname and given names, with their title, of the traveller that a text ends with."""
    found = _OWNER_NAME.search(text.strip())
    return None if found is None else (found[1].strip(), found[2].strip())


def _own(text: str) -> str:
    """A text without its status (`HK1 `) and without the traveller it ends with (`-1PAPADAKI/ELENI`)."""
    return _OWNER.sub("", _STATUS_FIRST.sub("", text.strip(), count=1))


def _fields(text: str, count: int) -> list[str]:
    """At least so many fields; the text may begin with the slash, with its status or with the first field."""
    parts = [part.strip() for part in _own(text).split("/")]
    if not parts[0] or _STATUS.fullmatch(parts[0]):
        del parts[0]
    return parts + [""] * (count - len(parts))


def read_docs(text: str, today: date) -> StatedDocument | None:
    """A passport or another travel document: DOCS.

    Args:
        text: `/type/issuer/number/nationality/birth/sex/expiry/surname/first/second`, any of them empty.
        today: The day that a birth may not lie after.
    """
    kind, issuer, number, nation, birth, sex, expiry, surname, first, second, *_ = _fields(text, 10)
    problems: list[str] = []
    document = _document(kind, number, issuer, problems, expiry=expiry)
    upper_sex = sex.upper()
    if sex and upper_sex not in _SEXES:
        problems.append("SEX_UNKNOWN")
    given = " ".join(part for part in (first, "" if second.upper() == "H" else second) if part)
    found = StatedDocument(
        document=document,
        nationality=_state(nation, problems),
        birth_date=_birth(birth, today, problems),
        sex=_SEXES.get(upper_sex),
        is_infant=upper_sex in _INFANT_SEXES,
        surname=surname or None,
        given_names=given or None,
        problems=tuple(problems),
    )
    return found if any((kind, number, nation, birth, sex, surname, given)) else None


def read_doco(text: str) -> StatedVisa | None:
    """A visa, a redress or known-traveller number: DOCO.

    Args:
        text: `/place of birth/kind/number/place of issue/day of issue/country where valid/I`.
    """
    birth_place, kind, number, _, issued, country, infant, *_ = _fields(text, 7)
    problems: list[str] = []
    document = None
    if kind.upper() not in {"K", "R"}:
        document = _document(kind or "V", number, country, problems, issued=issued)
    if not (number or birth_place):
        return None
    return StatedVisa(
        kind.upper(), number, _place(birth_place), document, infant.upper() == "I", tuple(problems)
    )


def read_doca(text: str) -> tuple[str, Address, bool] | None:
    """A destination (`D`), residence (`R`) or birth (`B`) address, and whether it is the infant's: DOCA."""
    kind, country, street, city, region, postal_code, infant, *_ = _fields(text, 7)
    state = normalise_state(country) if country else None
    address = Address(street or None, city or None, region or None, postal_code or None, state)
    if not kind or address == Address():
        return None
    return kind.upper(), address, infant.upper() == "I"


def read_phone(text: str) -> str | None:
    """The telephone number in a contact's text, as it was written."""
    found = _PHONE.search(_own(text))
    return None if found is None else found[0]


def read_email(text: str) -> str | None:
    """An e-mail address written with `//` for the at sign, `..` for `_` and `./` for `-`."""
    bare = _own(text).lstrip("/")
    if "@" not in bare and "//" not in bare:
        bare = bare.replace(".AT.", "@").replace(".at.", "@")
    address = bare.replace("//", "@", 1).replace("..", "_").replace("./", "-")
    address = address.partition("/")[0].strip()
    local, _, domain = address.partition("@")
    is_whole = bool(local) and "." in domain.strip(".") and not re.search(r"\s|@", local + domain)
    return address if is_whole else None


def read_frequent_flyer(text: str, carrier: str) -> FrequentFlyer | None:
    """A membership: FQTV and its kin; the airline alone is possible."""
    bare = text.strip().partition("-")[0].strip()
    shape = _FREQUENT_FLYER.match(bare)
    if shape is not None:
        return FrequentFlyer(shape[1].upper(), shape[2] or None)
    number = bare.strip("/ ")
    return FrequentFlyer(carrier, number if number.isalnum() else None) if carrier else None


def read_text_seats(text: str) -> tuple[str, ...]:
    """Seats that a service writes in its text: `.03BN03AN`."""
    return tuple(found[1] for found in _TEXT_SEAT.finditer(text.upper()))


def read_ticket(text: str) -> tuple[str, bool] | None:
    """A ticket's number without its coupon, and whether it is the infant's: TKNE, TKNA, TKNM."""
    shape = _TICKET.search(text)
    return None if shape is None else (shape[2] + shape[3], shape[1] is not None)


def read_infant(text: str, today: date) -> StatedInfant | None:
    """An infant without a seat: INFT. Without a birth date after them, only the first given name is sure."""
    bare = _own(text)
    shape, born = _INFANT.match(bare), _NAMED_DATE.search(bare)
    if shape is None:
        return None
    names = _BORN_WORD.sub("", shape[2]).strip(" .-").split()
    given = " ".join(names if born else names[:1])
    return StatedInfant(shape[1].strip(), given or None, _birth(born[0] if born else "", today, []))


def read_birth(text: str, today: date) -> PartialDate | None:
    """The birth date in a child's text: CHLD."""
    found = _NAMED_DATE.search(text)
    return None if found is None else _birth(found[0], today, [])


def read_age(text: str) -> int | None:
    """The age in an unaccompanied minor's text: UMNR."""
    found = _AGE.search(_NAMED_DATE.sub(" ", text))
    return None if found is None else int(found[0])


def read_emergency(text: str) -> tuple[str | None, str | None]:
    """Whom to call in an emergency, and the telephone number: PCTC."""
    name, phone = "", None
    for part in _fields(text, 2):
        found = read_phone(part)
        phone = phone or found
        name = name or ("" if found else part)
    return name or None, phone


def read_limit(text: str, *, is_limit: bool) -> TicketLimit | None:
    """Until when a ticket must be issued; a text that is no limit by its code must speak of tickets."""
    if not is_limit and _LIMIT_WORD.search(text) is None:
        return None
    day = _LIMIT_DAY.search(text)
    if day is None:
        return None
    time = _LIMIT_TIME.search(text)
    return TicketLimit(day=day[1].upper(), time=None if time is None else time[1] + time[2])


def _document(
    kind: str, number: str, issuer: str, problems: list[str], *, expiry: str = "", issued: str = ""
) -> TravelDocument | None:
    if not number:
        if kind:
            problems.append("DOCUMENT_NUMBER_MISSING")
        return None
    return TravelDocument(
        type=document_letter(kind),
        number=number,
        issuer=_state(issuer, problems),
        expiry=_document_day(expiry, problems),
        issued=_document_day(issued, problems),
    )


def _document_day(text: str, problems: list[str]) -> date | None:
    if not text:
        return None
    try:
        return read_document_date(digits_of(text) or text)
    except ValueError:
        problems.append("DOCUMENT_DATE_IMPOSSIBLE")
        return None


def _birth(text: str, today: date, problems: list[str]) -> PartialDate | None:
    if not text:
        return None
    try:
        return read_birth_date(digits_of(text) or text, today)
    except ValueError:
        problems.append("BIRTH_DATE_IMPOSSIBLE")
        return None


def _state(text: str, problems: list[str]) -> str | None:
    state = normalise_state(text) if text else None
    if text and state is None:
        problems.append("STATE_UNKNOWN")
    return state


def _place(text: str) -> Place | None:
    words = text.split()
    if not words:
        return None
    state = normalise_state(words[-1]) if len(words[-1]) == len("GBR") else None
    city = " ".join(words[:-1] if state else words)
    return Place(city or None, state)
