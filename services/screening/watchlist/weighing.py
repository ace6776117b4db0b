"""What a new version means for each entry: active, waiting, suspended or removed. It stores nothing.

UN and national lists become active by the import itself; what another State, INTERPOL or a region lists
waits until a national approver adopts it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.screening.acting import Stated
from services.screening.ports import Ports
from services.screening.registers.rows import ListSource
from services.screening.watchlist import questions
from services.screening.watchlist.versions import (
    ADOPTED_KINDS,
    SCREENED,
    EntryRecord,
    EntryStatus,
    ListRow,
    ListVersion,
    expires,
    identifying_digest,
    review_due,
)

#: What people here decided of a foreign row; its list says nothing about these.
_KEPT_OF_ADOPTION = ("category", "tear_line")
#: The only safeguards that an imported listing asks before it becomes active (watchlist-governance.md §3).
ACTIVATION_RULES = ("SG-01", "SG-14", "SG-15", "SG-18")


@dataclass(frozen=True, slots=True)
class Consequences:
    """Which entries a change touches, for the hits on them and for the log."""

    entries: list[EntryRecord]
    removed: list[str]
    suspended: list[str]
    changed: list[EntryRecord]


@dataclass(frozen=True, slots=True)
class Loading:
    """A version on its way into force."""

    version: ListVersion
    source: ListSource
    purpose: Stated
    now: datetime


class Weighing:
    """Judges the entries of a version, and whether entries may be used; runs in a thread."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def __call__(
        self, loading: Loading, rows: Sequence[ListRow], standing: Mapping[str, EntryRecord]
    ) -> Consequences:
        """Judge every entry of a version and every one that it no longer holds; runs in a thread."""
        consequences = Consequences([], [], [], [])
        listed_now = self._activated(
            loading, [self._listed(loading, row, standing.get(row.entry_id)) for row in rows], standing
        )
        for entry in self.used_or_not(listed_now, loading.source, loading.purpose, loading.now):
            before = standing.get(entry.entry_id)
            consequences.entries.append(entry)
            if before is not None and before.digest != entry.digest:
                consequences.changed.append(entry)
        listed = {row.entry_id for row in rows}
        for entry_id, entry in standing.items():
            # What people here nominated is on no version, and leaves by their decision alone.
            is_ours = entry.version_id is None
            if entry_id not in listed and not is_ours and entry.status is not EntryStatus.REMOVED:
                self._unlisted(consequences, entry, loading.now)
        return consequences

    def _listed(self, loading: Loading, row: ListRow, before: EntryRecord | None) -> EntryRecord:
        """An entry as the new version lists it: a verified file is its review (SG-14)."""
        if loading.source.kind in ADOPTED_KINDS:
            return _waiting_or_adopted(loading, row, before)
        is_live = before is not None and before.status in SCREENED
        return EntryRecord(
            entry_id=row.entry_id,
            source_id=loading.version.source_id,
            version_id=loading.version.version_id,
            digest=row.digest,
            body=row.body,
            status=EntryStatus.ACTIVE,
            status_since=before.status_since if before is not None and is_live else loading.now,
            activated_at=before.activated_at if before is not None and is_live else loading.now,
            review_due=review_due(row.body, loading.now.date()),
            expires=expires(loading.now.date()),
            removed_at=None if before is None else before.removed_at,
            is_used=False,
        )

    def _activated(
        self, loading: Loading, entries: Sequence[EntryRecord], standing: Mapping[str, EntryRecord]
    ) -> list[EntryRecord]:
        """The entries as their activation leaves them; one that is live already is not activated again.

        Its file is its review (SG-14).
        """
        asked = [
            entry
            for entry in entries
            if entry.status is EntryStatus.ACTIVE
            and (entry.entry_id not in standing or standing[entry.entry_id].status not in SCREENED)
        ]
        refusals = self._activation_refusals(asked, loading)
        return [
            _as_activated(entry, refusals.get(entry.entry_id, ()), standing.get(entry.entry_id))
            for entry in entries
        ]

    def _activation_refusals(
        self, entries: Sequence[EntryRecord], loading: Loading
    ) -> dict[str, tuple[str, ...]]:
        """Why each of these entries may not become active; nothing where it may."""
        requests = [
            questions.activate_entry(
                actor=self._ports.service_actor,
                purpose=loading.purpose,
                source=loading.source,
                terms=entry.terms(),
                now=loading.now,
            )
            for entry in entries
        ]
        found = self._ports.safeguards.reasons_alone(ACTIVATION_RULES, requests)
        return {entry.entry_id: reasons for entry, reasons in zip(entries, found, strict=True)}

    def used_or_not(
        self, entries: Sequence[EntryRecord], source: ListSource, purpose: Stated, now: datetime
    ) -> list[EntryRecord]:
        """Whether travellers may be compared with each entry now (`screen.use_entry`).

        Entries on the same terms get the answer to one question: who an entry is about is no fact of it.
        """
        terms = [replace(entry.terms(), person_key="", category=None, is_child=False) for entry in entries]
        asked = {
            each: questions.use_entry(
                actor=self._ports.service_actor, purpose=purpose, source=source, terms=each, now=now
            )
            for each in dict.fromkeys(terms)
        }
        verdicts = self._ports.safeguards.decide_batch(list(asked.values()))
        told = dict(zip(asked, verdicts, strict=True))
        return [
            replace(
                entry,
                is_used=told[each].permits,
                refusals=tuple(sorted({*entry.refusals, *told[each].reasons})),
            )
            for entry, each in zip(entries, terms, strict=True)
        ]

    def _unlisted(self, consequences: Consequences, entry: EntryRecord, now: datetime) -> None:
        """A listed person whom a verified file leaves out is suspended at once; by the next file, removed."""
        if entry.status is EntryStatus.SUSPENDED:
            consequences.entries.append(with_status(entry, EntryStatus.REMOVED, now))
            consequences.removed.append(entry.entry_id)
        else:
            consequences.entries.append(with_status(entry, EntryStatus.SUSPENDED, now))
            consequences.suspended.append(entry.entry_id)


def _waiting_or_adopted(loading: Loading, row: ListRow, before: EntryRecord | None) -> EntryRecord:
    """A foreign list's row: as it was adopted, its dates untouched, or waiting for that (governance §3).

    One that was left out or let lapse meanwhile waits again: another's word is not a ground by itself.
    """
    version_id = loading.version.version_id
    if before is not None and before.status in {*SCREENED, EntryStatus.SUBMITTED}:
        adopted = before.adoption or {}
        kept = {name: adopted[name] for name in _KEPT_OF_ADOPTION if adopted.get(name)}
        body = {**row.body, **kept}
        digest = identifying_digest(body)
        return replace(before, version_id=version_id, digest=digest, body=body, refusals=())
    return EntryRecord(
        entry_id=row.entry_id,
        source_id=loading.version.source_id,
        version_id=version_id,
        digest=row.digest,
        body=row.body,
        status=EntryStatus.SUBMITTED,
        status_since=loading.now,
        activated_at=loading.now,
        review_due=review_due(row.body, loading.now.date()),
        expires=expires(loading.now.date()),
        removed_at=None if before is None else before.removed_at,
        is_used=False,
    )


def _as_activated(entry: EntryRecord, refusals: tuple[str, ...], before: EntryRecord | None) -> EntryRecord:
    if before is not None and before.removed_at is not None:
        # What was removed here stays removed, whatever a file still says (SG-15).
        return replace(before, refusals=refusals, is_used=False)
    return replace(entry, status=EntryStatus.SUSPENDED, refusals=refusals) if refusals else entry


def with_status(entry: EntryRecord, status: EntryStatus, now: datetime) -> EntryRecord:
    """The entry in a state that is not screened; a removal's instant stays with it for ever."""
    removed_at = now if status is EntryStatus.REMOVED else entry.removed_at
    return replace(entry, status=status, status_since=now, removed_at=removed_at, is_used=False, refusals=())
