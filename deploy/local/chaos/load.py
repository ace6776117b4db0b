"""Manifests posted while processes die. A sender never gives up on a message: it repeats the same bytes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import count
from random import Random

import httpx

from deploy.local.chaos.journal import Acknowledged, LoadJournal
from deploy.local.synthetic.paxlst import SyntheticFlight, paxlst
from deploy.local.synthetic.people import FictionalPeople, FictionalPerson

RETRY_SECONDS = 0.2
REQUEST_TIMEOUT_SECONDS = 10.0
MAX_TRAVELLERS_A_MANIFEST = 60
PLANTED_SHARE = 0.1
REPEATED_SHARE = 0.1


class RepeatDiffered(AssertionError):
    """The same message got another receipt than the first time."""


@dataclass(frozen=True, slots=True)
class Sender:
    """How the carrier reaches ingest: address, a token on demand, and the carrier's code."""

    address: str
    token: Callable[[], Awaitable[str]]
    carrier: str = "XA"


class Load:
    """A repeatable stream of manifests.

    Args:
        sender: How to reach ingest.
        journal: Where acknowledgements are written down.
        listed: People whose names and documents are on the watchlist, to be planted.
        random: Decides sizes, repeats and who is planted.
    """

    def __init__(
        self, sender: Sender, journal: LoadJournal, listed: Sequence[FictionalPerson], random: Random
    ) -> None:
        self._sender = sender
        self._journal = journal
        self._listed = tuple(listed)
        self._random = random
        self._people = FictionalPeople(random.randrange(2**32))
        self._numbers = count(1000)

    async def run(self, stop: asyncio.Event, senders: int) -> None:
        """Post manifests from so many senders at once until `stop`; each ends with its message acknowledged.

        Raises:
            RepeatDiffered: A repeated message was not answered with its first receipt.
        """
        client = httpx.AsyncClient(
            base_url=self._sender.address, timeout=REQUEST_TIMEOUT_SECONDS, trust_env=False
        )
        async with client, asyncio.TaskGroup() as group:
            for _ in range(senders):
                group.create_task(self._send_until(stop, client))

    async def _send_until(self, stop: asyncio.Event, client: httpx.AsyncClient) -> None:
        while not stop.is_set():
            await self._send_one(client)

    async def _send_one(self, client: httpx.AsyncClient) -> None:
        number = str(next(self._numbers))
        people = self._people.take(self._random.randint(1, MAX_TRAVELLERS_A_MANIFEST))
        planted = self._listed and self._random.random() < PLANTED_SHARE
        if planted:
            people.append(self._random.choice(self._listed))
        now = datetime.now(UTC)
        flight = SyntheticFlight(
            self._sender.carrier, number, "XQB", "XQA", now.replace(tzinfo=None) + timedelta(hours=5)
        )
        body = paxlst(flight, people, transaction=f"CHAOS{number}", prepared_at=now)
        receipt_id = await self._post_until_acknowledged(client, body)
        references = tuple(f"{flight.carrier}{number}-{ordinal:04}" for ordinal in range(1, len(people) + 1))
        self._journal.acknowledged(
            Acknowledged(
                transaction=f"CHAOS{number}",
                designator=f"{flight.carrier}{number}",
                receipt_id=receipt_id,
                references=references,
                planted=references[-1:] if planted else (),
            )
        )
        if self._random.random() < REPEATED_SHARE:
            again = await self._post_until_acknowledged(client, body)
            if again != receipt_id:
                raise RepeatDiffered(f"{flight.carrier}{number}: {again} instead of {receipt_id}")

    async def _post_until_acknowledged(self, client: httpx.AsyncClient, body: bytes) -> str:
        while True:
            answer = await self._post(client, body)
            if answer is not None and answer.status_code in {HTTPStatus.ACCEPTED, HTTPStatus.OK}:
                return str(answer.json()["id"])
            if answer is not None and not _is_worth_repeating(answer.status_code):
                raise AssertionError(f"a good manifest was refused: {answer.status_code} {answer.text}")
            await asyncio.sleep(RETRY_SECONDS)

    async def _post(self, client: httpx.AsyncClient, body: bytes) -> httpx.Response | None:
        headers = {
            "Authorization": f"Bearer {await self._sender.token()}",
            "Content-Type": "application/edifact",
        }
        try:
            return await client.post("/v1/messages", content=body, headers=headers)
        except httpx.TransportError:
            # The process at the other end was killed: the same bytes again, as an airline would.
            return None


def _is_worth_repeating(status: int) -> bool:
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS
