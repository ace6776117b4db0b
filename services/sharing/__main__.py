"""`python -m services.sharing`: read the environment, migrate, serve."""

import asyncio

import shared.quick_start  # noqa: F401 - first, for what it does.
from services.sharing.app import create_app
from services.sharing.settings import SharingSettings
from shared.db.migrate import migrate
from shared.observability.logging import configure_logging
from shared.web.server import serve


def main() -> None:
    """Serve until told to end."""
    settings = SharingSettings.from_environment()
    configure_logging("sharing", settings.log_level)
    if settings.migration_database_url is not None:
        asyncio.run(migrate(settings.migration_database_url.get_secret_value(), "sharing"))
    serve(create_app(settings), settings)


if __name__ == "__main__":
    main()
