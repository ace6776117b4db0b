"""Card and account numbers: the last four signs may be shown, the others become X.

Source: PCI DSS 4.0 requirement 3.4 (display); `spec/sensitive.md` §5.
"""

import re
from collections.abc import Iterator

SHOWN_CHARACTERS = 4
MIN_CARD_DIGITS, MAX_CARD_DIGITS = 13, 19
_USUAL_LENGTHS = (15, 16)
_MAX_TICKET_DIGITS, _MAX_PHONE_DIGITS = 14, 15

_DIGITS = re.compile(r"\d(?:[ -]?\d)*")
_GROUP = re.compile(r"\d+")
_LONG_NUMBER = re.compile(r"[0-9]{6,}")
_PHONE_BEFORE = re.compile(r"(?:CTC[A-Z]|TEL|PHONE|MOBILE|MOB|FAX|\+)[ :./-]{0,3}$", re.IGNORECASE)
_TICKET_BEFORE = re.compile(r"(?:E?TKT|TICKET|TKN[AEM]|FA|PAX)[ :./-]{0,3}$", re.IGNORECASE)
_CONTEXT_CHARACTERS = 12
# An account: two letters, two check digits, then groups of four with or without blanks between them.
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Z0-9])", re.I)
_SECRET = re.compile(
    r"\b(?:CVV2?|CVC2?|CID|SECURITY CODE|APPROVAL(?: CODE)?|APPR|AUTH(?: CODE)?)\b"
    r"[ :=/#-]{0,3}(?=[A-Z]{0,7}\d)[A-Z0-9]{3,8}\b",
    re.IGNORECASE,
)
# Twice each digit, both digits of the result added.
_DOUBLED = str.maketrans("0123456789", "0246813579")
_LETTER_VALUES = {chr(ord("A") + place): str(10 + place) for place in range(26)}
_IBAN_MODULUS, _IBAN_REMAINDER = 97, 1


def mask_account(account: str) -> str:
    """A payment's account with its last four signs alone; what stands behind the number is left out.

    `4111 1111 1111 1111/0929/123` becomes `XXXXXXXXXXXX1111`; an account of four signs or fewer shows none.
    """
    bare = re.split(r"[^\w*]", account.replace(" ", "").replace("-", ""), maxsplit=1)[0]
    shown = bare[-SHOWN_CHARACTERS:] if len(bare) > SHOWN_CHARACTERS else ""
    return "X" * (len(bare) - len(shown)) + shown


def mask_numbers(text: str) -> str:
    """A text in which card numbers and bank accounts show their last four signs and secrets are gone.

    A card number has 13 to 19 digits, a card's first digits and a right check digit, with single blanks or
    hyphens inside or none; more than 19 digits together hold no lawful number and are masked too. Telephone
    numbers and tickets stay where the word before them says what they are.
    """
    masked = _IBAN.sub(lambda found: _masked_iban(found[0]), _SECRET.sub("", text))
    return _DIGITS.sub(_masked_digits, masked)


def mask_long_numbers(text: str) -> str:
    """A text in which every number of six digits or more shows its last four alone."""
    return _LONG_NUMBER.sub(lambda found: _masked(found[0]), text)


def is_no_phone(text: str) -> bool:
    """Whether a card stands in a telephone number's place: more digits than any telephone has."""
    return (
        len(text) > _MAX_PHONE_DIGITS
        and sum(map(str.isdigit, text)) > _MAX_PHONE_DIGITS
        and mask_numbers(text) != text
    )


def is_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others.

    Source:
        ISO/IEC 7812-1 annex B.
    """
    doubled = digits[-2::-2].translate(_DOUBLED)
    return (sum(map(int, digits[-1::-2])) + sum(map(int, doubled))) % 10 == 0


def is_card(digits: str) -> bool:
    """Whether these digits alone are a card number: length, first digits, check digit."""
    return MIN_CARD_DIGITS <= len(digits) <= MAX_CARD_DIGITS and _has_card_start(digits) and is_luhn(digits)


def _has_card_start(digits: str) -> bool:
    """The first digits that card schemes use: 2 to 6, and 1 for the airlines' own UATP of 15 digits."""
    if digits[0] == "1":
        return len(digits) == len("1UATP0000000000")
    if digits[0] == "2":
        return len(digits) == len("2221000000000009") and 2221 <= int(digits[:4]) <= 2720  # noqa: PLR2004
    return digits[0] in "3456"


def _masked_digits(found: re.Match[str]) -> str:
    text = found[0]
    if len(text) < MIN_CARD_DIGITS:
        return text
    before = found.string[max(0, found.start() - _CONTEXT_CHARACTERS) : found.start()]
    pieces: list[str] = []
    at = 0
    for start, end in _card_places(text, before):
        pieces.extend((text[at:start], _masked(text[start:end])))
        at = end
    return "".join((*pieces, text[at:]))


def _card_places(text: str, before: str) -> Iterator[tuple[int, int]]:
    """Where card numbers begin and end in digits parted by single blanks or hyphens."""
    groups = [(group.start(), group.end()) for group in _GROUP.finditer(text)]
    at = 0
    while at < len(groups):
        last = _last_group_of_card(text, groups, at, before if at == 0 else "")
        if last is None:
            at += 1
        else:
            yield groups[at][0], groups[last][1]
            at = last + 1


def _last_group_of_card(text: str, groups: list[tuple[int, int]], first: int, before: str) -> int | None:
    digits = ""
    found: int | None = None
    for at in range(first, len(groups)):
        start, end = groups[at]
        digits += text[start : min(end, start + MAX_CARD_DIGITS + 1)]
        if is_card(digits) or (at == first and _holds_card(digits)):
            found = at
        if len(digits) >= MAX_CARD_DIGITS:
            break
    return None if found == first and _is_named_otherwise(groups[first], before) else found


def _holds_card(digits: str) -> bool:
    """Whether digits without a gap hold a card with an expiry or a code beside it, or are too many."""
    if len(digits) > MAX_CARD_DIGITS:
        return True
    return any(
        is_card(digits[start : start + length])
        for length in _USUAL_LENGTHS
        for start in range(len(digits) - length + 1)
    )


def _is_named_otherwise(group: tuple[int, int], before: str) -> bool:
    length = group[1] - group[0]
    if length <= _MAX_TICKET_DIGITS and _TICKET_BEFORE.search(before):
        return True
    return length <= _MAX_PHONE_DIGITS and _PHONE_BEFORE.search(before) is not None


def _masked(text: str) -> str:
    shown = text[-SHOWN_CHARACTERS:]
    return re.sub(r"\w", "X", text[:-SHOWN_CHARACTERS]) + shown


def _masked_iban(text: str) -> str:
    """Mask the longest beginning that is an account; words of four letters may have been read on with it."""
    ends = [len(text), *(place for place in range(len(text) - 1, 0, -1) if text[place] == " ")]
    for end in ends:
        if _is_iban(text[:end]):
            return _masked(text[:end]) + text[end:]
    return text


def _is_iban(text: str) -> bool:
    bare = text.replace(" ", "").upper()
    number = "".join(_LETTER_VALUES.get(sign, sign) for sign in bare[4:] + bare[:4])
    return number.isascii() and int(number) % _IBAN_MODULUS == _IBAN_REMAINDER
