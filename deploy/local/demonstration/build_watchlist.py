"""Builds `watchlist.xml`: the demonstration's fictional list, in the UN consolidated list's real XML format.

Run `python -m deploy.local.demonstration.build_watchlist` after changing a person; the file is committed, and
a test checks that it is what this script writes. No person on it exists: the family names are the word
"example", "sample" or "imaginary" in a language of the script (Namudhaji, Primerov, Misale and so on), the
references begin with `DEM`, the States are the user-assigned codes XAA, XBB, XCC and XDD, the document
numbers are invented. The oddities of the real file are kept: a year called EXACT, spans of years, two issuing
States, titles, several nationalities, empty placeholders, birth dates of one alias alone, other regimes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lxml import etree
from lxml.etree import _Element as Element

WATCHLIST = Path(__file__).with_name("watchlist.xml")
GENERATED_AT = "2026-11-01T00:00:00.000Z"
_SCHEMA = "{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation"
_SCHEMA_ADDRESS = "https://www.un.org/sc/resources/sc-sanctions.xsd"
_COMMENT = "Fictional person of the Safeconduct demonstration. Listed for facilitating travel in a story."


@dataclass(frozen=True, slots=True)
class Alias:
    """An alias; `born` and `country` are birth data that belong to this alias alone."""

    name: str
    quality: str = "Good"
    born: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as the UN writes one: who issues such documents, and where this one was issued."""

    number: str
    issuing_country: str = ""
    country_of_issue: str = ""
    kind: str = "Passport"
    issued: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """One individual of the demonstration.

    `born` holds `EXACT 1979-05-14`, `EXACT 1966`, `APPROXIMATELY 1980` or `BETWEEN 1968 1972`; `place` is a
    city and a State.
    """

    parts: tuple[str, ...]
    born: tuple[str, ...] = ()
    nationalities: tuple[str, ...] = ()
    original: str = ""
    aliases: tuple[Alias, ...] = ()
    documents: tuple[Document, ...] = ()
    place: tuple[str, str] = ("", "")
    gender: str = ""
    title: str = ""
    regime: str = "Al-Qaida"
    address: tuple[str, str] = ("", "")


PEOPLE = (
    # The one whom the demonstration confirms: name, full birth date, document and nationality.
    Person(
        ("SAMIR", "HADI", "AL-NAMUDHAJI"),
        ("EXACT 1979-05-14",),
        ("XBB",),
        "سمير هادي النموذجي",
        (Alias("Sameer al-Namoudhaji"), Alias("Samir Hadi an-Namuzaji"), Alias("Abu Mithal", "Low")),
        (Document("XB4471902", "XBB", issued="2019-03-02", note="expires 1 Mar. 2029"),),
        ("Qasr al-Mithal", "XBB"),
        "Male",
        address=("Port Exempel", "XCC"),
    ),
    # Only a name and a year: enough to look, never enough to confirm.
    Person(("TARIQ", "MISALI"), ("EXACT 1966",)),
    # Known by the original script, and by nothing else that a passport would say.
    Person(("ABU", "SURA"), (), ("XDD",), "عبد الرحمن يوسف الخيالي", (Alias("عبدالرحمن الخيالي"),)),
    Person(
        ("IGOR", "STEPANOVICH", "PRIMEROV"),
        ("EXACT 1983-11-30",),
        ("XDD",),
        "Игорь Степанович Примеров",
        (Alias("Ihor Prymerov"), Alias("Igor Obraztsov", "Low")),
        (Document("71 3340218", "XDD"),),
        ("Obrazets", "XDD"),
        "Male",
    ),
    Person(
        ("LI", "XUGOU"),
        ("EXACT 1990-02-08",),
        ("XCC",),
        "李虚构",
        (Alias("Lee Shu-kou"),),
        (Document("EX0091822", "XCC"),),
    ),
    Person(("RAMESH", "KALPANIK"), ("EXACT 1975-08-19",), ("XCC",), "रमेश काल्पनिक", (Alias("Ramesh Namuna"),)),
    Person(
        ("HAILU", "TADESSE", "MISALE"),
        ("APPROXIMATELY 1981",),
        ("XBB",),
        "ኃይሉ ታደሰ ምሳሌ",
        (Alias("Haylu Tadese Missale"), Alias("Hailu Messele", "Low")),
        place=("Misaleville", "XBB"),
    ),
    Person(
        ("NIKOLAOS", "YPODEIGMATIDIS"),
        ("EXACT 1969-12-01",),
        ("XAA",),
        "Νικόλαος Υποδειγματίδης",
        (Alias("Nikos Ipodigmatidis"),),
        (Document("AX 5521907", "XAA", kind="National Identification Number"),),
    ),
    Person(
        ("MEHMET", "ALI", "ORNEKOGLU"),
        ("BETWEEN 1968 1972",),
        ("XBB", "XCC"),
        "",
        (Alias("Mehmed Örnekoğlu"), Alias("Muhammad Ali al-Mithali", born="1970-04-17", country="XCC")),
    ),
    Person(
        ("CIISE", "WARSAME", "TUSAALE"),
        ("EXACT 1988",),
        ("XDD",),
        "",
        (Alias("Isse Warsame Tusale"), Alias("Tusaale Dheere", "Low")),
    ),
    Person(
        ("YOSEF", "DUGMAI"),
        ("EXACT 1971-06-23",),
        ("XCC",),
        "יוסף דוגמאי",
        (Alias("Joseph Dougmai"),),
        (Document("30118822", "XCC", "XBB"),),
    ),
    Person(
        ("JOSE", "LUIS", "FICTICIO", "MODELO"),
        ("EXACT 1977-01-09",),
        ("XCC",),
        "",
        (Alias("Pepe Modelo", "Low"),),
    ),
    Person(
        ("HANS", "JURGEN", "MUSTERMULLER"),
        ("EXACT 1962-10-03",),
        ("XAA",),
        "",
        (Alias("Hans-Jürgen Mustermüller"),),
    ),
    Person(
        ("BUDI", "CONTOHWAN"),
        ("EXACT 1992-07-27",),
        ("XCC",),
        "",
        (Alias("Boedi Tjontohwan"),),
        place=("Contoh", "XCC"),
    ),
    Person(("SOMCHAI", "TUAYANGPHAN"), ("EXACT 1985-04-04",), ("XDD",), "สมชาย ตัวอย่างพันธุ์"),
    Person(
        ("AMINA", "MFANO", "JUMA"),
        ("EXACT 1994-03-15",),
        ("XBB",),
        "",
        (Alias("Aminah Jumaa Mfano"),),
        gender="Female",
    ),
    Person(
        ("KHALID", "ABDALLAH", "AL-TAKHAYYULI"),
        ("EXACT 1973-02-28", "EXACT 1974-02-28"),
        ("XBB",),
        "خالد عبد الله التخيلي",
        (
            Alias("Halid Abdullah at-Tahayyuli"),
            Alias("Khaled Abdallah Takhayoli"),
            Alias("Khalid XBB", "Low"),
        ),
        (Document("B0087315", "XBB", note="officially cancelled on 2 Feb. 2021"),),
        title="Haji",
    ),
    Person(
        ("DMYTRO", "VYHADANYI"),
        ("EXACT 1987-09-12",),
        ("XDD",),
        "Дмитро Вигаданий",
        (Alias("Dmitri Vygadany"), Alias("Dmitriy Vymyshlenov", born="1986")),
    ),
    Person(
        ("SALAH", "AL-DIN", "AL-WAHMI"),
        ("EXACT 1980-05-01",),
        ("XCC",),
        "صلاح الدين الوهمي",
        (Alias("Saladin Ouahmi"),),
    ),
    Person(
        ("FARIDUN", "NAMUNAZADE"),
        ("EXACT 1978-03-21",),
        ("XDD",),
        "فریدون نمونه‌زاده",
        (Alias("Fereydoun Nemounehzadeh"),),
    ),
    Person(("GEORGE", "SAMPLESON"), ("EXACT 1981-01-01",), ("XAA",), "", (Alias("Jorge Sampleson", "Low"),)),
    Person(
        ("CHEIKH", "OUMAR", "EXEMPLAIRE"),
        ("APPROXIMATELY 1976",),
        ("XBB",),
        "",
        (Alias("Sheikh Omar Exemplar"),),
    ),
    Person(
        ("RASHID", "AHMAD", "FARZI"),
        ("EXACT 1989-12-25",),
        ("XCC",),
        "راشد احمد فرضی",
        (Alias("Rasheed Ahmed Farzee"),),
    ),
    Person(("YUSUF", "MISALI"), ("EXACT 1990",), ("XCC",), "", (Alias("Joseph Misali", "Low"),)),
    Person(
        ("AIBEK", "ULGULOV"),
        ("EXACT 1991-05-06",),
        ("XDD",),
        "Айбек Үлгүлов",
        (Alias("Aybek Ulgulov"),),
        (Document("AC2209417", "XDD"),),
    ),
    Person(("NGUYEN", "VAN", "VIDU"), ("EXACT 1984-08-02",), ("XCC",), "Nguyễn Văn Vídụ"),
    # Under regimes without a terrorism purpose: read, counted, and never screened.
    Person(("PAK", "YEBOM"), ("EXACT 1965-04-11",), ("XDD",), "박예범", regime="DPRK"),
    Person(("MARCEL", "TYPIQUE"), ("EXACT 1970",), ("XBB",), regime="DRC"),
    Person(("OMAR", "SHABIH"), ("EXACT 1959-07-07",), ("XCC",), "عمر الشبيه", regime="Libya"),
    Person(("ANDREI", "SHABLONOV"), ("EXACT 1968-02-14",), ("XDD",), "Андрей Шаблонов", regime="Iran"),
)

ENTITIES = ("THE EXAMPLE TRADING HOUSE", "SAMPLE RELIEF SOCIETY")


def build(people: Iterable[Person] = PEOPLE, first: int = 1) -> bytes:
    """The whole file of some people, numbered from `first`, UTF-8; the same bytes every time."""
    root = etree.Element("CONSOLIDATED_LIST", {_SCHEMA: _SCHEMA_ADDRESS, "dateGenerated": GENERATED_AT})
    individuals = etree.SubElement(root, "INDIVIDUALS")
    for number, person in enumerate(people, start=first):
        _individual(etree.SubElement(individuals, "INDIVIDUAL"), number, person)
    entities = etree.SubElement(root, "ENTITIES")
    for number, name in enumerate(ENTITIES, start=1):
        _entity(etree.SubElement(entities, "ENTITY"), number, name)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True, pretty_print=True)


def _child(parent: Element, tag: str, text: str = "") -> None:
    etree.SubElement(parent, tag).text = text or None


def _children(parent: Element, tag: str, texts: Iterable[tuple[str, str]]) -> None:
    """A child with a grandchild for each text that is there."""
    child = etree.SubElement(parent, tag)
    for name, text in texts:
        if text:
            _child(child, name, text)


def _individual(row: Element, number: int, person: Person) -> None:
    _child(row, "DATAID", str(9_000_000 + number))
    _child(row, "VERSIONNUM", "1")
    for tag, part in zip(
        ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"), person.parts, strict=False
    ):
        _child(row, tag, part)
    _child(row, "UN_LIST_TYPE", person.regime)
    _child(row, "REFERENCE_NUMBER", f"DEMi.{number:03}")
    _child(row, "LISTED_ON", "2026-06-01")
    if person.gender:
        _child(row, "GENDER", person.gender)
    if person.original:
        _child(row, "NAME_ORIGINAL_SCRIPT", person.original)
    _child(row, "COMMENTS1", _COMMENT)
    if person.title:
        _children(row, "TITLE", [("VALUE", person.title)])
    if person.nationalities:
        _children(row, "NATIONALITY", [("VALUE", state) for state in person.nationalities])
    _children(row, "LIST_TYPE", [("VALUE", "UN List")])
    _children(row, "LAST_DAY_UPDATED", [("VALUE", "2026-10-15")])
    for alias in person.aliases or (Alias("", ""),):
        _alias(row, alias)
    _children(row, "INDIVIDUAL_ADDRESS", zip(("CITY", "COUNTRY"), person.address, strict=True))
    for born in person.born or ("",):
        _birth_date(row, born.split())
    _children(row, "INDIVIDUAL_PLACE_OF_BIRTH", zip(("CITY", "COUNTRY"), person.place, strict=True))
    _documents(row, person.documents)
    _child(row, "SORT_KEY")
    _child(row, "SORT_KEY_LAST_MOD")


def _alias(row: Element, alias: Alias) -> None:
    child = etree.SubElement(row, "INDIVIDUAL_ALIAS")
    _child(child, "QUALITY", alias.quality)
    _child(child, "ALIAS_NAME", alias.name)
    if alias.born:
        _child(child, "DATE_OF_BIRTH", alias.born)
    if alias.country:
        _child(child, "COUNTRY_OF_BIRTH", alias.country)


def _birth_date(row: Element, born: list[str]) -> None:
    kind, *values = born or [""]
    child = etree.SubElement(row, "INDIVIDUAL_DATE_OF_BIRTH")
    _child(child, "TYPE_OF_DATE", kind)
    tags = ("FROM_YEAR", "TO_YEAR") if kind == "BETWEEN" else ("DATE" if "-" in "".join(values) else "YEAR",)
    for tag, value in zip(tags, values, strict=bool(values)):
        _child(child, tag, value)


def _documents(row: Element, documents: Iterable[Document]) -> None:
    for document in documents or (Document("", kind=""),):
        texts = (
            ("TYPE_OF_DOCUMENT", document.kind),
            ("NUMBER", document.number),
            ("ISSUING_COUNTRY", document.issuing_country),
            ("COUNTRY_OF_ISSUE", document.country_of_issue),
            ("DATE_OF_ISSUE", document.issued),
            ("NOTE", document.note),
        )
        _children(row, "INDIVIDUAL_DOCUMENT", texts)


def _entity(row: Element, number: int, name: str) -> None:
    _child(row, "DATAID", str(9_100_000 + number))
    _child(row, "VERSIONNUM", "1")
    _child(row, "FIRST_NAME", name)
    _child(row, "UN_LIST_TYPE", "Al-Qaida")
    _child(row, "REFERENCE_NUMBER", f"DEMe.{number:03}")
    _child(row, "LISTED_ON", "2026-06-01")
    _child(row, "COMMENTS1", "Fictional organisation of the Safeconduct demonstration.")


if __name__ == "__main__":
    WATCHLIST.write_bytes(build())
