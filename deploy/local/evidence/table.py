"""The mandate, paragraph by paragraph: what is asked, what the product does, where, and what proves it.

Source: mandate.md (paragraph by paragraph), workflow.md §9 (topics of the pack).
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

MANDATE: Final = Path(__file__).with_name("mandate.json")
TOPICS: Final = {
    "LAW": "1. Law",
    "INSTITUTION": "2. Institution",
    "API": "3. API",
    "PNR": "4. PNR",
    "WATCHLIST": "5. Watchlist",
    "BIOMETRICS": "6. Biometrics",
    "INTERPOL": "7. INTERPOL",
    "SHARING": "8. Sharing",
    "HUMAN_RIGHTS": "9. Human rights",
    "CIVIL_SOCIETY": "10. Civil society and victims",
    "GAPS": "11. Gaps and help wanted",
}
_LISTS: Final = ("where", "tests", "figures", "data")
STANDINGS: Final = {
    "DONE": "The product does this",
    "PARTLY": "In part",
    "OUTSIDE": "Outside the product",
}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One row of the mandate.

    `figures` are names of published figures as `service:name`, `data` names of fetched data sets, `where` and
    `tests` paths from the root of the checkout.
    """

    paragraph: str
    topic: str
    standing: str
    asks: str
    does: str
    where: tuple[str, ...]
    tests: tuple[str, ...]
    figures: tuple[str, ...]
    data: tuple[str, ...]


def read_mandate(path: Path = MANDATE) -> list[Paragraph]:
    """The rows in the order of the resolutions."""
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return [Paragraph(**row | {name: tuple(row[name]) for name in _LISTS}) for row in rows]
