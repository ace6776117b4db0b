"""The office while processes die: officers go on with whatever answers, and try again what does not."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from deploy.local.api import Api, Declined
from deploy.local.scripted_day import ASSESSMENT, PROPOSAL, ScriptedDay

PAUSE_SECONDS: Final = 0.5
MAX_SHARES: Final = 200


@dataclass(frozen=True)
class Office:
    """Scripted people who review and share until they are told to stop."""

    api: Api
    day: ScriptedDay

    def run(self, stop: threading.Event) -> None:
        """Work in rounds until `stop`."""
        while not stop.wait(PAUSE_SECONDS):
            self.work()

    def work(self) -> None:
        """One round: review the queue, take each waiting share one step further.

        A killed service ends a task early; the next round sees what is stored and goes on from there.
        """
        tasks: tuple[Callable[[], None], ...] = (self.day.review_everything, self._share)
        for task in tasks:
            try:
                task()
            except Declined:
                continue

    def _share(self) -> None:
        shares = self.api.get("legal", "sharing", "/v1/shares", params={"limit": MAX_SHARES})["shares"]
        for share in shares:
            if share["state"] != "DECIDED":
                self._one_step(share)

    def _one_step(self, share: Mapping[str, Any]) -> None:
        path = f"/v1/shares/{share['share_id']}"
        if share["state"] == "AWAITING_ASSESSMENT":
            self.api.post("legal", "sharing", f"{path}/individual-risk", json=ASSESSMENT)
        elif share["state"] == "AWAITING_PROPOSAL":
            self.api.post("supervisor", "sharing", f"{path}/proposal", json=PROPOSAL)
        else:
            approval = {"approval_id": self.api.get("legal", "sharing", path)["approval_id"]}
            self.api.post("legal", "sharing", f"{path}/approval", json=approval)
