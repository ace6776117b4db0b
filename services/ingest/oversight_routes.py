"""HTTP for oversight of ingest: coverage, dropped elements, requests of persons, retention; counts only."""

from services.ingest.store.oversight import OversightStore
from shared.oversight.routes import oversight_router

router = oversight_router("oversight.read", OversightStore().figures)
