"""All tables of the safeguards together."""

from tests.unit.policy import table_access, table_purpose, table_review, table_sharing, table_watchlist
from tests.unit.policy.table import Branch

BRANCHES: tuple[Branch, ...] = (
    *table_purpose.BRANCHES,
    *table_review.BRANCHES,
    *table_watchlist.BRANCHES,
    *table_access.BRANCHES,
    *table_sharing.BRANCHES,
)
