"""HTTP for oversight of screening: matches, reviewers, false alerts, the watchlist in counts; suspensions."""

from services.screening.store.oversight import OversightStore
from services.screening.suspended import ScreeningSubjects
from shared.oversight.routes import oversight_router
from shared.oversight.suspension_routes import suspension_router

router = oversight_router("oversight.read", OversightStore().figures)
suspensions = suspension_router("oversight.suspend", "oversight.lift_suspension", ScreeningSubjects())
