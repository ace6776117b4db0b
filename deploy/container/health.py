"""`python -m deploy.container.health`: whether the service in this container is ready; 0 or 1.

The image has no curl, and needs none.
"""

import sys
import urllib.error
import urllib.request

READY_URL = "http://127.0.0.1:8000/health/ready"
TIMEOUT_SECONDS = 2.0


def is_ready(url: str = READY_URL) -> bool:
    """Whether the service answers that it is ready."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - our own address.
            return bool(answer.status == 200)  # noqa: PLR2004 - the HTTP status OK.
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


if __name__ == "__main__":
    sys.exit(0 if is_ready() else 1)
