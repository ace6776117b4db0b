"""The inventory of ways out in the document, beside what the code lets leave."""

import csv
import re
from importlib import import_module
from pathlib import Path

from services.sharing.protocol.message_types import TYPES

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "safeguards.md"
ROLE_TABLE = ROOT / "tests" / "security" / "role_route_table.csv"
MACHINE = "tests/integration/sharing/test_no_order_of_calls.py"
ORACLE = ROOT / "tests" / "integration" / "sharing" / "outside.py"
#: Who is no officer of the unit: carriers, the port, whoever looks over its shoulder.
OUTSIDERS = ("CARRIER", "FRONT_LINE", "INDEPENDENT_AUTHORITY", "COURT")
#: Without a person: how the service is, its keys, forms and description, whether one's account is frozen.
OF_NOBODY = re.compile(
    r"GET /(health/.*|healthz|readyz|metrics|openapi\.json|door\.css|\{language\}|v1/interactive/keys"
    r"|v1/manifests/template\..*|v1/service-state|v1/account|)$"
)


def opened_to_outsiders() -> set[str]:
    """The permissions that open a route to an outsider, and open routes that answer about somebody."""
    found = set()
    with ROLE_TABLE.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            route = f"{row['method']} {row['path']}"
            # The console shows what the services let it show.
            if row["service"] == "console" or OF_NOBODY.match(route):
                continue
            if row["permission"] == "PUBLIC":
                found.add(route)
            elif any(row[role] == "x" for role in OUTSIDERS):
                found.add(row["permission"])
    return found


def rows(heading: str = "## Ways out") -> list[list[str]]:
    """The cells of the document's table under a heading."""
    section = DOCUMENT.read_text(encoding="utf-8").partition(heading)[2].partition("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("| ")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_every_message_type_and_every_permission_of_an_outsider_is_in_the_inventory() -> None:
    named = [name for way, *_ in rows() for name in re.findall(r"`([^`]+)`", way)]
    assert len(named) == len(set(named)), "each way has one row"
    assert set(named) == set(TYPES) | opened_to_outsiders()


def test_every_way_names_its_safeguards_and_a_test_that_is_there() -> None:
    for way, to_whom, safeguards, any_order, step_by_step in rows():
        assert to_whom, way
        assert safeguards, way
        tests = re.findall(r"`(tests/[^`]+)`", f"{any_order} {step_by_step}")
        assert tests, f"{way} is tried by nothing"
        assert [each for each in tests if not (ROOT / each).is_file()] == [], way


def test_message_types_called_in_any_order_are_those_of_the_machine() -> None:
    told = {name for way, _, _, any_order, _ in rows() if MACHINE in any_order for name in way.split(", ")}
    covered = re.search(
        r"^COVERED = \((.*?)^\)", ORACLE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert covered is not None
    assert told == {f"`{kind}`" for kind in re.findall(r'"(\w+)"', covered.group(1))}


def machines() -> dict[str, frozenset[str]]:
    """The safeguards that each machine forgets and finds, by the name of its file (`tests.ways_out`)."""
    found = {}
    for path in (ROOT / "tests").rglob("*.py"):
        if re.search(r"^FINDS\b", path.read_text(encoding="utf-8"), re.MULTILINE):
            module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            found[path.stem.removeprefix("test_")] = module.FINDS
    return found


def test_table_names_the_machines_that_find_a_safeguard_when_it_is_forgotten() -> None:
    finds = machines()
    for rule_id, *_, told in rows("## The forty-five"):
        named = {name for name in finds if rule_id in finds[name]}
        assert set(re.findall(r"`(\w+)`", told)) == named, rule_id
        assert named or told.endswith("."), f"nothing finds {rule_id}, and no sentence says why none could"
