"""Builds `wide_watchlist.xml`: 300 fictional persons in twelve scripts, in the UN list's XML format.

Run `python -m deploy.local.demonstration.build_wide_watchlist` after a change; the file is committed, and a
test checks that it is what this script writes. It is no part of the demonstration, whose own 30 persons stay
as they are: import it where a longer list of many spelling customs is wanted. How it is made: for each
custom, five given names stand before five family names, and every family name is the word "example",
"sample", "imaginary" or "test" of that language, so that no real person is meant. References are `DEMi.1001`
to `DEMi.1300`, document numbers `EXW...`, States the user-assigned codes. How much is known of a birth goes
round: a date, a year, a span, about.
"""

from collections.abc import Iterator
from pathlib import Path

from deploy.local.demonstration.build_watchlist import Alias, Document, Person, build

WIDE_WATCHLIST = Path(__file__).with_name("wide_watchlist.xml")
FIRST = 1001
_STATES = ("XAA", "XBB", "XCC", "XDD")

#: Given names and family names of each custom, Latin and original side by side.
CUSTOMS: dict[str, tuple[str, str]] = {
    "Arabic": (
        "Salim سليم, Karim كريم, Nabil نبيل, Huda هدى, Rana رنا",
        "Al-Mithali المثالي, Al-Tajribi التجريبي, Al-Wahmi الوهمي, Al-Khayali الخيالي, Al-Iftiradi الافتراضي",
    ),
    "Persian": (
        "Dariush داریوش, Kaveh کاوه, Shirin شیرین, Mina مینا, Babak بابک",
        "Nemunei نمونه‌ای, Khiali خیالی, Farzian فرضیان, Azmayeshi آزمایشی, Mesalpur مثال‌پور",
    ),
    "Cyrillic": (
        "Oleg Олег, Viktor Виктор, Nina Нина, Vera Вера, Anton Антон",
        "Vymyslov Вымыслов, Testov Тестов, Uslovny Условный, Maketov Макетов, Shablonin Шаблонин",
    ),
    "Greek": (
        "Petros Πέτρος, Stavros Σταύρος, Eleni Ελένη, Maria Μαρία, Kostas Κώστας",
        "Paradeigmatos Παραδείγματος, Dokimastis Δοκιμαστής, Fantastikos Φανταστικός,"
        " Deigmatidis Δειγματίδης, Ypothetikos Υποθετικός",
    ),
    "Hebrew": (
        "Amir אמיר, Dalia דליה, Yoav יואב, Noa נועה, Eitan איתן",
        "Dugmai דוגמאי, Dimyoni דמיוני, Nisyoni ניסיוני, Medume מדומה, Mashali משלי",
    ),
    "Devanagari": (
        "Anil अनिल, Sunita सुनीता, Vijay विजय, Meena मीना, Prakash प्रकाश",
        "Udaharan उदाहरण, Namunawala नमूनावाला, Kalpit कल्पित, Parikshan परीक्षण, Drishtant दृष्टांत",
    ),
    "Bengali": (
        "Rahim রহিম, Mitali মিতালী, Tapan তপন, Shefali শেফালী, Jamal জামাল",
        "Udahoron উদাহরণ, Namuna নমুনা, Kalponik কাল্পনিক, Porikkha পরীক্ষা, Drishtanto দৃষ্টান্ত",
    ),
    "Thai": (
        "Somchai สมชาย, Malee มาลี, Prasert ประเสริฐ, Suda สุดา, Wichai วิชัย",
        "Tuayang ตัวอย่าง, Sommut สมมุติ, Jintanakan จินตนาการ, Thotsop ทดสอบ, Baepyang แบบอย่าง",
    ),
    "Georgian": (
        "Giorgi გიორგი, Nino ნინო, Davit დავით, Tamar თამარ, Levan ლევან",
        "Magalitidze მაგალითიძე, Nimushadze ნიმუშაძე, Gamogonili გამოგონილი,"
        " Satsdelishvili საცდელიშვილი, Pirobitadze პირობითაძე",
    ),
    "Armenian": (
        "Aram Արամ, Anahit Անահիտ, Tigran Տիգրան, Nare Նարե, Hayk Հայկ",
        "Orinakyan Օրինակյան, Nmushyan Նմուշյան, Mtatsinyan Մտացինյան,"
        " Pordzaryan Փորձարյան, Yentadryan Ենթադրյան",
    ),
    "Ethiopic": (
        "Abebe አበበ, Tigist ትግስት, Kebede ከበደ, Hirut ሂሩት, Dawit ዳዊት",
        "Misaleab ምሳሌአብ, Namunaye ናሙናዬ, Mikeraw ሙከራው, Fetera ፈጠራ, Arayaw አርአያው",
    ),
    "Hangul": (
        "Minjun 민준, Seoyeon 서연, Jiho 지호, Haeun 하은, Donghyun 동현",
        "Ye 예, Gasang 가상, Gyeonbon 견본, Siheom 시험, Bogi 보기",
    ),
}


def people() -> Iterator[Person]:
    """The 300 persons: each given name of a custom with each of its family names."""
    number = 0
    for custom, (given_names, family_names) in CUSTOMS.items():
        for given, given_original in _pairs(given_names):
            for family, family_original in _pairs(family_names):
                yield _person(number, custom, (given, given_original), (family, family_original))
                number += 1


def _person(number: int, custom: str, given: tuple[str, str], family: tuple[str, str]) -> Person:
    year = 1950 + number % 50
    births = (
        f"EXACT {year}-{1 + number % 12:02}-{1 + number % 28:02}",
        f"EXACT {year}",
        f"BETWEEN {year} {year + 4}",
        f"APPROXIMATELY {year}",
    )
    is_family_first = custom == "Hangul"
    words = [given, family][:: -1 if is_family_first else 1]
    state = _STATES[number % len(_STATES)]
    documents = () if number % 3 else (Document(f"EXW{number:06}", state),)
    second = (_STATES[(number + 1) % len(_STATES)],) if number % 10 == 0 else ()
    return Person(
        parts=tuple(latin.upper() for latin, _ in words),
        born=(births[number % len(births)],),
        nationalities=(state, *second),
        original=("" if is_family_first else " ").join(original for _, original in words),
        aliases=(Alias(f"{family[0]} {given[0]}", "Low"),) if number % 2 else (),
        documents=documents,
    )


def _pairs(names: str) -> list[tuple[str, str]]:
    """`Latin original` pairs, parted by commas."""
    found = (each.strip().split(" ", 1) for each in names.split(","))
    return [(latin, original) for latin, original in found]


def build_wide() -> bytes:
    """The whole file, UTF-8; the same bytes every time."""
    return build(people(), FIRST)


if __name__ == "__main__":
    WIDE_WATCHLIST.write_bytes(build_wide())
