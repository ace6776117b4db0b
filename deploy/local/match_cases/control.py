"""A control by another author: innocents whose names are Faker's, in their own letters, of many communities.

Our populations were written by those who wrote the matcher. Faker's names were not; they repeat more often
than people's, because some of its tables are short.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from deploy.local.match_cases.other_python import asked
from deploy.local.match_cases.people import People
from services.screening.matching import Matcher
from shared.travel import Sex, Traveller
from shared.travel.states import normalise_state

_LOCALES: Final = """
    ar_AA ar_DZ az_AZ bg_BG bn_BD de_DE el_GR en_GB en_IN en_KE en_NG en_PK en_US es_ES es_MX fa_IR fr_FR
    he_IL hi_IN hy_AM id_ID it_IT ja_JP ka_GE ko_KR ne_NP pl_PL pt_BR ro_RO ru_RU sw ta_IN th_TH tr_TR
    uk_UA uz_UZ vi_VN zh_CN zh_TW
"""
LOCALES: Final = tuple(_LOCALES.split())
PEOPLE: Final = 10_000
"""Innocents of each locale."""
SEED: Final = 40
TRAVELLERS_AT_ONCE: Final = 2_000


def measure_control(matcher: Matcher, python: Path, people: int = PEOPLE) -> dict[str, float]:
    """False alerts at the default threshold in 10,000 innocents of each locale, most first.

    Args:
        matcher: With the list that innocents are screened against.
        python: A Python in which Faker is installed.
        people: How many of each locale.

    Raises:
        OtherPythonFailed: It could not make names.
    """
    question = {"locales": LOCALES, "people": people, "seed": SEED}
    lines = asked(python, "faker_process.py", "Faker", question).splitlines()
    alerts = Counter(dict.fromkeys(LOCALES, 0))
    for first in range(0, len(lines), TRAVELLERS_AT_ONCE):
        read = [json.loads(line) for line in lines[first : first + TRAVELLERS_AT_ONCE]]
        found = matcher.screen(list(_travellers(read, People(SEED + first))))
        alerts.update(locale for (locale, *_), matches in zip(read, found, strict=True) if matches)
    return {locale: 10_000 * count / people for locale, count in alerts.most_common()}


def _travellers(read: list[list[str]], days: People) -> Iterator[Traveller]:
    for locale, surname, given, sex in read:
        yield Traveller(
            surname=surname,
            given_names=given,
            birth_date=days.birthday(),
            sex=Sex(sex),
            nationality=normalise_state(locale[-2:]),
        )
