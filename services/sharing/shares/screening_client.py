"""Asks screening for the present state of a hit, at each evaluation and each try; no answer refuses."""

from typing import Final, Protocol
from uuid import UUID

import httpx
from pydantic import ValidationError

from services.sharing.errors import ScreeningSilent
from shared.bus.http import Signer
from shared.clock import Clock, SystemClock
from shared.contracts import HitStateV1
from shared.observability.clock_skew import ClockWatch

TIMEOUT_SECONDS: Final = 2.0
MAX_ANSWER_BYTES: Final = 64 * 1024
AUDIENCE: Final = "screening"


class HitStates(Protocol):
    """Who knows a hit's present state."""

    async def state(self, hit_id: UUID) -> HitStateV1:
        """The hit's state now.

        Raises:
            ScreeningSilent: No answer, or none that can be read.
        """
        ...


class ScreeningClient:
    """Asks `GET /internal/v1/hits/{id}/state` of the screening service.

    Args:
        client: Shared by the process.
        address: Screening's base address.
        signer: Gives the service token.
        clock: Compared with screening's; the machine's when absent.
    """

    def __init__(
        self, client: httpx.AsyncClient, address: str, signer: Signer, *, clock: Clock | None = None
    ) -> None:
        self._clock = clock or SystemClock()
        self._clock_watch = ClockWatch()
        self._client = client
        self._address = address.rstrip("/")
        self._signer = signer

    async def state(self, hit_id: UUID) -> HitStateV1:
        """The hit's state now.

        Raises:
            ScreeningSilent: No answer within `TIMEOUT_SECONDS`, or none that can be read.
        """
        address = f"{self._address}/internal/v1/hits/{hit_id}/state"
        headers = {"Authorization": f"Bearer {self._signer.token(AUDIENCE)}"}
        asked_at = self._clock.now()
        try:
            answer = await self._client.get(address, headers=headers, timeout=TIMEOUT_SECONDS)
            self._clock_watch.observe(AUDIENCE, answer.headers.get("Date"), asked_at, self._clock.now())
            if not answer.is_success or len(answer.content) > MAX_ANSWER_BYTES:
                raise ScreeningSilent
            state = HitStateV1.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError):
            raise ScreeningSilent from None
        if state.hit_id != hit_id:
            raise ScreeningSilent
        return state
