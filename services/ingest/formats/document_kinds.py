"""What kind of travel document a code names, as one letter for every format."""

from typing import Final

OTHER: Final = "O"
# A passport card is a passport's sub-kind; a crew member's certificate is nobody's identity card.
_WHOLE: Final = {"IP": "P", "AC": OTHER, "L": "L"}
# Of a code of Doc 9303 the first letter tells the kind, the second is the issuing State's own.
_FIRST: Final = {"I": "I", "A": "I", "C": "I", "V": "V"}


def document_letter(code: str) -> str | None:
    """`P` passport, `I` identity card, `V` visa, `L` licence, `O` other; `None` where none was sent.

    A passport's sub-kind (`PD`, `PS`) stays as sent.

    Source:
        `spec/parsed-message.md`; `spec/paxlst.md` §5 (DOC); `spec/mrz.md` §6; ICAO Doc 9303 parts 3 to 5.
    """
    upper = code.upper()
    if not upper or upper.startswith("P"):
        return upper or None
    return _WHOLE.get(upper) or _FIRST.get(upper[0], OTHER)
