"""What may never be kept is removed here, before any store, queue or log sees the message."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from services.ingest.formats.names import OFFICE_TITLES
from shared.travel.message import Dropped, ParsedMessage
from shared.travel.reservation import Payment, Reservation
from shared.travel.reservation_parts import ServiceItem

RELIGION, HEALTH, FREE_TEXT = "religion", "health", "free_text"
SHOWN_CARD_DIGITS = 4

# Service codes by what they would reveal. Any that end in ML or begin with WC are dropped, known or not.
_RELIGION_CODES = "MOML HNML KSML VJML AVML ORML VOML VGML LANG"
_HEALTH_CODES = (
    "WCHR WCHS WCHC WCHP WCBD WCBW WCLB WCMP WCOB BLND DEAF DPNA MEDA STCR OXYG PPOC POXY MOXY LEGL LEGR "
    "LEGB SVAN ESAN ASVN DBML GFML LSML LFML LCML LPML PRML BLML NLML HFML PNUT MAAS SPML VACC NMOK PREG"
)
_RELIGION_WORDS = (
    "HALAL KOSHER GLATT RAMADAN SABBATH SHABBAT HAJJ UMRAH PILGRIM PRIEST RABBI IMAM NUN MISSIONARY "
    "MUSLIM HINDU JEWISH CHRISTIAN SIKH BUDDHIST"
)
_HEALTH_WORDS = "WHEELCHAIR DIABETIC PREGNANT EXPECTANT MEDICAL OXYGEN BLIND DEAF STRETCHER ALLERGY INSULIN"
RELIGION_CODES, HEALTH_CODES = frozenset(_RELIGION_CODES.split()), frozenset(_HEALTH_CODES.split())
RELIGION_WORDS, HEALTH_WORDS = frozenset(_RELIGION_WORDS.split()), frozenset(_HEALTH_WORDS.split())
_WORD = re.compile(r"[A-Z]+")
_CLERGY = re.compile(rf"(?:(?<=[ :])|^)(?:{'|'.join(sorted(OFFICE_TITLES | {'IMAM'}))})\.?$", re.IGNORECASE)


def filter_message(message: ParsedMessage) -> ParsedMessage:
    """The message without what may never be kept, and how many values of each class were removed.

    Remarks are dropped whole; service codes that reveal belief or health are dropped; card numbers keep their
    last four digits; a title of clergy goes from the name as sent. The counts are for the sender's own eyes
    (`./run parse`): on a message with one traveller they would name the person, so they are never stored.

    Source:
        Directive (EU) 2016/681 Art. 13(4), 6(1); `spec/sensitive.md` §2, §3, §5, §6.
    """
    counts: Counter[str] = Counter(classify_text(text) for text in message.free_texts)
    reservations = tuple(_filter_reservation(each, counts) for each in message.reservations)
    return replace(
        message,
        free_texts=(),
        reservations=reservations,
        travellers=tuple(
            each
            if each.name_sent is None or _CLERGY.search(each.name_sent) is None
            else replace(each, name_sent=_CLERGY.sub("", each.name_sent).rstrip(" :"))
            for each in message.travellers
        ),
        dropped=Dropped(counts[RELIGION], counts[HEALTH], counts[FREE_TEXT]),
    )


def classify_code(code: str) -> str | None:
    """The class of a service code that must be dropped; `None` for one that may be kept."""
    upper = code.strip().upper()
    if upper in RELIGION_CODES:
        return RELIGION
    if upper in HEALTH_CODES or upper.startswith("WC") or upper.endswith("ML"):
        return HEALTH
    return None


def classify_text(text: str) -> str:
    """The class under which a dropped remark is counted: belief, health, or free text of any other kind."""
    words = _WORD.findall(text.upper())
    classes = {classify_code(word) for word in words if len(word) == len("KSML")}
    if RELIGION in classes or not RELIGION_WORDS.isdisjoint(words):
        return RELIGION
    if HEALTH in classes or not HEALTH_WORDS.isdisjoint(words):
        return HEALTH
    return FREE_TEXT


def _filter_reservation(reservation: Reservation, counts: Counter[str]) -> Reservation:
    return replace(
        reservation,
        remarks=(),
        services=tuple(_kept(reservation.services, counts)),
        payments=tuple(_masked(each) for each in reservation.payments),
    )


def _kept(services: Iterable[ServiceItem], counts: Counter[str]) -> Iterable[ServiceItem]:
    for service in services:
        dropped = classify_code(service.code)
        if dropped is None:
            yield replace(service, text=None)
        else:
            counts[dropped] += 1


def _masked(payment: Payment) -> Payment:
    if payment.card is None:
        return payment
    shown = payment.card[-SHOWN_CARD_DIGITS:] if len(payment.card) > SHOWN_CARD_DIGITS else ""
    return replace(payment, card="X" * (len(payment.card) - len(shown)) + shown)
