"""The headings of a proposal to the Committee: shipped, or a State's own; a faulty file stops the start."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.screening.watchlist.committee_form import MAX_FORM_BYTES, SHIPPED, load_form


def written(folder: Path, **changes: Any) -> Path:
    path = folder / "form.json"
    path.write_text(json.dumps(json.loads(SHIPPED.read_text("utf-8")) | changes), "utf-8")
    return path


def test_shipped_form_says_that_nobody_compared_it() -> None:
    form = load_form()
    assert form.compared_on is None
    assert "never compared" in form.caution
    assert form.sections[0].heading == "I. Identifying information"


def test_state_brings_its_own_headings_and_says_when_they_were_compared(tmp_path: Path) -> None:
    lines = [{"label": "Surname and given names", "value": "names"}, {"label": "Seal"}]
    form = load_form(written(tmp_path, compared_on="2026-11-21", sections=[{"heading": "A", "lines": lines}]))
    assert form.sections[0].lines[0].label == "Surname and given names"
    assert "2026-11-21" in form.caution


@pytest.mark.parametrize(
    "changes",
    [
        {"sections": []},
        {"sections": [{"heading": "A", "lines": [{"label": "x", "value": "shoe_size"}]}]},
        {"sections": [{"heading": "A", "lines": [{"label": "x", "value": "grounds"}]}]},
        {"sections": [{"heading": "A", "lines": [{"value": "names"}]}]},
        {"extra": 1},
        {"title": "x" * MAX_FORM_BYTES},
    ],
)
def test_what_is_no_such_form_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"form|validation"):
        load_form(written(tmp_path, **changes))
