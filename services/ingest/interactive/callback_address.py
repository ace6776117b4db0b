"""Which addresses of a carrier a change of an answer may be sent to. Pure."""

from urllib.parse import urlsplit

_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})


def is_callback_address(url: str, *, loopback: bool) -> bool:
    """Whether an address is https, or with `loopback` also plain http on this machine.

    Nothing may stand in it that a log or a proxy would keep beside the host and path: no user, no query.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    if parts.username is not None or parts.query or parts.fragment or not parts.hostname:
        return False
    if any(not "!" <= character <= "~" for character in url):
        return False
    is_here = loopback and parts.hostname in _THIS_MACHINE
    return parts.scheme == "https" or (parts.scheme == "http" and is_here)
