"""Whether a service's own audit log can still be trusted, as its sequencer last told."""

from typing import Final

from shared.observability.logging import get_logger

# Faults after which nothing is permitted until a person has looked.
_BROKEN: Final = frozenset({"AUDIT_CHAIN_BROKEN", "AUDIT_SINK_CONFLICT"})


class ChainWatch:
    """Hears of the audit log's faults, and knows whether its chain is whole.

    Source: safeguards SG-41 (fail closed when the log's chain is broken).
    """

    def __init__(self) -> None:
        self._is_whole = True

    def report(self, code: str) -> None:
        """Take note of a fault and log it."""
        self._is_whole = self._is_whole and code not in _BROKEN
        get_logger().error("audit_log_fault", code=code)

    def is_whole(self) -> bool:
        """Whether no fault was reported that breaks the chain."""
        return self._is_whole
