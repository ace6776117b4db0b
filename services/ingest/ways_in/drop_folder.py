"""The watched folder: files that an airline leaves by SFTP are messages, and receipts come to lie beside.

Nothing is lost whenever the process dies: the file goes last. A file that is met again brings the same
message again, which gets its first receipt; that receipt has the same name and is written over itself.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from services.ingest.errors import StoreUnavailable
from services.ingest.intake.accept_request import DATA_CLASS
from services.ingest.intake.answers import EDIFACT_TYPE, XML_TYPE, answer
from services.ingest.intake.arrival import RawMessage, Taken
from services.ingest.intake.receive import ReceiveMessage
from services.ingest.interactive.directives import DEFAULT_TABLE, DirectiveTable
from services.ingest.ports import Ports
from services.ingest.registers.rows import SenderRow
from services.ingest.replies.ackres import DEFAULT_ERRORS, ErrorTable
from services.ingest.ways_in import drop_files
from services.ingest.ways_in.drop_files import DONE, RECEIPTS, REFUSED, Seen, Stamp
from services.ingest.ways_in.upload_routes import content_type_of
from shared.beating import keep_beating
from shared.observability.logging import get_logger
from shared.travel.message import MessageKind

LOOK_EVERY_SECONDS: Final = 2.0
RETRY_AFTER: Final = timedelta(minutes=1)
RECEIPTS_KEPT: Final = timedelta(days=30)
FORGET_EVERY: Final = timedelta(hours=1)
_REPLY_ENDINGS: Final = {EDIFACT_TYPE: "edi", XML_TYPE: "xml"}


class DropFolder:
    """Watches the sub-folders of all registered accounts.

    Args:
        root: The folder with a sub-folder for each account.
        ports: What receiving a message needs.
        max_body_bytes: The largest file that is taken.
        table: The State's directives, for CUSRES.
        errors: How ACKRES tells our faults.
    """

    def __init__(
        self,
        root: Path,
        ports: Ports,
        *,
        max_body_bytes: int,
        table: DirectiveTable = DEFAULT_TABLE,
        errors: ErrorTable = DEFAULT_ERRORS,
    ) -> None:
        self._root = root
        self._ports = ports
        self._max_body_bytes = max_body_bytes
        self._table = table
        self._errors = errors
        self._receive = ReceiveMessage(ports)
        self._seen: dict[Path, Seen] = {}
        self._not_before: dict[Path, datetime] = {}
        self._forgot_at: datetime | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Look again and again until told to stop; outlives a disk or a database that is away."""
        await keep_beating(self.look, stop, every_seconds=LOOK_EVERY_SECONDS, failed="drop_folder_unreadable")

    async def look(self) -> int:
        """Take every file that is complete; gives how many were taken or refused.

        A file whose account is in no register stays where it is, unread.

        Raises:
            OSError: The folder cannot be read.
        """
        done = 0
        for account in await asyncio.to_thread(drop_files.account_folders, self._root):
            now = await asyncio.to_thread(drop_files.look, account)
            before = self._seen.get(account, {})
            self._seen[account] = now
            complete = [each for each in drop_files.complete_files(now, before) if self._is_due(each[0])]
            if complete:
                done += await self._take_all(account, complete)
        await self._forget()
        return done

    def _is_due(self, path: Path) -> bool:
        return self._not_before.get(path, self._ports.clock.now()) <= self._ports.clock.now()

    async def _take_all(self, account: Path, complete: Sequence[tuple[Path, Stamp]]) -> int:
        row = await self._registered(account.name)
        if row is None:
            get_logger().warning("drop_folder_not_registered", subject=account.name, count=len(complete))
            self._put_off(path for path, _ in complete)
            return 0
        await asyncio.to_thread(drop_files.prepare, account)
        done = 0
        for path, stamp in complete:
            try:
                done += await self._take(account, row, path, stamp)
            except StoreUnavailable:
                # Nothing was taken and the file is still there: the next look tries again.
                return done
            except Exception as fault:  # noqa: BLE001 - see below.
                # The outermost loop of a background task: one file must not keep the others waiting.
                get_logger().error("drop_file_failed", subject=account.name, exc_info=fault)
                self._put_off([path])
        return done

    def _put_off(self, paths: Any) -> None:
        later = self._ports.clock.now() + RETRY_AFTER
        self._not_before = {path: at for path, at in self._not_before.items() if path.exists()}
        self._not_before.update(dict.fromkeys(paths, later))

    async def _registered(self, client: str) -> SenderRow | None:
        async with self._ports.database.connect() as connection:
            registers = await self._ports.stores.registers.in_force(
                connection, sender=client, client=client, data_class=DATA_CLASS
            )
        return registers.sender

    async def _take(self, account: Path, row: SenderRow, path: Path, stamp: Stamp) -> bool:
        """One file: message, receipts, mark, and only then the file goes."""
        body = await asyncio.to_thread(drop_files.read_whole, path, stamp, self._max_body_bytes)
        if body is None:
            return False
        if len(body) > self._max_body_bytes:
            name = drop_files.name_beside(path, "too-large") + ".receipt.json"
            written = {name: _too_large(self._max_body_bytes)}
            await asyncio.to_thread(self._finish, account, path, stamp, written, REFUSED)
            return True
        # As by HTTPS, so that both are the same message: an account of one carrier sends in its name.
        sender = row.carriers[0] if len(row.carriers) == 1 else None
        raw = RawMessage(body, content_type_of(path.name), sender, row.client)
        taken = await self._receive(raw)
        outcome = REFUSED if all(each.refusal is not None for each in taken) else DONE
        await asyncio.to_thread(self._finish, account, path, stamp, self._answers(path, taken), outcome)
        get_logger().info("drop_file_taken", subject=row.client, outcome=outcome, count=len(taken))
        return True

    def _answers(self, path: Path, taken: Sequence[Taken]) -> dict[str, bytes]:
        """What lies beside a file: the receipts as JSON, and the reply of its own protocol."""
        name = drop_files.name_beside(path, str(taken[0].receipt.id))
        as_json = answer(taken, wants_edifact=False, own_name=self._ports.authority)
        written = {f"{name}.receipt.json": bytes(as_json.body)}
        is_xml = [each.message.kind for each in taken if each.message] == [MessageKind.PNRGOV_XML]
        reply = answer(
            taken,
            wants_edifact=not is_xml,
            wants_xml=is_xml,
            own_name=self._ports.authority,
            table=self._table,
            errors=self._errors,
        )
        ending = _REPLY_ENDINGS.get(reply.media_type or "")
        if ending is not None:
            written[f"{name}.reply.{ending}"] = bytes(reply.body)
        return written

    def _finish(
        self, account: Path, path: Path, stamp: Stamp, written: dict[str, bytes], outcome: str
    ) -> None:
        for name, content in written.items():
            drop_files.write_whole(account / RECEIPTS / name, content)
        first = next(iter(written))
        mark = {"receipts": sorted(written), "bytes": stamp.size, "at": self._ports.clock.now().isoformat()}
        marked = first.removesuffix(".receipt.json") + ".json"
        drop_files.write_whole(account / outcome / marked, json.dumps(mark).encode())
        drop_files.delete(path, stamp)

    async def _forget(self) -> None:
        now = self._ports.clock.now()
        if self._forgot_at is not None and now - self._forgot_at < FORGET_EVERY:
            return
        self._forgot_at = now
        before = (now - RECEIPTS_KEPT).astimezone(UTC).timestamp()
        for account in await asyncio.to_thread(drop_files.account_folders, self._root):
            if all((account / name).is_dir() for name in (RECEIPTS, DONE, REFUSED)):
                await asyncio.to_thread(drop_files.forget_older, account, before)


@asynccontextmanager
async def watching(drop: DropFolder | None) -> AsyncIterator[None]:
    """Watch a folder for as long as the context is open; without one nothing is watched."""
    if drop is None:
        yield
        return
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(drop.run(stop))
        try:
            yield
        finally:
            stop.set()


def _too_large(limit: int) -> bytes:
    words = f"The file is larger than {limit} bytes. Split it into parts (UNH S010), or into several files."
    return json.dumps({"status": "REJECTED", "code": "PAYLOAD_TOO_LARGE", "detail": words}).encode()
