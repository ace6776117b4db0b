"""`python -m services.door`: read the environment, serve. There is nothing to migrate."""

import shared.quick_start  # noqa: F401 - first, for what it does.
from services.door.app import create_app
from services.door.settings import DoorSettings
from shared.observability.logging import configure_logging
from shared.web.server import serve


def main() -> None:
    """Serve until told to end."""
    settings = DoorSettings()
    configure_logging("door", settings.log_level)
    serve(create_app(settings), settings)


if __name__ == "__main__":
    main()
