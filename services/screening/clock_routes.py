"""The clocks by hand: what is due runs now, in the local profile alone."""

from fastapi import APIRouter, Depends

from services.screening.clocks import Clocks
from services.screening.errors import TickRefused
from services.screening.protection.desk_clocks import DeskClocks
from services.screening.service import RequestPorts, Service
from services.screening.statuses import problems
from services.screening.views import Out
from services.screening.watchlist.merged_hits import bring_in_step
from shared.security.roles import Permission
from shared.web.authentication import require

router = APIRouter(tags=["desk"])


class TickOut(Out):
    """What one beat of the clocks did."""

    moved_hits: int
    suspended_entries: int
    is_matcher_swapped: bool


@router.post(
    "/v1/tick",
    dependencies=[Depends(require(Permission.OPERATE))],
    responses=problems(TickRefused),
)
async def tick(ports: RequestPorts, opened: Service) -> TickOut:
    """Run the clocks that are due at the time of this request; in the local profile only."""
    if opened.settings.profile != "local":
        raise TickRefused
    beat = await Clocks(ports, opened.settings.escalation_ladder).beat()
    await DeskClocks(ports).beat()
    is_swapped = await opened.current.refresh()
    if is_swapped:
        await bring_in_step(ports, opened.current.consolidation)
    return TickOut(
        moved_hits=beat.moved_hits,
        suspended_entries=beat.suspended_entries,
        is_matcher_swapped=is_swapped,
    )
