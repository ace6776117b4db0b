"""What runs beside ingest's requests: relay, audit, pruning, clocks, retention, the other ways in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import httpx
from fastapi import FastAPI

from services.ingest.expected.watch import FlightWatch
from services.ingest.intake.observed import DESTINATION, KIND, MarkScreened
from services.ingest.intake.take_parts import PartsClock
from services.ingest.interactive import directives_inbox
from services.ingest.interactive.callback import ByDestination, CallbackCarrier, CallbackSigner, NoteTold
from services.ingest.interactive.directives import DirectiveTable
from services.ingest.ports import SERVICE, Ports
from services.ingest.quality.roll_up import QualityRollUp
from services.ingest.reading.readers import Readers
from services.ingest.replies.ackres import ErrorTable
from services.ingest.retention.hit_links import AskScreening
from services.ingest.retention.jobs import RetentionJobs
from services.ingest.retention.masking import Vault
from services.ingest.rights import effects as rights_effects
from services.ingest.rights.door_inbox import DoorInbox
from services.ingest.settings import IngestSettings
from services.ingest.store.rights import SUBMISSION_KEPT, RightsStore
from services.ingest.ways_in.drop_folder import DropFolder, watching
from shared.accounts.frozen_accounts import watching_frozen_accounts
from shared.audit.chain_watch import ChainWatch
from shared.audit.desk import running_audit
from shared.audit.log_keys import LogKeys
from shared.bus.http import HttpCarrier
from shared.bus.inbox import Inbox
from shared.bus.relay import Carrier, OnDelivered, Relay
from shared.db.pruning import INBOX_KEPT, Pruner, PruneRule
from shared.oversight.kept_inputs import INPUTS_KEPT, forget_inputs
from shared.security.key_folder import KeyRing
from shared.security.tokens import ServiceSigner
from shared.web.outgoing import outgoing_client


class _Task(Protocol):
    """What runs until it is told to stop."""

    def run(self, stop: asyncio.Event) -> Awaitable[None]: ...


@dataclass(frozen=True)
class Background:
    """Everything that the tasks are made of; `carrier` stands in for HTTP to screening, in tests."""

    settings: IngestSettings
    ports: Ports
    directives: DirectiveTable
    errors: ErrorTable
    watch: ChainWatch
    log_keys: LogKeys
    service_keys: KeyRing
    vault: Vault | None
    carrier: Carrier | None

    @asynccontextmanager
    async def running(self, app: FastAPI) -> AsyncIterator[None]:
        """Run all tasks while the application serves; what is under way is finished at the end."""
        ports, settings = self.ports, self.settings
        async with outgoing_client() as client:
            way = self.carrier or self._to_services(client)
            app.state.screening_carrier = way
            audit = running_audit(
                ports.database,
                service=SERVICE,
                signer=self.log_keys,
                log=ports.audit,
                clock=ports.clock,
                sinks=settings.audit_checkpoint_sinks,
                client=client,
                report=self.watch.report,
            )
            accounts = watching_frozen_accounts(ports.database)
            async with (
                audit as desk,
                accounts as frozen,
                self._readers(),
                _running(*self._tasks(client, way)),
            ):
                app.state.audit_desk, app.state.frozen_accounts = desk, frozen
                async with watching(self._drop_folder()):
                    yield
        await ports.database.dispose()

    def _readers(self) -> AbstractAsyncContextManager[None]:
        read = self.ports.read
        return read.running() if isinstance(read, Readers) else nullcontext()

    def _to_services(self, client: httpx.AsyncClient) -> HttpCarrier:
        signer = ServiceSigner(SERVICE, self.service_keys, self.ports.clock)
        destinations = {DESTINATION: self.settings.screening_url}
        if self.settings.sharing_url is not None:
            destinations[rights_effects.DESTINATION] = self.settings.sharing_url
        return HttpCarrier(client, destinations, signer)

    def _tasks(self, client: httpx.AsyncClient, way: Carrier) -> Iterator[_Task]:
        ports = self.ports
        yield self._relay(client, way)
        yield self._pruner()
        yield PartsClock(ports)
        yield FlightWatch(ports)
        yield QualityRollUp(ports)
        yield RetentionJobs(ports, AskScreening(way, ports.identifiers), self.vault)
        if self.settings.door_folder is not None:
            yield DoorInbox(ports, self.settings.door_folder)

    def _relay(self, client: httpx.AsyncClient, way: Carrier) -> Relay:
        ports = self.ports
        signer = CallbackSigner(self.settings.authority, self.service_keys, ports.clock)
        is_local = self.settings.profile == "local"
        callbacks = CallbackCarrier(client, ports.database, signer, is_loopback_allowed=is_local)
        replies: dict[str, OnDelivered] = {
            KIND: MarkScreened(ports.stores.messages),
            directives_inbox.KIND: NoteTold(ports),
        }
        return Relay(
            ports.database, ByDestination(way, callbacks), replies, give_way=ports.admission.give_way
        )

    def _pruner(self) -> Pruner:
        inbox = PruneRule("inbox", INBOX_KEPT, Inbox.forget)
        inputs = PruneRule("decision_input", INPUTS_KEPT, forget_inputs)
        kept = timedelta(days=self.settings.receipt_days)
        receipts = PruneRule("receipts", kept, self.ports.stores.messages.forget)
        written = PruneRule("submissions", SUBMISSION_KEPT, RightsStore().forget_submissions)
        return Pruner(self.ports.database, [receipts, inbox, inputs, written], self.ports.clock)

    def _drop_folder(self) -> DropFolder | None:
        folder = self.settings.drop_folder
        if folder is None:
            return None
        limit = self.settings.max_body_bytes
        return DropFolder(folder, self.ports, max_body_bytes=limit, table=self.directives, errors=self.errors)


@asynccontextmanager
async def _running(*tasks: _Task) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for task in tasks:
            group.create_task(_until(task, stop))
        try:
            yield
        finally:
            stop.set()


async def _until(task: _Task, stop: asyncio.Event) -> None:
    await task.run(stop)
