"""States and organisations as three letters: ISO 3166-1, travel documents' codes, the demonstration's."""

from iso3166 import countries_by_alpha2, countries_by_alpha3

ORGANISATIONS = frozenset(
    [
        "EUE",
        "UNO",
        "UNA",
        "UNK",
        "RKS",
        "XKX",
        "XXA",
        "XXB",
        "XXC",
        "XXX",
        "XOM",
        "XPO",
        "XBA",
        "XIM",
        "XCO",
        "XEC",
        "XCE",
        "XMP",
        "XES",
        "XDC",
        "IAO",
    ]
)
BRITISH_NATIONALITIES = frozenset(["GBD", "GBN", "GBO", "GBP", "GBS"])
WITHDRAWN = frozenset(["NTZ", "ANT", "SUN", "YUG", "TMP", "SCG"])
DEMONSTRATION = frozenset(["XAA", "XBB", "XCC", "XDD"])

_RENAMED = {"D": "DEU", "UK": "GBR", "ROM": "ROU", "ZAR": "COD"}
_THREE_LETTERS = (
    frozenset(countries_by_alpha3) | ORGANISATIONS | BRITISH_NATIONALITIES | WITHDRAWN | DEMONSTRATION
)
_NORMAL = {
    **{code: code for code in _THREE_LETTERS},
    **{alpha2: country.alpha3 for alpha2, country in countries_by_alpha2.items()},
    **_RENAMED,
}


def normalise_state(text: str) -> str | None:
    """The three letters of a State or organisation as a travel document or an airline writes it.

    Args:
        text: Two or three letters in any case, `D` or the MRZ's `D<<`; blanks around it are ignored.

    Returns:
        ISO 3166-1 alpha-3, a travel-document code, or a code of the demonstration; `None` where it is none.
        `UTO`, the specimen State, is none.

    Source:
        ICAO Doc 9303 part 3 §5; `spec/mrz.md` §7.
    """
    exact = _NORMAL.get(text)
    if exact is not None:
        return exact
    return _NORMAL.get(text.strip(" <").upper())


def is_state(code: str) -> bool:
    """Whether this is one of the three-letter codes that `normalise_state` gives."""
    return code in _THREE_LETTERS and code not in _RENAMED


def short_code(state: str) -> str:
    """ISO 3166-1 alpha-2 of three letters of ours; they themselves where ISO has no such State."""
    known = countries_by_alpha3.get(state)
    return state if known is None else str(known.alpha2)
