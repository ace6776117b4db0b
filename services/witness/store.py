"""The witness's memory: one SQLite file with its key, its logs, what it saw of each, and evidence.

Key and memory are one file on purpose. A witness that forgets what it saw could be shown another history; so
whoever loses the file has lost the witness and starts another one, under another key.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.witness.judgement import Seen
from shared.audit.checkpoint import Checkpoint, VerifierKey
from shared.audit.cosignature import Cosigner
from shared.errors import DomainError

MAX_EVIDENCE: Final = 1000
"""Evidence kept for each witness; the first is the most telling, so later ones are left out."""
BUSY_SECONDS: Final = 5.0

_TABLES: Final = """
CREATE TABLE witness (one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL, private BLOB NOT NULL);
CREATE TABLE log (origin TEXT PRIMARY KEY, key TEXT NOT NULL);
CREATE TABLE seen (
    origin TEXT PRIMARY KEY REFERENCES log, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL
);
CREATE TABLE evidence (
    note TEXT PRIMARY KEY, at TEXT NOT NULL, origin TEXT NOT NULL, status INTEGER NOT NULL,
    request BLOB NOT NULL
);
"""


class WitnessFileRefused(DomainError):
    """The witness's file cannot be used."""

    code = "WITNESS_FILE_REFUSED"
    sentence = "The witness's file cannot be used: {reason}."


@dataclass(frozen=True, slots=True)
class Evidence:
    """A refused request whose note its log had signed: to be looked at by a person.

    Another note of the same size than one that was cosigned proves a fork by the log's own signature. A
    proof that fails may also be somebody's who sent a published note with a wrong one.
    """

    at: str
    origin: str
    status: int
    request: bytes


class WitnessFile:
    """Reads and writes one witness's file; every method is a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def create(cls, path: Path, name: str) -> "WitnessFile":
        """Make a new witness with a new key; readable by its owner alone.

        Raises:
            WitnessFileRefused: There is a file already.
        """
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            raise WitnessFileRefused(reason="there is one already, and it is never overwritten") from None
        cosigner = Cosigner(name, Ed25519PrivateKey.generate())
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.executescript(_TABLES)
            connection.execute(
                "INSERT INTO witness VALUES (1, ?, ?)", (name, cosigner.private.private_bytes_raw())
            )
        return cls(path)

    def cosigner(self) -> Cosigner:
        """The witness's own key."""
        with self._reading() as connection:
            name, private = connection.execute("SELECT name, private FROM witness").fetchone()
        return Cosigner(name, Ed25519PrivateKey.from_private_bytes(private))

    def add_log(self, key: VerifierKey) -> None:
        """Witness a log from now on; another key for the same origin takes the earlier one's place."""
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO log VALUES (?, ?) ON CONFLICT (origin) DO UPDATE SET key = excluded.key",
                (key.name, str(key)),
            )

    def logs(self) -> dict[str, VerifierKey]:
        """The keys of the logs that are witnessed, by origin."""
        with self._reading() as connection:
            rows = connection.execute("SELECT origin, key FROM log ORDER BY origin").fetchall()
        return {origin: VerifierKey.parse(key) for origin, key in rows}

    def latest(self, origin: str) -> str | None:
        """The last note of a log that was cosigned, with the cosignature."""
        with self._reading() as connection:
            row = connection.execute("SELECT note FROM seen WHERE origin = ?", (origin,)).fetchone()
        return None if row is None else str(row[0])

    def evidence(self) -> list[Evidence]:
        """Every refused request that its log had signed, the earliest first."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT at, origin, status, request FROM evidence ORDER BY rowid LIMIT ?", (MAX_EVIDENCE,)
            ).fetchall()
        return [Evidence(*row) for row in rows]

    @contextmanager
    def deciding(self) -> "Iterator[Decision]":
        """One decision: nobody else decides until it is on disk. Source: C2SP tlog-witness (atomicity)."""
        with self._writing() as connection:
            yield Decision(connection)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with closing(self._opened()) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(self._opened()) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection

    def _opened(self) -> sqlite3.Connection:
        """A connection whose commits are on disk when they return.

        Raises:
            WitnessFileRefused: There is no file: an empty one would be a witness that forgot everything.
        """
        if not self._path.is_file():
            raise WitnessFileRefused(reason="there is none; `init` makes a new witness")
        connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")
        return connection


class Decision:
    """What one decision reads and writes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def seen(self, origin: str) -> Seen:
        """What was last cosigned of a log."""
        row = self._connection.execute("SELECT size, root FROM seen WHERE origin = ?", (origin,)).fetchone()
        return Seen() if row is None else Seen(*row)

    def remember(self, checkpoint: Checkpoint, note: str) -> None:
        """Keep what is cosigned now."""
        self._connection.execute(
            "INSERT INTO seen VALUES (?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE SET "
            "size = excluded.size, root = excluded.root, note = excluded.note",
            (checkpoint.origin, checkpoint.size, checkpoint.root, note),
        )

    def keep_evidence(self, evidence: Evidence, note: str) -> None:
        """Keep a request that may speak against its log, each note once and while there is room."""
        self._connection.execute(
            "INSERT INTO evidence SELECT ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM evidence) < ? "
            "ON CONFLICT DO NOTHING",
            (note, evidence.at, evidence.origin, evidence.status, evidence.request, MAX_EVIDENCE),
        )
