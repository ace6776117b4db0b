"""Names as airlines send them: titles taken off, placeholders recognised."""

COURTESY_TITLES = frozenset(["MR", "MRS", "MS", "MISS", "MSTR", "MX", "DR", "PROF", "SIR"])
OFFICE_TITLES = frozenset(["REV", "FR", "RABBI", "HON"])
PLACEHOLDERS = frozenset(["FNU", "LNU", "XXX", "NULL"])

# A glued title is taken off only where so many letters remain: AMR, BADR, KHIDR and HAIDR are names.
_GLUED = (("MSTR", 2), ("MISS", 2), ("MRS", 2), ("MR", 3), ("DR", 4))


def without_titles(given_names: str) -> str:
    """Given names without the titles that stand after them or are glued to the last of them.

    `DR` is left where an N precedes it: ALEXANDR and SURENDR are names. Blanks between the parts become one.

    Source:
        `spec/parsed-message.md`; `spec/sensitive.md` §3 (titles of office and clergy are never stored).
    """
    words = given_names.split()
    while words and words[-1].upper().rstrip(".") in COURTESY_TITLES | OFFICE_TITLES:
        words.pop()
    if words:
        words[-1] = _unglued(words[-1])
    return " ".join(words)


def _unglued(word: str) -> str:
    upper = word.upper()
    for title, least in _GLUED:
        rest = len(word) - len(title)
        if upper.endswith(title) and rest >= least and not (title == "DR" and upper[rest - 1] == "N"):
            return word[:rest]
    return word


def is_placeholder(text: str) -> bool:
    """Whether this stands for a name that the sender does not have."""
    return text.upper() in PLACEHOLDERS


def joined(components: list[str]) -> str:
    """The parts of a name with one blank between them, placeholders left out."""
    parts = [part.strip() for part in components]
    return " ".join(part for part in parts if part and not is_placeholder(part))
