"""The audit log of a running service: what its routes need, and its sequencer at work."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.audit.checkpoint import LogSigner
from shared.audit.log import AuditLog
from shared.audit.sequencer import Sequencer
from shared.audit.witness_tree import open_places
from shared.clock import Clock
from shared.observability.logging import get_logger


@dataclass(frozen=True, slots=True)
class AuditDesk:
    """What `audit_router` finds at `app.state.audit_desk`."""

    service: str
    engine: AsyncEngine
    log: AuditLog
    signer: LogSigner

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.signer.origin

    @property
    def verifier_keys(self) -> tuple[str, ...]:
        """The keys under which its checkpoints verify now, as C2SP tools exchange them."""
        return tuple(map(str, self.signer.verifier_keys()))


@asynccontextmanager
async def running_audit(
    engine: AsyncEngine,
    *,
    service: str,
    signer: LogSigner,
    log: AuditLog,
    clock: Clock,
    sinks: Iterable[str],
    client: httpx.AsyncClient,
    report: Callable[[str], None] | None = None,
) -> AsyncIterator[AuditDesk]:
    """Run the sequencer while the service runs; for a service's lifespan.

    At the end it sequences and publishes a last time.

    Args:
        engine: The service's database.
        service: The service's name.
        signer: The log's keys; `log_keys.py`.
        log: The service's audit log.
        clock: Tells when checkpoints were signed.
        sinks: The setting `audit_checkpoint_sinks`.
        client: For sinks that are https addresses, witnesses among them.
        report: Is told the code of each fault; by default an error line is logged.
    """
    sequencer = Sequencer(
        engine,
        signer=signer,
        clock=clock,
        sinks=open_places(tuple(sinks), client, engine),
        report=report or _log_fault,
    )
    stop = asyncio.Event()
    work = asyncio.create_task(sequencer.run(stop))
    try:
        yield AuditDesk(service, engine, log, signer)
    finally:
        stop.set()
        await work


def _log_fault(code: str) -> None:
    get_logger().error("audit_log_fault", code=code)
