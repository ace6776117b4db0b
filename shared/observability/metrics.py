"""The process's figures for Prometheus: counts and durations, labelled by constants only.

A label never holds an identifier, a path as sent, or anything of a person.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

REGISTRY: Final = CollectorRegistry()
"""The one registry; a module makes its figures once, as constants: `Counter(..., registry=REGISTRY)`."""

HTTP_REQUESTS: Final = Counter(
    "safeconduct_http_requests",
    "Requests answered, by service, route template, method and status.",
    ("service", "route", "method", "status"),
    registry=REGISTRY,
)
HTTP_SECONDS: Final = Histogram(
    "safeconduct_http_request_seconds",
    "Seconds from the request's first byte to the answer's last, by service and route template.",
    ("service", "route"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
    registry=REGISTRY,
)
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


def exposition() -> bytes:
    """All figures in Prometheus' text format."""
    return generate_latest(REGISTRY)
