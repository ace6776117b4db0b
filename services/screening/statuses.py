"""Which HTTP status each fault of screening is answered with.

Routes take `problems` from here, so that each fault has its status before a route names it.
"""

from services.screening import errors
from shared.bus.errors import MessageMismatch
from shared.web.problems import problems, register_problems

__all__ = ["problems"]

register_problems(400, errors.QueryNotComparable)
register_problems(403, errors.RefusedByPolicy, errors.WrongRoleForApproval, errors.TickRefused)
register_problems(403, errors.BoardingNotAllowed)
register_problems(404, errors.NotFound)
register_problems(
    409,
    errors.MoveNotDrawn,
    errors.HitNotOpenForReview,
    errors.LeaseHeldByAnother,
    errors.LeaseNotHeld,
    errors.HitDataChanged,
    errors.AlreadyDecided,
    errors.OrderNotPossible,
    errors.DecidedTooQuickly,
    errors.ListFileNotHeld,
    MessageMismatch,
)
register_problems(
    422,
    errors.EntryIncomplete,
    errors.ListRefused,
    errors.MalformedMrz,
    errors.RowRefused,
    errors.UnreadableTraveller,
    errors.UnreadableMessage,
)
register_problems(503, errors.NotYetReady, errors.ScreeningRefused)
