"""`python -m services.ingest`: read the settings, bring the database up to date, serve."""

import asyncio
import sys

import shared.quick_start  # noqa: F401 - first, for what it does.
from services.ingest.app import create_app
from services.ingest.ports import SERVICE
from services.ingest.settings import IngestSettings
from shared.db.migrate import migrate
from shared.observability.logging import configure_logging
from shared.settings import SettingsRefused
from shared.web.server import serve


def main() -> int:
    """Run the service until it is told to end; 2 where its settings are refused."""
    try:
        settings = IngestSettings.from_environment()
    except SettingsRefused as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    configure_logging(SERVICE, settings.log_level)
    if settings.migration_database_url is not None:
        asyncio.run(migrate(settings.migration_database_url.get_secret_value(), SERVICE))
    serve(create_app(settings), settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
