"""What every room of sharing asks of the policy engine."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from shared.policy.verdict import Verdict


class Policy(Protocol):
    """The part of the policy engine that sharing asks."""

    def decide(self, request: Mapping[str, Any], *, vault: Verdict | None = None) -> Verdict:
        """Judge one request by every safeguard in force."""
        ...

    def decide_batch(
        self, requests: Sequence[Mapping[str, Any]], vaults: Sequence[Verdict | None] | None = None
    ) -> list[Verdict]:
        """Judge many requests, each by itself, in their order."""
        ...

    def decide_together(
        self, requests: Sequence[Mapping[str, Any]], *, vault: Verdict | None = None
    ) -> Verdict:
        """Judge one act that several requests describe: each has to be permitted, every reason counts."""
        ...
