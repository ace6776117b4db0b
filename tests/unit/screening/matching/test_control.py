"""The control by another author: names that another Python makes, screened as innocents of their locales."""

import sys
from pathlib import Path

from deploy.local.match_cases.control import LOCALES, measure_control
from services.screening.matching import Matcher
from tests.unit.screening.matching.samples import an_entry

PEOPLE = 20
#: Stands for Faker where it is not installed: Koreans are called as the one on the list, nobody else is.
FAKER = """
class Faker:
    def __init__(self, locale):
        self.locale = locale

    def seed_instance(self, seed):
        assert seed.endswith(self.locale)

    def last_name_male(self):
        return "김" if self.locale == "ko_KR" else "NAMUDHAJI"

    last_name_female = last_name_male

    def first_name_male(self):
        return "성민" if self.locale == "ko_KR" else "SAMIR"

    def first_name_female(self):
        return "RULTRU"
"""


def test_alerts_are_counted_by_locale(tmp_path: Path) -> None:
    (tmp_path / "faker.py").write_text(FAKER)
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{tmp_path}" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    listed = an_entry("KIM SEONGMIN", "KIM SUNGMIN", sex="M", nationalities=["KOR"])

    found = measure_control(Matcher.compile([listed]), python, PEOPLE)

    assert set(found) == set(LOCALES)
    assert next(iter(found)) == "ko_KR"
    assert found["ko_KR"] == 5_000
    assert sum(found.values()) == 5_000
