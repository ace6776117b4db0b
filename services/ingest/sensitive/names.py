"""Titles of clergy and office, which tell a belief or a rank: off the name, where a name remains."""

from services.ingest.formats.names import (
    AMBIGUOUS_TITLES,
    COURTESY_TITLES,
    OFFICE_TITLES,
    without_glued_office,
)
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
    last = _end_of_name(words, rules, is_alone=is_alone)
    first = 0
    while last - first > 1 and _bare(words[first]) in _LEADING:
        first += 1
    kept = words[first:last]
    if kept:
        named = len(kept) - 1
        while named and _bare(kept[named]) in COURTESY_TITLES:
            named -= 1
        kept[named] = without_glued_office(kept[named])
    return text if kept == words else " ".join(kept)


def _end_of_name(words: list[str], rules: Rules, *, is_alone: bool) -> int:
    """Where the titles at the end begin; one of courtesy goes with another before it, and else it stays."""
    end = at = len(words)
    while at:
        bare = _bare(words[at - 1])
        if _is_title(bare, rules, has_others=at > 1, is_alone=is_alone):
            end = at - 1
        elif bare not in COURTESY_TITLES:
            break
        at -= 1
    return end


def _is_title(bare: str, rules: Rules, *, has_others: bool, is_alone: bool) -> bool:
    """IMAM, HON and SEN are names as well: alone they stay, and so does any title that is the only word."""
    if has_others:
        return bare in _CERTAIN or bare in AMBIGUOUS_TITLES or bare in rules.titles
    return not is_alone and bare in _CERTAIN


def _bare(word: str) -> str:
    return word.rstrip(".").upper()
