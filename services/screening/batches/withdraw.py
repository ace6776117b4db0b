"""The use case: the carrier says that travellers are off the flight; what nobody has decided yet closes."""

from typing import Final

from services.screening.hits.hit import Hit
from services.screening.hits.life import Mover, Step, moved
from services.screening.hits.states import UNREVIEWED, ClosingCode, HitState
from services.screening.ports import Ports
from shared.audit.record import AuditRecord
from shared.bus.inbox import Inbox
from shared.contracts import TravellersWithdrawnV1, WithdrawalTakenV1

KIND: Final = "TravellersWithdrawnV1"
CAUSE: Final = "CARRIER_REPORTED"
SENDER: Final = "ingest"

#: A verified identity stays with the people who verified it: they say what becomes of what was sent of it.
_UNDECIDED = UNREVIEWED | {HitState.INCONCLUSIVE}


class WithdrawTravellers:
    """Closes the undecided hits of travellers who do not travel."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def __call__(self, withdrawn: TravellersWithdrawnV1) -> WithdrawalTakenV1:
        """Close with DID_NOT_TRAVEL whatever awaits a decision about these travellers, once.

        A reviewer who holds a lease loses it, and finds the hit closed.

        Source: `workflow.md` §1 (from every state CLOSED with DID_NOT_TRAVEL when the carrier reports it).
        """
        async with self._ports.transaction() as connection:
            stored = await Inbox.begin(connection, withdrawn.message_id, KIND)
            if stored is not None:
                return WithdrawalTakenV1.model_validate(stored)
            now = self._ports.clock.now()
            stores = self._ports.stores
            hits = await stores.hits.lock_of_travellers(connection, withdrawn.travellers)
            closed: list[Hit] = []
            steps: list[Step] = []
            for hit in hits:
                if hit.state in _UNDECIDED:
                    mover = Mover(SENDER, now, CAUSE)
                    after, step = moved(hit, HitState.CLOSED, mover, ClosingCode.DID_NOT_TRAVEL)
                    closed.append(after)
                    steps.append(step)
            await stores.reviews.drop_leases(connection, [hit.hit_id for hit in closed])
            await stores.hits.save(connection, closed)
            await stores.hits.add_steps(connection, steps)
            await self._ports.audit.append_many(connection, self._records(withdrawn, closed, steps))
            reply = WithdrawalTakenV1(taken_at=now)
            await Inbox.finish(connection, withdrawn.message_id, reply.as_json())
            return reply

    def _records(
        self, withdrawn: TravellersWithdrawnV1, closed: list[Hit], steps: list[Step]
    ) -> list[AuditRecord]:
        """One record of the message, and one for each hit that it closed."""
        audit = self._ports.audit
        taken = audit.record(
            actor=SENDER,
            action="travellers.withdrawn",
            object_kind="batch",
            object_id=str(withdrawn.message_id),
            subject_id=str(withdrawn.flight_id),
            facts={
                "travellers": len(withdrawn.travellers),
                "closed": len(closed),
                "reason": withdrawn.reason.value,
            },
        )
        of_hits = [
            audit.record(
                actor=SENDER,
                action="hit.did_not_travel",
                object_kind="hit",
                object_id=str(hit.hit_id),
                subject_id=str(hit.traveller_id),
                case_id=str(hit.hit_id),
                facts={
                    "source": step.source,
                    "target": step.target,
                    "reason": withdrawn.reason.value,
                    "batch": str(withdrawn.message_id),
                },
            )
            for hit, (_, step) in zip(closed, steps, strict=True)
        ]
        return [taken, *of_hits]
