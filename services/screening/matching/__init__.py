"""Which watchlist entries a traveller may be: candidates, score, explanation. Pure and repeatable."""

from services.screening.matching.algorithm import ALGORITHM
from services.screening.matching.errors import (
    DamagedSnapshot,
    Fault,
    NotCompiled,
    RepeatedEntry,
    UnknownEntry,
)
from services.screening.matching.explain import Evidence, Explanation
from services.screening.matching.matcher import Match, Matcher
from services.screening.matching.sieve import SentColumns
from services.screening.matching.snapshot import entry_line
from services.screening.matching.weights import THRESHOLD, TOP_BAND

__all__ = [
    "ALGORITHM",
    "THRESHOLD",
    "TOP_BAND",
    "DamagedSnapshot",
    "Evidence",
    "Explanation",
    "Fault",
    "Match",
    "Matcher",
    "NotCompiled",
    "RepeatedEntry",
    "SentColumns",
    "UnknownEntry",
    "entry_line",
]
