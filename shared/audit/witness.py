"""Asks a witness to cosign our checkpoints, and raises the alarm when it saw another log than ours.

A witness is run by somebody else, such as a court. It keeps the last checkpoint that it cosigned and cosigns
the next one only with a proof that the log merely grew. So nobody who keeps the log can show two histories,
or an earlier one, without a witness refusing. Its word is an alarm, and stops nothing: an outsider who errs
or lies must not be able to halt a border (decision record 0029).

Source: C2SP tlog-witness (client).
"""

import asyncio
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

import httpx

from shared.audit.checkpoint import Checkpoint, CheckpointRefused, VerifierKey, note_text
from shared.audit.cosignature import WitnessKey, cosigned_at
from shared.audit.sinks import SinkUnavailable
from shared.audit.witness_request import SIZE_MEDIA_TYPE, AddCheckpoint, parse_size

COSIGNED_SUFFIX: Final = "checkpoint"
"""Beside the plain checkpoints, so that whoever verifies a log compares the cosigned ones with it too."""
_TIMEOUT_SECONDS: Final = 10.0
_MAX_ANSWER_BYTES: Final = 16_384
_ATTEMPTS: Final = 3


class WitnessConflict(SinkUnavailable):
    """A witness cosigned a log that ours does not continue: a fork, or ours was set back."""

    code = "AUDIT_WITNESS_CONFLICT"
    sentence = "The witness saw another audit log than this one ({reason})."


class WitnessRefused(SinkUnavailable):
    """A witness answers, and does not cosign: it does not know the log, or what it sends is not its own."""

    code = "AUDIT_WITNESS_REFUSED"
    sentence = "The witness does not cosign ({reason})."


class LogTree(Protocol):
    """Our own tree, as a witness's client reads it."""

    async def size(self) -> int:
        """How many leaves it has now."""
        ...

    async def proof(self, first: int, second: int) -> tuple[bytes, ...]:
        """The consistency proof between two of its sizes; none is needed from size 0."""
        ...


class WitnessSink:
    """One witness, as a place where checkpoints are published.

    Args:
        address: The witness's submission prefix.
        key: The witness's key, got from its keeper.
        client: How it is reached.
        tree: Our own tree.
        folders: Where cosigned notes are kept, one file for each size and witness.
    """

    def __init__(
        self,
        address: str,
        key: WitnessKey,
        client: httpx.AsyncClient,
        tree: LogTree,
        folders: Sequence[Path],
    ) -> None:
        self._address = f"{address.rstrip('/')}/add-checkpoint"
        self._key = key
        self._client = client
        self._tree = tree
        self._folders = tuple(folders)
        self._seen = 0

    async def publish(self, checkpoint: Checkpoint, note: str) -> None:
        """Have the checkpoint cosigned and keep the cosignature.

        Raises:
            WitnessConflict: The witness saw another log; a person must look at once.
            WitnessRefused: It answers and does not cosign.
            SinkUnavailable: It does not answer.
        """
        for _ in range(_ATTEMPTS):
            old = self._seen if self._seen <= checkpoint.size else 0
            answer = await self._send(old, checkpoint, note)
            if answer.status_code != httpx.codes.CONFLICT:
                await self._take(answer, checkpoint, note)
                return
            self._seen = await self._stands_at(answer, old)
            if self._seen > checkpoint.size:
                # Another process of ours was there meanwhile, with a later checkpoint of the same log.
                return
        raise SinkUnavailable(reason="others of us are quicker")

    async def newest(self, origin: str, keys: Sequence[VerifierKey]) -> Checkpoint | None:  # noqa: ARG002
        """Unknown: a witness tells its size only with its refusal, which `publish` hears."""
        return None

    async def _send(self, old: int, checkpoint: Checkpoint, note: str) -> httpx.Response:
        proof = await self._tree.proof(old, checkpoint.size)
        try:
            return await self._client.post(
                self._address,
                content=AddCheckpoint(old, proof, note).body(),
                headers={"Content-Type": "text/plain; charset=utf-8"},
                timeout=_TIMEOUT_SECONDS,
            )
        except httpx.HTTPError as fault:
            raise SinkUnavailable(reason=type(fault).__name__) from None

    async def _stands_at(self, answer: httpx.Response, old: int) -> int:
        """The size that a 409 names: the last that the witness cosigned.

        Raises:
            WitnessConflict: It stands where we said and refuses, or it counts more than we have.
        """
        media_type = answer.headers.get("Content-Type", "").partition(";")[0]
        size = parse_size(answer.text) if media_type == SIZE_MEDIA_TYPE else None
        if size is None or size == old:
            raise WitnessConflict(reason="it cosigned another root of this size")
        if size > await self._tree.size():
            raise WitnessConflict(reason=f"it counts {size} records, and we have fewer")
        return size

    async def _take(self, answer: httpx.Response, checkpoint: Checkpoint, note: str) -> None:
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            raise WitnessConflict(reason="our log does not continue the one that it cosigned")
        if answer.is_server_error:
            raise SinkUnavailable(reason=f"HTTP {answer.status_code}")
        if not answer.is_success:
            raise WitnessRefused(reason=f"HTTP {answer.status_code}")
        line = self._own_line(answer, note)
        await asyncio.to_thread(self._keep, checkpoint, note + line)
        self._seen = checkpoint.size

    def _own_line(self, answer: httpx.Response, note: str) -> str:
        """The witness's cosignature of this note; lines by other keys are passed over."""
        text = note_text(note)
        lines = answer.text.splitlines() if len(answer.content) <= _MAX_ANSWER_BYTES else []
        try:
            for line in lines:
                if self._key.cosigned_at(text, line) is not None:
                    return f"{line}\n"
        except CheckpointRefused as fault:
            raise WitnessRefused(reason=fault.detail) from None
        raise WitnessRefused(reason="its answer holds no cosignature under its key")

    def _keep(self, checkpoint: Checkpoint, cosigned: str) -> None:
        """Write the cosigned note; one that is there already says the same and stays."""
        name = f"{checkpoint.size:020d}.{self._key.key_id.hex()}.{COSIGNED_SUFFIX}"
        for folder in self._folders:
            path = folder / checkpoint.origin.replace("/", "_") / name
            part = path.with_name(f"{name}.{os.getpid()}")
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                part.write_text(cosigned, encoding="utf-8")
                part.replace(path)
            except OSError as fault:
                raise SinkUnavailable(reason=type(fault).__name__) from None


def is_witness(address: str) -> bool:
    """Whether an address of `audit_checkpoint_sinks` names a witness: `https://…#name+id+key`."""
    return "#" in address and "://" in address


def witness_key_of(address: str) -> WitnessKey:
    """The witness's key that stands behind the `#` of its address.

    Raises:
        CheckpointRefused: It is none.
    """
    return WitnessKey.parse(urlsplit(address).fragment)


def last_cosigned(folder: Path, origin: str, key: WitnessKey) -> tuple[int, datetime] | None:
    """The largest size that a folder holds this witness's cosignature of, and when it cosigned.

    A note that cannot be read, or whose cosignature does not hold, counts as none.
    """
    place = folder / origin.replace("/", "_")
    for path in sorted(place.glob(f"*.{key.key_id.hex()}.{COSIGNED_SUFFIX}"), reverse=True):
        try:
            text, _, block = path.read_text(encoding="utf-8").rpartition("\n\n")
            at = cosigned_at(text + "\n", block.splitlines(), key)
            size = Checkpoint.from_text(text + "\n").size
        except (CheckpointRefused, UnicodeDecodeError):
            continue
        if at is not None:
            return size, at
    return None
