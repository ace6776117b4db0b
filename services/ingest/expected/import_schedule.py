"""The use case: a schedule comes in → the flights to expect in the coming days are known."""

from dataclasses import dataclass
from typing import Any, Final

from services.ingest.errors import ScheduleRefused
from services.ingest.expected.watch import ExpectFlights, FlightWatch
from services.ingest.formats.schedule import Schedule, ScheduledLeg, ScheduleFault, ScheduleFormat
from services.ingest.formats.schedule_csv import read_csv_schedule
from services.ingest.formats.schedule_ssim import read_ssim_schedule
from services.ingest.ports import Ports
from shared.security.tokens import Principal

READERS: Final = {ScheduleFormat.CSV: read_csv_schedule, ScheduleFormat.SSIM: read_ssim_schedule}


@dataclass(frozen=True, slots=True)
class ScheduleReport:
    """What became of a file. `not_ours` counts legs that do not cross this State's border."""

    import_id: str
    carriers: tuple[str, ...]
    legs: int
    not_ours: int
    left_out: int
    faults: tuple[ScheduleFault, ...]

    def as_json(self) -> dict[str, Any]:
        """The answer to whoever imported it."""
        return {
            "import_id": self.import_id,
            "carriers": list(self.carriers),
            "legs": self.legs,
            "not_ours": self.not_ours,
            "left_out": self.left_out,
            "faults": [
                {"line": fault.line, "code": fault.code, "field": fault.field} for fault in self.faults
            ],
        }


class ImportSchedule:
    """Takes schedules. One person is enough: it lets flights be watched, and touches nobody's data."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def __call__(
        self, principal: Principal, content: bytes, schedule_format: ScheduleFormat
    ) -> ScheduleReport:
        """Put a file's schedules in the place of the earlier ones of the carriers that it names.

        Raises:
            ScheduleRefused: The file cannot be taken, or no line of it is a flight of ours; nothing changed.
        """
        schedule = READERS[schedule_format](content)
        ours = [leg for leg in schedule.legs if self._crosses_border(leg)]
        if not ours:
            raise ScheduleRefused("NO_FLIGHT_OF_OURS")
        ports, now = self._ports, self._ports.clock.now()
        import_id = ports.identifiers.new()
        report = _report(str(import_id), schedule, ours)
        async with ports.database.begin() as connection:
            await ports.stores.expected.take_turn(connection)
            await ports.stores.expected.replace(connection, import_id, ours, now)
            await ExpectFlights(ports).plan(connection, now)
            await ports.audit.append(
                connection,
                actor=principal.subject,
                action="schedule.import",
                object_kind="SCHEDULE",
                object_id=report.import_id,
                facts={
                    "format": schedule_format.value,
                    "carriers": report.carriers,
                    "legs": report.legs,
                    "faults": len(report.faults),
                },
            )
        # What is due already is told at once, not at the next beat.
        await FlightWatch(ports, planned_at=now).beat()
        return report

    def _crosses_border(self, leg: ScheduledLeg) -> bool:
        airports = self._ports.airports
        states = {airports.state_of(leg.origin), airports.state_of(leg.destination)}
        return len(states) > 1 and self._ports.own_state in states and None not in states


def _report(import_id: str, schedule: Schedule, ours: list[ScheduledLeg]) -> ScheduleReport:
    return ScheduleReport(
        import_id=import_id,
        carriers=tuple(sorted({leg.carrier for leg in ours})),
        legs=len(ours),
        not_ours=len(schedule.legs) - len(ours),
        left_out=schedule.left_out,
        faults=schedule.faults,
    )
