"""Values that tests of several parts need, with everything that a test does not care about filled in."""

from services.screening.watchlist.sources.read_list import DEFAULT_LIMITS, ListLimits, ListToRead
from services.screening.watchlist.sources.un_xml import TERRORISM_REGIMES


def un_list_file(
    content: bytes,
    *,
    source: str = "UN",
    regimes: frozenset[str] = TERRORISM_REGIMES,
    limits: ListLimits = DEFAULT_LIMITS,
) -> ListToRead:
    """A UN list as its reader is handed it."""
    return ListToRead(content, source, regimes, limits=limits)
