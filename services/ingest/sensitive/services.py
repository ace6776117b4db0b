"""Services of a reservation: those that reveal something go, of the others only known shapes stay."""

import re
from collections import Counter
from collections.abc import Collection

from services.ingest.sensitive.cards import mask_long_numbers
from services.ingest.sensitive.copies import each_of, with_facts
from services.ingest.sensitive.rules import (
    FORBIDDEN_CLASSES,
    LANGUAGE_CODE,
    MINOR_CODE,
    Action,
    CodeRule,
    Rules,
    SensitiveClass,
)
from services.ingest.sensitive.words import classify_text, scrub
from shared.travel.reservation_parts import SeatData, ServiceItem

_SERVICE_CODE = re.compile(r"[A-Za-z0-9]{1,4}")
_SHORT_CODE = re.compile(r"[A-Za-z0-9]{1,3}")
_PLACE = re.compile(r"[A-Za-z0-9]{3}")
_SEAT = re.compile(r"\.?\d{1,4}[A-Za-z]{0,2}")
_SEAT_FOR_DISABLED = re.compile(r"(\d{1,4}[A-Za-z])[Hh]")
_DISABLED_CHARACTERISTIC = "H"
_MARKED_AS_TEXT = frozenset([LANGUAGE_CODE])


def filter_services(
    services: Collection[ServiceItem], rules: Rules, counts: Counter[str]
) -> tuple[ServiceItem, ...]:
    """The services that may be kept, each without what its class forbids; what goes is counted by class.

    A language stays only beside an unaccompanied minor of the same traveller, or of the whole reservation.
    """
    minors = {each.traveller_reference for each in services if each.code.strip().upper() == MINOR_CODE}
    kept: list[ServiceItem] = []
    for service in services:
        rule = _rule_of(service, rules, minors)
        if rule.action is Action.DROP:
            counts[rule.group or SensitiveClass.FREE_TEXT] += 1
        else:
            kept.append(_kept(service, rule, rules, counts))
    return tuple(kept)


def plain_seat(seat: str | None) -> str | None:
    """A seat without the H that marks it as one for a disabled person; the same object where it has none."""
    if seat is None or seat[-1:] not in {"H", "h"}:
        return seat
    marked = _SEAT_FOR_DISABLED.fullmatch(seat)
    return seat if marked is None else marked[1]


def _rule_of(service: ServiceItem, rules: Rules, minors: Collection[str | None]) -> CodeRule:
    code = service.code.strip().upper()
    if _SERVICE_CODE.fullmatch(code) is None:
        # What is no code is a text in the code's place.
        return CodeRule(Action.DROP, SensitiveClass(classify_text(code, rules)))
    if code == LANGUAGE_CODE and minors and (service.traveller_reference in minors or None in minors):
        return CodeRule(Action.SCRUB)
    if code in rules.codes:
        return rules.codes[code]
    rule = rules.code_rule(code)
    marked = SensitiveClass(classify_text(code, rules))
    if rule.action is not Action.DROP and marked in FORBIDDEN_CLASSES:
        return CodeRule(Action.DROP, marked)
    return rule


def _kept(service: ServiceItem, rule: CodeRule, rules: Rules, counts: Counter[str]) -> ServiceItem:
    return with_facts(
        service,
        status=_short_code(service.status, rules),
        carrier=_short_code(service.carrier, rules),
        board=_coded(service.board, _PLACE),
        off=_coded(service.off, _PLACE),
        text=_kept_text(service.text, rule.action, rules, counts),
        data=each_of(service.data, _kept_seat, rules, counts),
    )


def _kept_text(text: str | None, action: Action, rules: Rules, counts: Counter[str]) -> str | None:
    if not text:
        return None
    if action is Action.KEEP:
        counts[classify_text(text, rules)] += 1
        return None
    revealed = SensitiveClass(classify_text(text, rules))
    kept = scrub(text, rules, _MARKED_AS_TEXT)
    if revealed in FORBIDDEN_CLASSES and kept != text:
        counts[revealed] += 1
    return (mask_long_numbers(kept) if action is Action.MASK else kept) or None


def _kept_seat(seat: SeatData, rules: Rules, counts: Counter[str]) -> SeatData:
    """A seat, its unit and what kind of seat it is, but not that it is one for a disabled person."""
    value = plain_seat(_coded(seat.value, _SEAT))
    kinds = (seat.characteristic or "").upper().split()
    kept = [kind for kind in kinds if kind != _DISABLED_CHARACTERISTIC and _short_code(kind, rules)]
    if _DISABLED_CHARACTERISTIC in kinds or value != _coded(seat.value, _SEAT):
        counts[SensitiveClass.HEALTH] += 1
    return with_facts(
        seat,
        value=value,
        unit=_short_code(seat.unit, rules),
        characteristic=seat.characteristic if kept == kinds and kinds else " ".join(kept) or None,
    )


def _short_code(text: str | None, rules: Rules) -> str | None:
    """A code of at most three signs; marked words may be as short (GAY), and only places are so called."""
    code = _coded(text, _SHORT_CODE)
    return None if code and SensitiveClass(classify_text(code, rules)) in FORBIDDEN_CLASSES else code


def _coded(text: str | None, shape: re.Pattern[str]) -> str | None:
    """A text of its coded shape; what is longer than a code could hold words, and goes."""
    return text if text is not None and shape.fullmatch(text.strip()) else None
