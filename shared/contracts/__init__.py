"""Versioned messages that pass between services. A new shape is a new version, never a changed one."""

from shared.contracts.account_freeze import AccountFreezeV1
from shared.contracts.directive_changed import DirectiveChangedV1
from shared.contracts.false_matches import FalseMatchesOfCarrierV1, FalseMatchesV1
from shared.contracts.hit_confirmed import (
    BestInterestsV1,
    EntryFactsV1,
    GradedItemV1,
    HitConfirmedV1,
    HitStateV1,
    ReviewFactsV1,
    StandingOrderFactsV1,
    VerificationV1,
)
from shared.contracts.hit_links import HitLink, HitLinksAskedV1, HitLinksV1
from shared.contracts.hit_withdrawn import HitWithdrawnV1
from shared.contracts.national_release import NationalReleaseV1
from shared.contracts.notice_received import (
    NoticeFlightV1,
    NoticePersonV1,
    NoticeReceivedV1,
    NoticeTakenV1,
    NoticeWithdrawnV1,
)
from shared.contracts.travellers_observed import (
    FlightV1,
    LegV1,
    TravellerObservedV1,
    TravellersObservedV1,
    TravellersScreenedV1,
)
from shared.contracts.travellers_withdrawn import (
    TravellersWithdrawnV1,
    WithdrawalReason,
    WithdrawalTakenV1,
)

__all__ = [
    "AccountFreezeV1",
    "BestInterestsV1",
    "DirectiveChangedV1",
    "EntryFactsV1",
    "FalseMatchesOfCarrierV1",
    "FalseMatchesV1",
    "FlightV1",
    "GradedItemV1",
    "HitConfirmedV1",
    "HitLink",
    "HitLinksAskedV1",
    "HitLinksV1",
    "HitStateV1",
    "HitWithdrawnV1",
    "LegV1",
    "NationalReleaseV1",
    "NoticeFlightV1",
    "NoticePersonV1",
    "NoticeReceivedV1",
    "NoticeTakenV1",
    "NoticeWithdrawnV1",
    "ReviewFactsV1",
    "StandingOrderFactsV1",
    "TravellerObservedV1",
    "TravellersObservedV1",
    "TravellersScreenedV1",
    "TravellersWithdrawnV1",
    "VerificationV1",
    "WithdrawalReason",
    "WithdrawalTakenV1",
]
