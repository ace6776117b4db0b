"""Shares: one for each hit, with its assessments, its recipients and every verdict."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.sharing.custody.facts import InCustody
from services.sharing.errors import ShareNotFound, StepOutOfOrder
from services.sharing.registers.entries import Scope
from services.sharing.shares.facts import Assessment
from services.sharing.shares.recipients import Candidate, Connection, Outcome
from services.sharing.shares.records import Recipient, Share, ShareState, ShareVerdict, Stage
from services.sharing.shares.same_person import Identifiers
from shared.contracts import HitConfirmedV1
from shared.db.column_types import Json
from shared.identifiers import NoticeId, ShareId

MAX_SHARES: Final = 200
MAX_RECIPIENTS: Final = 100
MAX_VERDICTS: Final = 1000
FORGET_BATCH: Final = 200
#: What stands in a share in place of whoever it was about.
ERASED: Final = "ERASED"

_ADD = text("""
INSERT INTO share (share_id, hit_id, created_at, state, event, hit, derived_from, person_keys)
VALUES (:share_id, :hit_id, :created_at, 'AWAITING_ASSESSMENT', :event, :hit, :derived_from, :person_keys)
ON CONFLICT (hit_id) DO NOTHING
""").bindparams(bindparam("hit", type_=Json))
_SELECT: Final = """
SELECT s.share_id, s.created_at, s.state, s.version, s.event, s.hit, s.approval_id,
       s.custody, s.disputed_since,
       a.version AS assessed, a.individual_risk, a.legal, a.human_rights
FROM share s LEFT JOIN LATERAL (
    SELECT version, individual_risk, legal, human_rights FROM individual_assessment i
    WHERE i.share_id = s.share_id ORDER BY version DESC LIMIT 1
) a ON true
"""
_GET = text(f"{_SELECT} WHERE s.share_id = :share_id")
_LOCK = text(f"{_SELECT} WHERE s.share_id = :share_id FOR UPDATE OF s")
_NEWEST = text(f"{_SELECT} ORDER BY s.created_at DESC, s.share_id LIMIT :limit")
_DERIVED = text("""
SELECT share_id FROM share WHERE derived_from = :message_id ORDER BY share_id LIMIT :limit
""")
# Without a limit, however many bear a name: the one left out could be the one that protects somebody.
_WITH_KEYS = text("SELECT share_id, hit FROM share WHERE person_keys && CAST(:keys AS text[])")
_UNDECIDED = text(f"""
{_SELECT} WHERE s.state <> 'DECIDED' ORDER BY s.created_at, s.share_id LIMIT :limit
FOR UPDATE OF s SKIP LOCKED
""")
_RING = text("""
UPDATE share SET alarms = array_append(alarms, :clock)
WHERE share_id = :share_id AND NOT (:clock = ANY (alarms))
""")
_OF_HIT = text("SELECT share_id FROM share WHERE hit_id = :hit_id")
_MOVE = text("""
UPDATE share SET state = :state, approval_id = coalesce(:approval_id, approval_id), version = version + 1
WHERE share_id = :share_id AND version = :expected_version
""")
_ASSESS = text("""
INSERT INTO individual_assessment
    (share_id, version, individual_risk, legal, human_rights, notes, recorded_by, recorded_at)
SELECT CAST(:share_id AS uuid), coalesce(max(version), 0) + 1, CAST(:individual_risk AS boolean),
       CAST(:legal AS text), CAST(:human_rights AS text), :notes, CAST(:recorded_by AS text),
       CAST(:recorded_at AS timestamptz)
FROM individual_assessment WHERE share_id = :share_id
""").bindparams(bindparam("notes", type_=Json))
_PUT_RECIPIENT = text("""
INSERT INTO recipient (share_id, ordinal, candidate_key, authority_id, state, scope, connections, paragraphs)
VALUES (:share_id, :ordinal, :candidate_key, :authority_id, :state, :scope, :connections, :paragraphs)
ON CONFLICT (share_id, candidate_key) DO UPDATE
SET ordinal = excluded.ordinal, connections = excluded.connections, paragraphs = excluded.paragraphs
""")
# The flight and the traveller's number stay: they name nobody any more. What is sealed to a recipient is not
# ours to read, and its digest is what the log proves.
_FORGET_PERSONS = text("""
UPDATE share SET version = version + 1, person_keys = '{}', hit = hit || jsonb_build_object(
    'traveller', jsonb_build_object('surname', CAST(:erased AS text)),
    'entry', (hit -> 'entry') || jsonb_build_object(
        'entry_id', CAST(:erased AS text), 'list_reference', CAST(:erased AS text),
        'tear_line', CAST(:erased AS text),
        'names', '[]'::jsonb, 'birth_dates', '[]'::jsonb, 'nationalities', '[]'::jsonb
    )
) WHERE share_id IN (
    SELECT share_id FROM share
    WHERE created_at < :before AND hit #>> '{traveller,surname}' <> :erased
    ORDER BY created_at, share_id LIMIT :limit FOR UPDATE SKIP LOCKED
) RETURNING share_id
""")
_PUT_RIGHT = text("""
UPDATE share SET hit = :hit, person_keys = :person_keys, version = version + 1 WHERE share_id = :share_id
""").bindparams(bindparam("hit", type_=Json))
_FORGET_NOTES = text("UPDATE individual_assessment SET notes = '{}' WHERE share_id = ANY (:share_ids)")
_DECIDE_RECIPIENT = text("""
UPDATE recipient SET outcome = :outcome, reasons = :reasons, decided_at = :decided_at
WHERE share_id = :share_id AND candidate_key = :candidate_key
""")
_RECIPIENTS = text("""
SELECT share_id, candidate_key, authority_id, state, scope, connections, paragraphs, outcome, reasons,
       decided_at
FROM recipient WHERE share_id = ANY (:share_ids) ORDER BY share_id, ordinal, candidate_key LIMIT :limit
""")
_ADD_VERDICT = text("""
INSERT INTO verdict (verdict_id, share_id, notice_id, candidate_key, stage, outcome, reasons, obligations,
                     pending, policy_version, catalogue_digest, inputs_hash, vault_look_up, decided_at)
VALUES (:verdict_id, :share_id, :notice_id, :candidate_key, :stage, :outcome, :reasons, :obligations,
        :pending, :policy_version, :catalogue_digest, :inputs_hash, :vault_look_up, :decided_at)
""")
_VERDICTS = text("""
SELECT verdict_id, share_id, notice_id, candidate_key, stage, outcome, reasons, obligations, pending,
       policy_version, catalogue_digest, inputs_hash, vault_look_up, decided_at
FROM verdict WHERE share_id = :share_id ORDER BY decided_at, verdict_id LIMIT :limit
""")


class ShareStore:
    """Reads and writes shares in the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, share: Share) -> bool:
        """Write a share; `False` when its hit already has one, which then stands unchanged."""
        values = {
            "share_id": share.share_id,
            "hit_id": share.hit.hit_id,
            "created_at": share.created_at,
            "event": share.event,
            "hit": share.hit.as_json(),
            "derived_from": share.derived_from,
            "person_keys": Identifiers.of_hit(share.hit).keys,
        }
        return (await self._connection.execute(_ADD, values)).rowcount == 1

    async def get(self, share_id: UUID) -> Share:
        """One share.

        Raises:
            ShareNotFound: There is none.
        """
        return _share((await self._connection.execute(_GET, {"share_id": share_id})).one_or_none())

    async def of_hit(self, hit_id: UUID) -> UUID | None:
        """The share of a hit, if there is one."""
        found: UUID | None = (
            await self._connection.execute(_OF_HIT, {"hit_id": hit_id})
        ).scalar_one_or_none()
        return found

    async def derived(self, message_id: UUID) -> list[UUID]:
        """The shares of hits that rest on a received notice."""
        values = {"message_id": message_id, "limit": MAX_SHARES}
        return list((await self._connection.execute(_DERIVED, values)).scalars())

    async def of_person(self, person: Identifiers) -> set[UUID]:
        """The shares of hits about the same person."""
        rows = await self._connection.execute(_WITH_KEYS, {"keys": person.keys})
        hits = ((row.share_id, HitConfirmedV1.model_validate(row.hit)) for row in rows)
        return {share_id for share_id, hit in hits if person.is_same(Identifiers.of_hit(hit))}

    async def put_right(self, share_id: UUID, hit: HitConfirmedV1) -> None:
        """Write what is right of whom a share is about."""
        values = {"share_id": share_id, "hit": hit.as_json(), "person_keys": Identifiers.of_hit(hit).keys}
        await self._connection.execute(_PUT_RIGHT, values)

    async def lock(self, share_id: UUID) -> Share:
        """One share, held until the transaction ends.

        Raises:
            ShareNotFound: There is none.
        """
        return _share((await self._connection.execute(_LOCK, {"share_id": share_id})).one_or_none())

    async def newest(self, limit: int) -> list[Share]:
        """The newest shares first, at most `MAX_SHARES`."""
        rows = await self._connection.execute(_NEWEST, {"limit": min(limit, MAX_SHARES)})
        return [_share(row) for row in rows]

    async def undecided(self, limit: int) -> list[Share]:
        """Shares whose recipients are not decided, oldest first; locked."""
        rows = await self._connection.execute(_UNDECIDED, {"limit": limit})
        return [_share(row) for row in rows]

    async def ring(self, share_id: UUID, clock: str) -> bool:
        """Note that a clock's alarm rings; `False` when it had before."""
        values = {"share_id": share_id, "clock": clock}
        return (await self._connection.execute(_RING, values)).rowcount == 1

    @staticmethod
    async def forget_persons(connection: AsyncConnection, before: datetime) -> list[UUID]:
        """Erase who at most `FORGET_BATCH` shares made before then are about; gives those shares."""
        values = {"before": before, "erased": ERASED, "limit": FORGET_BATCH}
        found = list((await connection.execute(_FORGET_PERSONS, values)).scalars())
        if found:
            await connection.execute(_FORGET_NOTES, {"share_ids": found})
        return found

    async def move(self, share: Share, state: ShareState, approval_id: UUID | None = None) -> None:
        """Bring the share to another state.

        Raises:
            StepOutOfOrder: Somebody else changed it meanwhile.
        """
        values = {
            "share_id": share.share_id,
            "state": state.value,
            "approval_id": approval_id,
            "expected_version": share.version,
        }
        if (await self._connection.execute(_MOVE, values)).rowcount != 1:
            raise StepOutOfOrder(reason="somebody else changed the share meanwhile")

    async def assess(
        self, share: Share, assessment: Assessment, notes: Mapping[str, str], *, by: str, at: datetime
    ) -> None:
        """Write an individual assessment with the officer's words on each risk; the newest one counts."""
        values = {
            "share_id": share.share_id,
            "individual_risk": assessment.individual_risk,
            "legal": assessment.legal,
            "human_rights": assessment.human_rights,
            "notes": dict(notes),
            "recorded_by": by,
            "recorded_at": at,
        }
        await self._connection.execute(_ASSESS, values)

    async def put_recipients(self, share_id: ShareId, candidates: Iterable[Candidate]) -> None:
        """Write the candidates in their order; those that were there keep their outcome."""
        rows = [
            {
                "share_id": share_id,
                "ordinal": ordinal,
                "candidate_key": candidate.key,
                "authority_id": candidate.authority_id,
                "state": candidate.state,
                "scope": candidate.scope.value,
                "connections": [each.value for each in candidate.connections],
                "paragraphs": list(candidate.paragraphs),
            }
            for ordinal, candidate in enumerate(candidates)
        ]
        if rows:
            await self._connection.execute(_PUT_RECIPIENT, rows)

    async def recipients(self, share_ids: Iterable[UUID]) -> dict[UUID, list[Recipient]]:
        """The recipients of some shares, in their order."""
        ids = list(share_ids)
        values = {"share_ids": ids, "limit": MAX_RECIPIENTS * max(len(ids), 1)}
        found: dict[UUID, list[Recipient]] = {share_id: [] for share_id in ids}
        for row in await self._connection.execute(_RECIPIENTS, values):
            found[row.share_id].append(_recipient(row))
        return found

    async def add_verdicts(self, verdicts: Iterable[ShareVerdict]) -> None:
        """Write verdicts, and their outcomes on the recipients; none is harmless."""
        rows = [_verdict_values(verdict) for verdict in verdicts]
        if rows:
            await self._connection.execute(_ADD_VERDICT, rows)
            decided = [{name: row[name] for name in _DECIDED} for row in rows]
            await self._connection.execute(_DECIDE_RECIPIENT, decided)

    async def verdicts(self, share_id: UUID) -> list[ShareVerdict]:
        """All verdicts of a share, oldest first."""
        rows = await self._connection.execute(_VERDICTS, {"share_id": share_id, "limit": MAX_VERDICTS})
        return [_verdict(row) for row in rows]


_DECIDED: Final = ("share_id", "candidate_key", "outcome", "reasons", "decided_at")


def _share(row: Row[Any] | None) -> Share:
    if row is None:
        raise ShareNotFound
    assessment = None
    if row.assessed is not None:
        assessment = Assessment(row.individual_risk, row.legal, row.human_rights)
    return Share(
        share_id=ShareId(row.share_id),
        created_at=row.created_at,
        state=ShareState(row.state),
        version=row.version,
        event=row.event,
        hit=HitConfirmedV1.model_validate(row.hit),
        approval_id=row.approval_id,
        assessment=assessment,
        custody=None if row.custody is None else InCustody.from_json(row.custody),
        disputed_since=row.disputed_since,
    )


def _recipient(row: Row[Any]) -> Recipient:
    candidate = Candidate(
        row.state,
        Scope(row.scope),
        tuple(Connection(each) for each in row.connections),
        tuple(row.paragraphs),
        row.authority_id,
    )
    outcome = None if row.outcome is None else Outcome(row.outcome)
    return Recipient(candidate, outcome, tuple(row.reasons), row.decided_at)


def _verdict_values(verdict: ShareVerdict) -> dict[str, Any]:
    return {
        "verdict_id": verdict.verdict_id,
        "share_id": verdict.share_id,
        "notice_id": verdict.notice_id,
        "candidate_key": verdict.candidate_key,
        "stage": verdict.stage.value,
        "outcome": verdict.outcome.value,
        "reasons": list(verdict.reasons),
        "obligations": list(verdict.obligations),
        "pending": list(verdict.pending),
        "policy_version": verdict.policy_version,
        "catalogue_digest": verdict.catalogue_digest,
        "inputs_hash": verdict.inputs_hash,
        "vault_look_up": verdict.vault_look_up,
        "decided_at": verdict.decided_at,
    }


def _verdict(row: Row[Any]) -> ShareVerdict:
    return ShareVerdict(
        verdict_id=row.verdict_id,
        share_id=ShareId(row.share_id),
        notice_id=None if row.notice_id is None else NoticeId(row.notice_id),
        candidate_key=row.candidate_key,
        stage=Stage(row.stage),
        outcome=Outcome(row.outcome),
        reasons=tuple(row.reasons),
        obligations=tuple(row.obligations),
        pending=tuple(row.pending),
        policy_version=row.policy_version,
        catalogue_digest=row.catalogue_digest,
        inputs_hash=row.inputs_hash,
        vault_look_up=row.vault_look_up,
        decided_at=row.decided_at,
    )
