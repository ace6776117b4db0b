"""States as documents and lists code them, brought together: today's code, and predecessor States."""

from functools import cache

# Codes of Doc 9303 and withdrawn ones → the State whose nationality it is (spec/mrz.md §7).
_SAME = {
    "D": "DEU",
    "DDR": "DEU",
    "ROM": "ROU",
    "ZAR": "COD",
    "TMP": "TLS",
    "UNK": "XKX",
    "RKS": "XKX",
    "UK": "GBR",
}
_SAME |= dict.fromkeys(("GBD", "GBN", "GBO", "GBP", "GBS"), "GBR")
# Statelessness, refugees and organisations are no nationality: they neither agree nor differ.
_SILENT = frozenset(
    {"XXA", "XXB", "XXC", "XXX", "UNO", "UNA", "EUE", "XOM", "XPO", "XBA", "XIM", "XCE", "IAO"}
)
_SUCCESSORS = {
    "SUN": frozenset(
        {
            "RUS",
            "UKR",
            "BLR",
            "KAZ",
            "UZB",
            "TKM",
            "TJK",
            "KGZ",
            "ARM",
            "AZE",
            "GEO",
            "MDA",
            "EST",
            "LVA",
            "LTU",
        }
    ),
    "YUG": frozenset({"SRB", "MNE", "HRV", "BIH", "MKD", "SVN", "XKX", "SCG"}),
    "SCG": frozenset({"SRB", "MNE", "XKX"}),
    "CSK": frozenset({"CZE", "SVK"}),
    "SDN": frozenset({"SSD"}),
    "SRB": frozenset({"XKX"}),
    "ANT": frozenset({"CUW", "SXM", "BES", "NLD"}),
    "NTZ": frozenset({"IRQ", "SAU"}),
}


def nationality_of(code: str | None) -> str | None:
    """The State that a code speaks of today, or `None` where it names no nationality."""
    bare = (code or "").strip().upper()
    return None if not bare or bare in _SILENT else _SAME.get(bare, bare)


def are_related(one: str, other: str) -> bool:
    """Whether one State followed the other.

    Two States that followed the same one are as different as any two: an Uzbek is no Kazakh.
    """
    return other in _SUCCESSORS.get(one, ()) or one in _SUCCESSORS.get(other, ())


@cache
def related_states(state: str) -> tuple[str, ...]:
    """The States that are related to one, in alphabetical order."""
    before = {former for former, followers in _SUCCESSORS.items() if state in followers}
    return tuple(sorted(before | _SUCCESSORS.get(state, frozenset())))
