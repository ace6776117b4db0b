"""Names as airlines send them: titles taken off, placeholders recognised."""

COURTESY_TITLES = frozenset(["MR", "MRS", "MS", "MISS", "MSTR", "MX", "DR", "PROF", "SIR"])
OFFICE_TITLES = frozenset(["REV", "FR", "RABBI", "SR"])
# Names as well as titles: taken off only where another given name remains.
AMBIGUOUS_TITLES = frozenset(["IMAM", "HON", "SEN"])
PLACEHOLDERS = frozenset(["FNU", "LNU", "XXX", "NULL"])

# A glued title is taken off only where so many letters remain: AMR, BADR, KHIDR and HAIDR are names.
_GLUED = (("MSTR", 2), ("MISS", 2), ("MRS", 2), ("MR", 3), ("DR", 4))
_GLUED_OFFICE = (("RABBI", 3), ("IMAM", 4), ("REV", 4))
# Nearly no name ends in any of them, which one question tells.
_GLUED_ENDINGS = tuple(title for title, _ in _GLUED)
_GLUED_OFFICE_ENDINGS = tuple(title for title, _ in _GLUED_OFFICE)


def without_titles(given_names: str) -> str:
    """Given names without the titles that stand after them or are glued to the last of them.

    `DR` is left where an N precedes it: ALEXANDR and SURENDR are names. Blanks between the parts become one.

    Source:
        `spec/parsed-message.md`; `spec/sensitive.md` §3 (titles of office and clergy are never stored).
    """
    words = given_names.split()
    while words and _is_title(words[-1].upper().rstrip("."), has_others=len(words) > 1):
        words.pop()
    if words:
        words[-1] = without_glued_office(_unglued(words[-1]))
    return " ".join(words)


def without_glued_office(word: str) -> str:
    """A given name without a title of clergy that was written on to it: `JOHNREV`."""
    upper = word.upper()
    if not upper.endswith(_GLUED_OFFICE_ENDINGS):
        return word
    for title, least in _GLUED_OFFICE:
        if upper.endswith(title) and len(word) - len(title) >= least:
            return word[: -len(title)]
    return word


def _is_title(word: str, *, has_others: bool) -> bool:
    return word in COURTESY_TITLES or word in OFFICE_TITLES or (has_others and word in AMBIGUOUS_TITLES)


def _unglued(word: str) -> str:
    upper = word.upper()
    if not upper.endswith(_GLUED_ENDINGS):
        return word
    for title, least in _GLUED:
        rest = len(word) - len(title)
        if upper.endswith(title) and rest >= least and not (title == "DR" and upper[rest - 1] == "N"):
            return word[:rest]
    return word


def is_placeholder(text: str) -> bool:
    """Whether this stands for a name that the sender does not have."""
    return text.upper() in PLACEHOLDERS


def is_no_name(text: str) -> bool:
    """Whether this is no person's name: a placeholder, or signs alone."""
    return is_placeholder(text) or not any(map(str.isalnum, text))


def joined(components: list[str]) -> str:
    """The parts of a name with one blank between them, placeholders left out."""
    parts = [part.strip() for part in components]
    return " ".join(part for part in parts if not is_no_name(part))
