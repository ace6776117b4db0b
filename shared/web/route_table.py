"""Which permission opens which route: read from the application itself, so that no list can lie."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from shared.web.authentication import Public, Requirement

PUBLIC = "PUBLIC"


class UnguardedRoute(Exception):
    """A route names no permission, or several; this is our own mistake and stops the start."""


def permissions_of(app: FastAPI) -> list[tuple[str, str, str]]:
    """Every route of an application with the permission that opens it.

    Returns:
        `(method, path template, permission)`, sorted by path and method; the permission of an open route
        is `PUBLIC`.

    Raises:
        UnguardedRoute: A route has neither `require(...)` nor `public()`, or more than one of them.
    """
    rows = [row for context in iter_route_contexts(app.routes) for row in _rows(context)]
    return sorted(rows, key=lambda row: (row[1], row[0]))


def _rows(context: RouteContext) -> Iterator[tuple[str, str, str]]:
    route = context.original_route
    path = str(context.path)
    if not isinstance(route, APIRoute):
        raise UnguardedRoute(f"{path}: not a route that can name a permission")
    found = set(_guards(context.dependant))
    if len(found) != 1:
        raise UnguardedRoute(f"{path}: names {len(found)} permissions instead of one")
    for method in sorted(context.methods or ()):
        yield method, path, next(iter(found))


def _guards(dependant: Dependant | None) -> Iterator[str]:
    if dependant is None:
        return
    if isinstance(dependant.call, Requirement):
        yield dependant.call.permission.value
    elif isinstance(dependant.call, Public):
        yield PUBLIC
    for inner in dependant.dependencies:
        yield from _guards(inner)
