"""What fictional services tell of oversight's orders."""

from typing import Any

ORDER_ID = "01930000-0000-7000-8000-0000000000f1"


def suspension(**changes: Any) -> dict[str, Any]:
    """An order that stands."""
    return {
        "suspension_id": ORDER_ID,
        "kind": "ENTRY",
        "object_id": "DEMO:DEMi.001",
        "order_number": "IA-2026/17",
        "reason": "The grounds of this listing are before the court.",
        "suspended_by": "INDEPENDENT_AUTHORITY",
        "ordered_at": "2026-06-14T07:00:00Z",
        "lifted_at": None,
        "lifting_order": None,
        "sentence": "Independent authority has suspended this entry by order IA-2026/17.",
        **changes,
    }
