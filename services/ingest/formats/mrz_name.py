"""Names as a machine-readable zone prints them: letters, order, fillers and how a long one is cut."""

import re

from services.ingest.formats.transliteration import as_latin

TD3_NAME, TD2_NAME, TD1_NAME = 39, 31, 30

# Apostrophes and full stops fall away; a hyphen, a comma or a blank parts two words.
_FALLS_AWAY = re.compile(r"['’ʼ`´.]")
_NOT_A_LETTER = re.compile(r"[^A-Z]+")
_SPARE_LETTER = re.compile("(?<=[A-Z])[A-Z](?=<)")
_PARTED = "<<"


def mrz_name(
    surname: str, given_names: str | None, *, width: int = TD3_NAME, state: str | None = None
) -> str:
    """The name field of a machine-readable zone.

    A name that is too long is cut at its end, so that its last place holds a letter; where the surname leaves
    no room, it is cut so that the first letter of the given names remains. A cut never falls behind a filler:
    the word before it gives up its last letter instead.

    Args:
        surname: The primary identifier, in any of the scripts that `as_latin` knows.
        given_names: The secondary identifier, or nothing.
        width: Characters of the field: 39 in a passport or large visa, 31 in TD2, 30 in a card.
        state: The issuing State, three letters, for letters that its passports write otherwise.

    Returns:
        `width` characters of A to Z and `<`.

    Source:
        ICAO Doc 9303 part 3 §4.6, part 4 §4.2.2; `spec/mrz.md` §4.
    """
    primary, secondary = mrz_words(surname, state), mrz_words(given_names or "", state)
    if not primary:
        primary, secondary = secondary, ""
    if not secondary:
        return _cut(primary, width).ljust(width, "<")
    if len(primary) + len(_PARTED) + 1 > width:
        primary = _cut(primary, width - len(_PARTED) - 1)
    return _cut(f"{primary}{_PARTED}{secondary}", width).ljust(width, "<")


def mrz_words(text: str, state: str | None = None) -> str:
    """Words of A to Z with one `<` between them."""
    latin = as_latin(_FALLS_AWAY.sub("", text), state)
    return _NOT_A_LETTER.sub("<", latin).strip("<")


def _cut(name: str, width: int) -> str:
    """The first letters of a name that fit, ending in a letter."""
    if len(name) <= width:
        return name
    cut = name[:width]
    if not cut.endswith("<"):
        return cut
    # A word before the filler gives up its last letter for the first of the next word; every word keeps one.
    spare = [found.start() for found in _SPARE_LETTER.finditer(cut)]
    return cut.rstrip("<") if not spare else cut[: spare[-1]] + name[spare[-1] + 1 : width + 1]
