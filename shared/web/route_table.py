"""Which permission opens which route: read from the application itself, so that no list can lie."""

from collections.abc import Iterator, Sequence

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import BaseRoute

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
    rows = []
    for context in iter_route_contexts(app.routes):
        guard = _guard(context)
        permission = guard.permission.value if isinstance(guard, Requirement) else PUBLIC
        rows += [(method, str(context.path), permission) for method in context.methods or ()]
    return sorted(rows, key=lambda row: (row[1], row[0]))


def guards_of(routes: Sequence[BaseRoute]) -> dict[int, Requirement | Public]:
    """The guard of each route by the `id` of the route, for asking it first.

    Raises:
        UnguardedRoute: See `permissions_of`; or one route is included twice under different guards.
    """
    guards: dict[int, Requirement | Public] = {}
    for context in iter_route_contexts(routes):
        guard = _guard(context)
        route = context.original_route
        assert isinstance(route, APIRoute), "a guarded route is one of FastAPI's"
        if guards.setdefault(id(route), guard) != guard:
            raise UnguardedRoute(f"{context.path}: is included twice with different permissions")
    return guards


def _guard(context: RouteContext) -> Requirement | Public:
    if not isinstance(context.original_route, APIRoute):
        raise UnguardedRoute(f"{context.path}: not a route that can name a permission")
    found = set(_guards(context.dependant))
    if len(found) != 1:
        raise UnguardedRoute(f"{context.path}: names {len(found)} permissions instead of one")
    return found.pop()


def _guards(dependant: Dependant | None) -> Iterator[Requirement | Public]:
    if dependant is None:
        return
    if isinstance(dependant.call, Requirement | Public):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from _guards(inner)
