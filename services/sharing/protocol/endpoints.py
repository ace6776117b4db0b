"""Which addresses a notice may be sent to: registered ones only, and of those only safe ones. Pure."""

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

LOOPBACK_NAMES: Final = frozenset({"127.0.0.1", "::1", "localhost"})
MAX_ADDRESS_CHARACTERS: Final = 500
FILE_SCHEME: Final = "file-drop:"
_DROP: Final = re.compile(FILE_SCHEME + r"([A-Z0-9][A-Z0-9-]{1,60})")


def is_allowed_endpoint(address: str, profile: str) -> bool:
    """Whether an authority may be registered with this address, and a notice be sent to it.

    https, a host that is no private, loopback or link-local address, no credentials, no query, no fragment.
    `file-drop:NAME` is a folder of the service's drop folder, for a State with no connection.
    In the `local` profile also http to loopback, where the demonstration's counterparts live.
    """
    if len(address) > MAX_ADDRESS_CHARACTERS:
        return False
    if drop_name(address) is not None:
        return True
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if host is None or parts.username is not None or parts.query or parts.fragment:
        return False
    if profile == "local" and parts.scheme == "http" and host in LOOPBACK_NAMES:
        return True
    return parts.scheme == "https" and not _is_inward(host)


def _is_inward(host: str) -> bool:
    """Whether a host names our own machine or network, which no counterpart is on."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host in LOOPBACK_NAMES or host.endswith((".localhost", ".internal", ".local"))
    return not found.is_global


def drop_name(address: str) -> str | None:
    """The folder's name in an address `file-drop:NAME`; `None` for any other address."""
    found = _DROP.fullmatch(address)
    return None if found is None else found[1]
