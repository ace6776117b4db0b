"""Which HTTP status each fault of sharing is answered with.

Routes take `problems` from here, so that each fault has its status before a route names it.
"""

from services.sharing.errors import (
    ContentWithdrawn,
    ForeignMessage,
    LegalFindingRequired,
    MessageNotFound,
    MessageRefused,
    NotACandidate,
    NoticeNotFound,
    PreviewOutdated,
    RefusedByPolicy,
    RegisterEntryRefused,
    RegisterEntryUnknown,
    ScreeningSilent,
    ShareNotFound,
    StepOutOfOrder,
    VaultUnavailable,
)
from shared.bus.errors import MessageMismatch
from shared.security.keys import KeyFileError
from shared.web.problems import problems, register_problems

__all__ = ["problems"]

register_problems(403, RefusedByPolicy, LegalFindingRequired, ForeignMessage)
register_problems(404, ShareNotFound, NoticeNotFound, MessageNotFound, RegisterEntryUnknown)
register_problems(409, StepOutOfOrder, PreviewOutdated, MessageRefused, MessageMismatch)
register_problems(410, ContentWithdrawn)
register_problems(422, NotACandidate, RegisterEntryRefused)
register_problems(503, ScreeningSilent, VaultUnavailable, KeyFileError)
