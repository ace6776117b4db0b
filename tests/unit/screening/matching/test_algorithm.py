"""Whoever changes what a score rests on has another engine, which two people approve anew (SG-07)."""

import pytest

from services.screening.matching import ALGORITHM, algorithm, weights


def test_the_name_is_the_same_each_time() -> None:
    assert algorithm.algorithm() == ALGORITHM
    assert ALGORITHM.startswith(f"safeconduct-{algorithm.RULES}-")


@pytest.mark.parametrize("weight", ["BIRTH_YEAR", "THRESHOLD", "NAME_BAR_UNDATED"])
def test_another_weight_is_another_algorithm(monkeypatch: pytest.MonkeyPatch, weight: str) -> None:
    monkeypatch.setattr(weights, weight, getattr(weights, weight) + 1)

    assert algorithm.algorithm() != ALGORITHM


def test_another_step_of_a_scale_is_another_algorithm(monkeypatch: pytest.MonkeyPatch) -> None:
    first, *rest = weights.BIRTH_APPROXIMATE
    monkeypatch.setattr(weights, "BIRTH_APPROXIMATE", (first - 1, *rest))

    assert algorithm.algorithm() != ALGORITHM


def test_other_tables_are_another_algorithm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(algorithm, "digest_of_tables", lambda: "0" * 64)

    assert algorithm.algorithm() != ALGORITHM
