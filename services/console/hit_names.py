"""By what people tell one hit from another where nobody is named: its flight.

A page about a measure or an arrest has the hit's number alone; the flight comes from the list of hits, or of
shares, that this person may read anyway.
"""

from collections.abc import Mapping

from services.console.clients.oversight import told
from services.console.page import Page
from services.console.seen.base import FlightBrief
from shared.security.roles import Permission


async def flights_of_hits(page: Page) -> Mapping[str, FlightBrief]:
    """The flight of each of the newest hits, by the hit's number; empty for whoever may read neither list."""
    if page.may(Permission.READ_HITS):
        return {hit.hit_id: hit.flight for hit in await told(page.screening.hits()) or []}
    if page.may(Permission.READ_SHARES):
        return {share.hit_id: share.flight for share in await told(page.sharing.shares()) or []}
    return {}
