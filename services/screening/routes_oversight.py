"""HTTP for oversight of screening: matches, reviewers, false alerts, the watchlist; counts only."""

from services.screening.store.oversight import OversightStore
from shared.oversight.routes import oversight_router

router = oversight_router("oversight.read", OversightStore().figures)
