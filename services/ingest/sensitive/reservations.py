"""A reservation: its people, services, remarks, payments, and what is booked beside the flights."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from services.ingest.sensitive.cards import MIN_CARD_DIGITS, is_no_phone, mask_account, mask_numbers
from services.ingest.sensitive.copies import Value, each_of, with_facts
from services.ingest.sensitive.names import given_without_titles, name_without_titles
from services.ingest.sensitive.rules import FORBIDDEN_CLASSES, PILGRIMAGE_WORDS, Rules, SensitiveClass
from services.ingest.sensitive.services import filter_services, plain_seat
from services.ingest.sensitive.words import classify_text, scrub
from shared.travel.records import Sparse
from shared.travel.reservation import HistoryItem, Payment, Reservation, ReservationTraveller
from shared.travel.reservation_parts import (
    CheckIn,
    Contact,
    Fare,
    OtherService,
    OtherServiceKind,
    Remark,
    UnaccompaniedMinor,
)
from shared.travel.traveller import Address

Filter = Callable[[Any, Rules, Counter[str]], Any]
"""What a member's value becomes; what goes is counted by its class. The same object where nothing goes."""

_GROUP = "GROUP"
_CODE_OR_AMOUNT = re.compile(r"[A-Za-z]{1,4}|[A-Za-z]?[0-9]{1,2}|[0-9][0-9.,/-]{0,11}", re.ASCII)


def filter_reservation(reservation: Reservation, rules: Rules, counts: Counter[str]) -> Reservation:
    """The reservation without what may never be kept; what goes is added to `counts` by its class."""
    return _filtered(reservation, _OF_RESERVATION, rules, counts)


def _filtered(value: Value, filters: Mapping[str, Filter], rules: Rules, counts: Counter[str]) -> Value:
    """A value with each member that holds something filtered; the same object where nothing went."""
    kept: dict[str, Any] = {}
    said = vars(value) if isinstance(value, Sparse) else {name: getattr(value, name) for name in filters}
    for name, sent in said.items():
        change = filters.get(name)
        if change is not None and sent is not None and sent != ():
            left = change(sent, rules, counts)
            if left is not sent:
                kept[name] = left
    return with_facts(value, **kept) if kept else value


def _filter_traveller(
    traveller: ReservationTraveller, rules: Rules, counts: Counter[str]
) -> ReservationTraveller:
    if rules.scrubs_group_names and traveller.kind == _GROUP:
        # A group's only name is its surname, which a reservation cannot be without.
        surname = _without_pilgrimage(traveller.surname, rules, counts) or _GROUP
        traveller = with_facts(traveller, surname=surname, name_sent=None)
    return _filtered(traveller, _OF_TRAVELLER, rules, counts)


def _filter_name(name: str, rules: Rules, _counts: Counter[str]) -> str:
    return name_without_titles(name, rules)


def _filter_given(given: str, rules: Rules, _counts: Counter[str]) -> str | None:
    return given_without_titles(given, rules)


def _filter_seat(seat: str, _rules: Rules, _counts: Counter[str]) -> str:
    return plain_seat(seat) or seat


def _filter_check_in(check_in: CheckIn, rules: Rules, counts: Counter[str]) -> CheckIn:
    return _filtered(check_in, _OF_CHECK_IN, rules, counts)


def _filter_history(item: HistoryItem, rules: Rules, counts: Counter[str]) -> HistoryItem:
    return _filtered(item, _OF_HISTORY, rules, counts)


def _filter_contact(contact: Contact, rules: Rules, counts: Counter[str]) -> Contact:
    """Who and where is what the law asks for; the text that told it may have held a card as well."""
    phone, address = contact.phone, contact.address
    if phone is not None and is_no_phone(phone):
        counts[SensitiveClass.FREE_TEXT] += 1
        phone = None
    return with_facts(
        contact,
        name=_without_cards(contact.name),
        phone=phone,
        address=None if address is None else _filter_address(address, rules, counts),
    )


def _filter_address(address: Address, _rules: Rules, _counts: Counter[str]) -> Address:
    """An address that was read from a text is all in its street."""
    return with_facts(address, street=_without_cards(address.street))


def _filter_minor(minor: UnaccompaniedMinor, rules: Rules, counts: Counter[str]) -> UnaccompaniedMinor:
    return _filtered(minor, _OF_MINOR, rules, counts)


def _without_cards(text: str | None) -> str | None:
    """A name or a street with card and account numbers masked; the same object where it has none."""
    if text is None or len(text) < MIN_CARD_DIGITS:
        return text
    kept = mask_numbers(text)
    return text if kept == text else kept


def _filter_phones(phones: tuple[str, ...], _rules: Rules, _counts: Counter[str]) -> tuple[str, ...]:
    """The telephone numbers of the contacts, which are counted there."""
    kept = tuple([phone for phone in phones if not is_no_phone(phone)])
    return phones if len(kept) == len(phones) else kept


def _filter_agency(agency: str, rules: Rules, counts: Counter[str]) -> str | None:
    return _without_pilgrimage(agency, rules, counts) if rules.scrubs_agencies else agency


def _filter_fare(fare: Fare, rules: Rules, counts: Counter[str]) -> Fare:
    if not rules.scrubs_fare_bases:
        return fare
    return with_facts(
        fare,
        basis=_without_pilgrimage(fare.basis, rules, counts),
        second_basis=_without_pilgrimage(fare.second_basis, rules, counts),
    )


def _filter_remarks(remarks: tuple[Remark, ...], rules: Rules, counts: Counter[str]) -> tuple[Remark, ...]:
    kept: list[Remark] = []
    for remark in remarks:
        if remark.kind not in rules.kept_remarks:
            counts[classify_text(remark.text, rules)] += 1
            continue
        text = _scrubbed(remark.text, rules, counts)
        if text:
            kept.append(replace(remark, text=text))
    return tuple(kept)


def _filter_payment(payment: Payment, rules: Rules, counts: Counter[str]) -> Payment:
    payer = payment.payer
    return with_facts(
        payment,
        form=_coded(payment.form, rules, counts),
        card=None if payment.card is None else mask_account(payment.card),
        vendor=_coded(payment.vendor, rules, counts),
        indicator=_coded(payment.indicator, rules, counts),
        amount=_coded(payment.amount, rules, counts),
        currency=_coded(payment.currency, rules, counts),
        expiry=_coded(payment.expiry, rules, counts),
        payer=None if payer is None else _filter_contact(payer, rules, counts),
    )


def _filter_other(service: OtherService, rules: Rules, counts: Counter[str]) -> OtherService:
    """A hotel, a car: where and when, but no kind of bed, and no words that tell more."""
    product = service.product
    if service.kind is OtherServiceKind.HOTEL and product is not None:
        counts[classify_text(product, rules)] += 1
        product = None
    return with_facts(
        service,
        product=_scrubbed(product, rules, counts),
        place_name=_scrubbed(service.place_name, rules, counts),
        reference=_scrubbed(service.reference, rules, counts),
    )


def _coded(text: str | None, rules: Rules, counts: Counter[str]) -> str | None:
    """A code or an amount; what is longer or has blanks is a text that nobody asked for, and goes."""
    if not text or (
        _CODE_OR_AMOUNT.fullmatch(text) and classify_text(text, rules) == SensitiveClass.FREE_TEXT
    ):
        return text
    counts[classify_text(text, rules)] += 1
    return None


def _scrubbed(text: str | None, rules: Rules, counts: Counter[str]) -> str | None:
    """A text without marked words and whole card numbers; `None` where nothing is left."""
    if not text:
        return text
    revealed = classify_text(text, rules)
    if SensitiveClass(revealed) in FORBIDDEN_CLASSES:
        counts[revealed] += 1
    return scrub(text, rules) or None


def _without_pilgrimage(text: str | None, rules: Rules, counts: Counter[str]) -> str | None:
    """A name or a code without marked words; `None` where a pilgrimage stands inside one, as in a fare."""
    if text is None or not _names_pilgrimage(text):
        return text
    counts[SensitiveClass.RELIGION] += 1
    kept = scrub(text, rules)
    return None if not kept or _names_pilgrimage(kept) else kept


def _names_pilgrimage(text: str) -> bool:
    upper = text.upper()
    return any(word in upper for word in PILGRIMAGE_WORDS)


def _each(change: Filter) -> Filter:
    """A filter of every one of a member's values."""
    return lambda values, rules, counts: each_of(values, change, rules, counts)


_OF_MINOR: Final[Mapping[str, Filter]] = {"guardians": _each(_filter_contact)}
_OF_HISTORY: Final[Mapping[str, Filter]] = {"given_names": _filter_given}
_OF_CHECK_IN: Final[Mapping[str, Filter]] = {"seat": _filter_seat, "given_names": _filter_given}
_OF_TRAVELLER: Final[Mapping[str, Filter]] = {
    "name_sent": _filter_name,
    "given_names": _filter_given,
    "seats": _each(_filter_seat),
    "check_ins": _each(_filter_check_in),
    "fares": _each(_filter_fare),
    "contacts": _each(_filter_contact),
    "minor": _filter_minor,
}
_OF_RESERVATION: Final[Mapping[str, Filter]] = {
    "travellers": _each(_filter_traveller),
    "services": filter_services,
    "remarks": _filter_remarks,
    "payments": _each(_filter_payment),
    "contacts": _each(_filter_contact),
    "phones": _filter_phones,
    "addresses": _each(_filter_address),
    "other_services": _each(_filter_other),
    "check_ins": _each(_filter_check_in),
    "history": _each(_filter_history),
    "agency": _filter_agency,
}
