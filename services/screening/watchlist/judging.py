"""The safeguards' judgement of a list file: one question for each regime that it holds."""

from dataclasses import dataclass

from services.screening.errors import RefusedByPolicy
from services.screening.ports import Ports
from services.screening.registers.rows import ListSource
from services.screening.watchlist import questions
from services.screening.watchlist.questions import stated_for_import
from services.screening.watchlist.versions import ListVersion
from shared.audit.record import AuditRecord
from shared.policy.verdict import Verdict
from shared.security.tokens import Principal


@dataclass(frozen=True)
class Judged:
    """Asks `wl.import` for each regime of a file; rows of regimes that are not terrorism are only counted."""

    ports: Ports
    version: ListVersion
    source: ListSource | None
    earlier: ListVersion | None
    is_hash_ok: bool
    principal: Principal

    def ask(self) -> tuple[Verdict, list[AuditRecord]]:
        """The verdict on the allowed regimes, a permit or a hold, with a record for every regime.

        Raises:
            RefusedByPolicy: Refused, and no review could change that.
        """
        loaded: Verdict | None = None
        refused: Verdict | None = None
        records = []
        allowed = frozenset(() if self.source is None else self.source.allow_list)
        for regime in sorted(self.version.by_regime) or [""]:
            verdict, record = self._ask_one(regime)
            records.append(record)
            if regime in allowed and (verdict.permits or verdict.is_hold):
                loaded = verdict
            elif regime in allowed or refused is None:
                refused = verdict
            if regime in allowed and refused is verdict:
                raise RefusedByPolicy(records, verdict.reasons)
        if loaded is None:
            assert refused is not None, "a file without regimes is asked about once"
            raise RefusedByPolicy(records, refused.reasons)
        return loaded, records

    def _ask_one(self, regime: str) -> tuple[Verdict, AuditRecord]:
        actor, purpose = stated_for_import(self.principal)
        version = self.version
        request = questions.import_list(
            actor=actor,
            purpose=purpose,
            source_id=version.source_id,
            source=self.source,
            regime=regime,
            is_first=self.earlier is None,
            is_hash_ok=self.is_hash_ok,
            is_newer=self.earlier is None or version.generated_at > self.earlier.generated_at,
            delta_pct=version.delta_pct,
            approvers=[release.person for release in version.approvers],
            now=self.ports.clock.now(),
        )
        verdict = self.ports.safeguards.decide(request)
        record = self.ports.record(
            request,
            verdict,
            object_kind="list_version",
            object_id=str(version.version_id),
            facts={
                "list_source": version.source_id,
                "sha256": version.sha256,
                "regime": regime.replace(" ", "_") or "NONE",
                "rows": version.by_regime.get(regime, 0),
                "stored": version.stored,
                "delta_pct": version.delta_pct,
                "is_held": verdict.is_hold,
            },
        )
        return verdict, record
