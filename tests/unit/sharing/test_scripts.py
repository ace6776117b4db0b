"""The script of a name is told by its letters, and by nothing else."""

import pytest

from services.sharing.shares.scripts import UNDETERMINED, script_of

NAMES = {
    "EXAMPLE TEST": "Latn",
    "Jürgen Ægisson-Ñandú": "Latn",
    "ʿAbd al-ʾExample": "Latn",
    "ＥＸＡＭＰＬＥ": "Latn",
    "Пример Тестов": "Cyrl",
    "Παράδειγμα": "Grek",
    "مثال تجربة": "Arab",
    "דוגמה": "Hebr",
    "Օրինակ": "Armn",
    "მაგალითი": "Geor",
    "例子": "Hani",
    "예시": "Hang",
    "れい": "Hira",
    "サンプル": "Kana",
    "例えばー": "Jpan",
    "예시 例": "Kore",
    "उदाहरण": "Deva",
    "উদাহরণ": "Beng",
    "ምሳሌ": "Ethi",
    "ตัวอย่าง": "Thai",
    "ނަމޫނާ": "Thaa",
    "ПримеР EXAMPLE": UNDETERMINED,
    "例 EXAMPLE": UNDETERMINED,
    "ᎠᎡᎢ": UNDETERMINED,
    "- 7 '": UNDETERMINED,
    "": UNDETERMINED,
}


@pytest.mark.parametrize(("name", "script"), NAMES.items())
def test_letters_tell_the_script(name: str, script: str) -> None:
    assert script_of(name) == script
