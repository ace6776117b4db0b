"""How a service asks others over HTTP."""

from functools import cache
from ssl import SSLContext
from typing import Any

import httpx


def outgoing_client(**settings: Any) -> httpx.AsyncClient:
    """A client that follows no redirect and reads no proxy setting: it reaches only what we name.

    Args:
        settings: Further settings of `httpx.AsyncClient`, such as `timeout` or `limits`.
    """
    return httpx.AsyncClient(
        **{"verify": _public_authorities(), **settings}, follow_redirects=False, trust_env=False
    )


@cache
def _public_authorities() -> SSLContext:
    """Whom every client trusts to name servers. Reading them takes far longer than all else of a client."""
    return httpx.create_ssl_context(trust_env=False)
