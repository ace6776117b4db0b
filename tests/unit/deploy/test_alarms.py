"""Each alarm of deploy/observability asks for a figure, with labels and values, that our code gives."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Gauge

from services.ingest import app as ingest
from services.screening import app as screening
from services.screening.protection.desk_clocks import CHILDREN, COMPANIONS
from services.sharing import app as sharing
from services.sharing.exchange.overdue import OVERDUE_NOW
from shared.observability.metrics import REGISTRY

ALARMS = Path(__file__).parents[3] / "deploy/observability/alarms.yaml"
FIGURE = re.compile(r"(safeconduct_\w+)(?:\{(\w+)=~?\"([A-Z_|]+)\"\})?")
#: Which values a label has; a rule about another value would never ring.
VALUES = {"desk": {CHILDREN, COMPANIONS}, "type": {kind for kind, _ in OVERDUE_NOW}}


def rules() -> list[dict[str, Any]]:
    """Every alarm of the file."""
    groups = yaml.safe_load(ALARMS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def figures() -> set[str]:
    """The names that `/metrics` shows; the services' modules are what makes them."""
    assert all((ingest, screening, sharing))
    return {
        metric.name if metric.type == "gauge" else f"{metric.name}_total"
        for metric in REGISTRY.collect()
        if metric.type in {"gauge", "counter"}
    }


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_alarm_asks_for_figures_that_exist(rule: dict[str, Any]) -> None:
    asked = FIGURE.findall(rule["expr"])
    assert asked, "an alarm without a figure of ours never rings"
    for name, label, values in asked:
        assert name in figures()
        if label:
            assert set(values.split("|")) <= VALUES[label]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_alarm_says_what_happened_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["action"]


def test_an_overdue_clock_is_a_gauge_that_falls_back_by_itself() -> None:
    assert all(isinstance(each, Gauge) for each in OVERDUE_NOW.values())
