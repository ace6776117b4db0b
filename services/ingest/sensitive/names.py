"""Titles of clergy and office, which tell a belief or a rank: off the name, where a name remains."""

from services.ingest.formats.names import AMBIGUOUS_TITLES, OFFICE_TITLES, without_glued_office
from services.ingest.sensitive.rules import Rules

# Gender-neutral courtesy says what a document's sex does not: it is no travel data either.
_STRIPPED_COURTESY = frozenset(["MX"])
_CERTAIN = OFFICE_TITLES | _STRIPPED_COURTESY
_LEADING = frozenset(["REV", "RABBI"])


def name_without_titles(name: str, rules: Rules) -> str:
    """A name as sent, `SURNAME:GIVEN NAMES`, without the titles that stand around its given names."""
    surname, colon, given = name.partition(":")
    if not colon:
        return _without(name, rules, is_alone=True)
    kept = _without(given, rules, is_alone=False)
    if kept is given:
        return name
    return f"{surname}:{kept}".rstrip(": ")


def given_without_titles(given: str, rules: Rules) -> str | None:
    """Given names without titles; `None` where they were nothing but one."""
    kept = _without(given, rules, is_alone=False)
    return kept or None


def _without(text: str, rules: Rules, *, is_alone: bool) -> str:
    """The text without titles; the same object where it has none."""
    words = text.replace(":", " ").split()
    if is_alone and words == [text]:
        return without_glued_office(text)
    last = len(words)
    while last and _is_title(words[last - 1], rules, has_others=last > 1, is_alone=is_alone):
        last -= 1
    first = 0
    while last - first > 1 and _bare(words[first]) in _LEADING:
        first += 1
    kept = words[first:last]
    if kept:
        kept[-1] = without_glued_office(kept[-1])
    return text if kept == words else " ".join(kept)


def _is_title(word: str, rules: Rules, *, has_others: bool, is_alone: bool) -> bool:
    """IMAM, HON and SEN are names as well: alone they stay, and so does any title that is the only word."""
    bare = _bare(word)
    if has_others:
        return bare in _CERTAIN or bare in AMBIGUOUS_TITLES or bare in rules.titles
    return not is_alone and bare in _CERTAIN


def _bare(word: str) -> str:
    return word.rstrip(".").upper()
