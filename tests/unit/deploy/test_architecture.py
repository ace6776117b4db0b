"""`docs/architecture.md` is true: its files, signatures and routes are the code's."""

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
PAGE: Final = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
FOLDERS: Final = ("shared", "services", "deploy")
#: What the page writes as code.
CODE: Final = sorted(set(re.findall(r"`([^`]+)`", PAGE)))
PATH: Final = re.compile(r"(?:shared|services|deploy|docs)/[\w./{},-]+")
#: `name(one, two, *, three: int = 8, **more)`, with what stands before the name.
CALL: Final = re.compile(r"(?!app\.state)(?:await |async )?[A-Za-z_.]*?([A-Za-z_]+)\(([^()\[\]]*)\)")
PARAMETER: Final = re.compile(r"([a-z_]+)(?=$|:| ?=)")
ROUTES: Final = re.compile(r"`((?:GET|POST|PUT|DELETE|/)+) (/[^ `?]*)")
PLACEHOLDER: Final = re.compile(r"\{[^}]*\}")


def test_every_file_that_is_named_exists() -> None:
    named = {path for code in CODE for found in PATH.findall(code) for path in spelled(found)}
    assert len(named) > 50
    assert {path for path in named if not (ROOT / path).exists()} == set()


def test_every_signature_is_the_codes() -> None:
    known = definitions()
    stated = [match for code in CODE if (match := CALL.match(code)) and match[1] in known]
    assert len(stated) > 50
    assert [each[0] for each in stated if not any(parameters(each[2]) <= one for one in known[each[1]])] == []


def test_every_route_is_a_services() -> None:
    published = {
        (method.upper(), PLACEHOLDER.sub("{}", path))
        for document in ROOT.glob("docs/openapi/*.json")
        for path, operations in json.loads(document.read_text(encoding="utf-8"))["paths"].items()
        for method in operations
    }
    tables = PAGE[PAGE.index("## HTTP interfaces") : PAGE.index("### Ports")]
    named = {
        (method, PLACEHOLDER.sub("{}", path))
        for methods, path in ROUTES.findall(tables)
        for method in methods.split("/")
    }
    assert len(named) > 100
    assert named - published == set()


def spelled(path: str) -> Iterator[str]:
    """`a/{b,c}.py` as the two that it stands for."""
    parts = [part.split(",") for part in re.split(r"[{}]", path.rstrip(".,"))]
    return map("".join, product(*parts))


def parameters(stated: str) -> set[str]:
    """The names of a signature's parameters; what stands for many is passed over."""
    return {found[1] for part in stated.split(",") if (found := PARAMETER.match(part.strip()))}


def definitions() -> dict[str, list[set[str]]]:
    """Every function and class of the product by its name, each with its parameters or fields."""
    known: dict[str, list[set[str]]] = defaultdict(list)
    for path in (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                known[node.name].append(arguments(node))
            elif isinstance(node, ast.ClassDef):
                known[node.name].append(set().union(*map(arguments, node.body)))
    return known


def arguments(node: ast.stmt) -> set[str]:
    """What a statement of a class lets its maker pass: a field, or the parameters of `__init__`."""
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return {each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    return set()
