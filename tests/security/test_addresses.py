"""No address of any service can hold a person: every query parameter of a GET route refuses a name.

Addresses end in browsers' histories, in proxies' logs and in neighbours' metrics. What names a person is
asked in a body.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Final

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from tests.security.apps import SERVICES, build

#: A name in two scripts, a document's number and a birth date with a name.
PERSONAL: Final = ("QUILLFEATHER ZEFIRIN", "QUILLFEATHER", "كويلفذر", "QF1234567")
#: Words of ours that are not judged by their form: accounts of staff, identifiers of records and rows, closed
#: words that the page compares itself. Whoever adds one says here what it holds.
_DAYS: Final = dict.fromkeys(("from", "to"), "a day; the page says itself what is wrong with it")
ALLOWED: Final = {
    # The log holds no personal data: a name that is asked for finds nothing.
    "/v1/audit/records": {
        "actor": "the account of a member of staff or a service",
        "subject_id": "the identifier of a traveller",
        "object_id": "the identifier of a thing",
        "action": "a word of the log",
        "purpose": "a purpose's code",
    },
    "/v1/shares/{share_id}/preview": {"authority": "an authority's row in the register"},
    "/entries": {"look": "what is looked for, sealed for the one who looks"},
    "/merges/compare": {"one": "an entry's identifier", "other": "an entry's identifier"},
    "/nominations/new": {"entry_id": "an entry's identifier", "source_id": "a source of the register"},
    "/nominations": {"decided": "a closed word"},
    "/registers/new/{register}": {"like": "the key of a register's row in force"},
    "/hits": {"state": "a closed word"},
    "/sign-in": {"to": "the address of a page of ours"},
    "/expected-flights": _DAYS,
    "/carrier-quality": _DAYS,
    "/carrier-quality/table.csv": _DAYS,
    "/carrier-quality/{carrier}": _DAYS,
    "/my-quality": _DAYS,
    "/my-quality/table.csv": _DAYS,
}


_Parameter = tuple[str, str, TypeAdapter[Any]]


@pytest.fixture(scope="module")
def parameters(tmp_path_factory: pytest.TempPathFactory) -> list[_Parameter]:
    """The query parameters of all services' GET routes."""
    return [
        each for service in SERVICES for each in _parameters(build(service, tmp_path_factory.mktemp(service)))
    ]


def test_no_query_parameter_takes_a_name_or_a_document(parameters: list[_Parameter]) -> None:
    wrong = [
        f"{path}?{name}="
        for path, name, adapter in parameters
        if name not in ALLOWED.get(path, {}) and any(_takes(adapter, each) for each in PERSONAL)
    ]
    assert wrong == []


def test_every_exception_is_a_parameter_that_exists(parameters: list[_Parameter]) -> None:
    found = {(path, name) for path, name, _ in parameters}
    assert {(path, name) for path, names in ALLOWED.items() for name in names} - found == set()


def _parameters(app: FastAPI) -> list[_Parameter]:
    """The query parameters of each GET route, with what each of them takes."""
    return [
        (str(context.path), name, TypeAdapter(taken))
        for context in iter_route_contexts(app.routes)
        if "GET" in (context.methods or ()) and context.dependant is not None
        for name, taken in _query(context.dependant)
    ]


def _query(dependant: Dependant) -> Iterator[tuple[str, Any]]:
    """The query parameters of a route and of everything that it depends on, with their types and limits."""
    for field in dependant.query_params:
        annotation: Any = field.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            for name, inner in annotation.model_fields.items():
                yield inner.alias or name, Annotated[inner.annotation, Field(), *inner.metadata]
        else:
            yield field.alias, Annotated[annotation, field.field_info]
    for needed in dependant.dependencies:
        yield from _query(needed)


def _takes(adapter: TypeAdapter[Any], text: str) -> bool:
    try:
        adapter.validate_python(text)
    except ValidationError:
        return False
    return True
