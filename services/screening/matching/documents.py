"""Document numbers as they are compared: signs that readers confuse are one sign."""

import re
from enum import IntEnum

from services.screening.watchlist.entry import EntryDocument
from shared.travel import TravelDocument

MIN_NUMBER_CHARACTERS = 5
MAX_NUMBER_CHARACTERS = 40
_MIN_DIGITS_IN_TEXT = 4

# What optical readers and people take for each other (Doc 9303 part 3; OCR-B).
_CONFUSED = str.maketrans("OQDILBSZG", "000118526")
_NOT_A_SIGN = re.compile(r"[^A-Z0-9]+")


class DocumentRelation(IntEnum):
    """How a traveller's document stands to an entry's, the strongest last."""

    DIFFERENT = 0
    NUMBER_EQUAL_OTHER_ISSUER = 1
    NUMBER_EQUAL_NO_ISSUER = 2
    NUMBER_CONFUSED = 3
    EQUAL = 4


def _bare(number: str) -> str:
    return _NOT_A_SIGN.sub("", number.upper())[:MAX_NUMBER_CHARACTERS]


def _numbers(text: str) -> set[str]:
    """The whole text as one number, and the words in it that look like one (lists write remarks beside)."""
    found = {_bare(text)}
    parts = text.split()
    if len(parts) > 1:
        found |= {
            _bare(part) for part in parts if sum(sign.isdigit() for sign in part) >= _MIN_DIGITS_IN_TEXT
        }
    return {number for number in found if len(number) >= MIN_NUMBER_CHARACTERS}


def document_keys(number: str) -> frozenset[str]:
    """The keys under which a number is found, whatever signs were confused in it; none for a short number.

    Source: `spec/matching.md` §2 (3); `spec/mrz.md` §3 (typical OCR slips).
    """
    return frozenset(found.translate(_CONFUSED) for found in _numbers(number))


def relate_documents(sent: TravelDocument, listed: EntryDocument) -> DocumentRelation:
    """Compare two documents by number and issuing State; the kind of document is not compared.

    A number that is equal but for confused signs counts only where the State is equal too.
    """
    if not document_keys(sent.number) & document_keys(listed.number):
        return DocumentRelation.DIFFERENT
    is_exact = bool(_numbers(sent.number) & _numbers(listed.number))
    if sent.issuer and listed.issuers:
        if sent.issuer in listed.issuers:
            return DocumentRelation.EQUAL if is_exact else DocumentRelation.NUMBER_CONFUSED
        return DocumentRelation.NUMBER_EQUAL_OTHER_ISSUER if is_exact else DocumentRelation.DIFFERENT
    return DocumentRelation.NUMBER_EQUAL_NO_ISSUER if is_exact else DocumentRelation.DIFFERENT
