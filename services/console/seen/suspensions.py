"""What the console reads of oversight's orders: what is suspended, by which order, and who can lift it."""

from datetime import datetime

from services.console.seen.base import Seen


class Suspension(Seen):
    """One order; `sentence` is what whoever is stopped by it reads."""

    suspension_id: str
    kind: str = ""
    object_id: str = ""
    order_number: str = ""
    reason: str = ""
    suspended_by: str = ""
    ordered_at: datetime
    lifted_at: datetime | None = None
    lifting_order: str | None = None
    sentence: str = ""
