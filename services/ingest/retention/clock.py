"""When a record is masked and when it is erased. Pure: the jobs that do it read the instants that stand here.

Source: SG-22 (masked 183 days after receipt at the latest), SG-23 (non-hits erased 183 days after receipt at
the latest, after 30 days for API held without PNR, nothing after five years); `sensitive.md` §7.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.ingest.registers.rows import LegalRow

MASK_CEILING: Final = timedelta(days=183)
NON_HIT_CEILING: Final = timedelta(days=183)
API_ALONE: Final = timedelta(days=30)
PNR: Final = "PNR"


@dataclass(frozen=True, slots=True)
class RetentionClock:
    """Under which row of the legal register a record is held, when it is masked, when it is erased.

    The instants are those of a record that no hit keeps longer: an extension, or a legal hold, is a decision
    of people about named records (SG-23, SG-25).
    """

    legal_basis: str | None
    mask_at: datetime
    erase_at: datetime


def retention_clock(data_class: str, first_reported_at: datetime, law: LegalRow | None) -> RetentionClock:
    """The clock of a record, from its first receipt: a later report of the same does not start it anew.

    Args:
        data_class: `API` or `PNR`; a traveller of whom both speak is held as long as its PNR.
        first_reported_at: When the record first came.
        law: The row in force; its own periods count where they are shorter than the safeguards' ceilings.
    """
    usual = NON_HIT_CEILING if data_class == PNR else API_ALONE
    mask_after = _within(None if law is None else law.mask_after_days, MASK_CEILING, MASK_CEILING)
    erase_after = _within(None if law is None else law.erase_after_days, usual, NON_HIT_CEILING)
    return RetentionClock(
        legal_basis=None if law is None else law.key,
        mask_at=first_reported_at + mask_after,
        erase_at=first_reported_at + erase_after,
    )


def _within(days: int | None, usual: timedelta, ceiling: timedelta) -> timedelta:
    return usual if days is None else min(timedelta(days=days), ceiling)
