"""A fictional list and fictional travellers on which the matcher is measured: repeatable from a seed.

Names come from hand-made tables of common elements of seven regions of name origin, and of rarer ones put
together from syllables, so that names repeat as in real traffic and nobody real is meant. Listed travellers
carry one family of damage each; innocent ones come from the same tables; twins share a listed name only.

Source: `spec/matching.md` §1 and §4 (families of damage, innocents with repetition).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from services.screening.watchlist.entry import (
    BirthDate,
    BirthDateKind,
    EntryDocument,
    EntryName,
    NameKind,
    NameQuality,
    WatchlistEntry,
)
from shared.travel import PartialDate, Sex, TravelDocument, Traveller


@dataclass(frozen=True, slots=True)
class Region:
    """How names of one origin are made: given and family elements, syllables of rarer ones, and States."""

    name: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    syllables: tuple[str, ...]
    endings: tuple[str, ...]
    states: tuple[str, ...]
    given_count: tuple[int, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


REGIONS = (
    Region(
        "ARABIC",
        given=_words(
            "MUHAMMAD AHMAD ALI HASAN HUSSEIN MAHMUD IBRAHIM YUSUF KHALID OMAR MUSTAFA ABDULLAH "
            "ABDURRAHMAN SALIM TARIQ SAID NASIR JAMAL KARIM RASHID FATIMA MARYAM AISHA ZAYNAB KHADIJA "
            "YASIN HAMZA BILAL WALID FAISAL ADEL SAMI"
        ),
        family=_words(
            "ALI HASSAN AHMED ALMASRI ALHARBI SALEH IBRAHIM MANSOUR KHALIL HADDAD ALSHAMMARI NASSER SALAH "
            "HAMDAN"
        ),
        syllables=_words("BA DA FA GHA HA KA KHA LA MA NA QA RA SA SHA TA WA ZA BI DI RI SU NU MU KHU"),
        endings=_words("WI RI LI MI NI BI FI SH DAN RAN MAN LAN"),
        states=_words("EGY SAU IRQ SYR YEM LBY TUN DZA MAR JOR"),
        given_count=(1, 2, 2, 3),
    ),
    Region(
        "SOUTH_ASIAN",
        given=_words(
            "MUHAMMAD ABDUL RAJESH SURESH ANIL SUNIL RAMESH IMRAN ASIF TARIQ SANJAY PRIYA SUNITA FARZANA "
            "SHAHID RIZWAN AMIT VIJAY ASHOK RAVI DEEPAK NASREEN SHABANA IQBAL JAVED KAMRAN NADEEM USMAN "
            "BILAL FAROOQ"
        ),
        family=_words(
            "KHAN SINGH KUMAR SHARMA HUSSAIN AHMED AKHTAR PATEL ISLAM RAHMAN MALIK CHOWDHURY BEGUM BIBI "
            "MALIK DAS ROY GUPTA"
        ),
        syllables=_words("BHA CHA DHA GU HA JA KA MA NA PA RA SA SHA TA VE WA DE RI NI LU"),
        endings=_words("WAL RI NI KAR ANI DAR PUR JEE"),
        states=_words("PAK IND BGD LKA NPL"),
        given_count=(1, 1, 2),
    ),
    Region(
        "PERSIAN_TURKIC",
        given=_words(
            "MEHMET MUSTAFA AHMET HUSEYIN ALI REZA MOHAMMAD HOSSEIN AMIR MEHDI FATMA AYSE ZEHRA MURAT "
            "EMRE HAMID SAEED TIMUR RUSTAM AIBEK NURLAN FARIDUN BEHROUZ DARIUS"
        ),
        family=_words(
            "YILMAZ KAYA DEMIR CELIK MOHAMMADI HOSSEINI AHMADI REZAEI KARIMI RAHIMOV ISMAILOV KARIMOV "
            "ALIYEV OZTURK"
        ),
        syllables=_words("BA DE GU HA KA KO MA MU NA OZ RA SA SE TA TU YA ZA GOL SHI"),
        endings=_words("OGLU ZADE OV EV I LI SOY"),
        states=_words("TUR IRN AZE UZB KAZ TJK"),
        given_count=(1, 1, 2),
    ),
    Region(
        "SLAVIC",
        given=_words(
            "ALEKSANDR SERGEI DMITRI ANDREI IVAN MIKHAIL NIKOLAI VLADIMIR OLGA ELENA NATALIA ANNA PETR "
            "PAVEL YURI IGOR OLEG TATIANA SVETLANA MARIA VIKTOR MAKSIM ROMAN"
        ),
        family=_words(
            "IVANOV PETROV SMIRNOV KUZNETSOV POPOV NOVAK KOVALENKO SHEVCHENKO HORVAT JOVANOVIC KOWALSKI "
            "NOWAK VOLKOV"
        ),
        syllables=_words("BO BRA CHE DO GO GRI KO KRA LE LU MA ME MO NE PO RA RO SA SHU TE VO ZA ZHU"),
        endings=_words("OV EV IN SKI ENKO IC UK"),
        states=_words("RUS UKR BLR POL SRB CZE BGR"),
        given_count=(1, 1, 2),
    ),
    Region(
        "WESTERN",
        given=_words(
            "JOHN MICHAEL DAVID MARIA ANNA PETER THOMAS JAMES ROBERT MARIE JEAN PIERRE JOSE LUIS CARLOS "
            "ANTONIO GIOVANNI MARCO HANS KLAUS LAURA SOPHIE EMMA JULIA LUCAS ERIK LARS INGRID PAULO PEDRO "
            "ELIZABETH WILLIAM"
        ),
        family=_words(
            "SMITH JONES MULLER SCHMIDT GARCIA MARTIN ROSSI SILVA SANTOS DUBOIS BROWN WILSON FERNANDEZ "
            "LOPEZ HANSEN COHEN"
        ),
        syllables=_words(
            "BAR BEL BRAN CAR DEL DUN FAR GAR HAL HOL KEL LAN MAR MON NOR PAR ROS SAN STE TOR VAL VER WAL WES"
        ),
        endings=_words("TON SON MANN ETTI EZ IER ARD LEY BERG"),
        states=_words("USA GBR FRA DEU ESP ITA BRA NLD SWE"),
        given_count=(1, 1, 2),
    ),
    Region(
        "EAST_ASIAN",
        given=_words(
            "WEI MING XIAO JUN HUI LI FANG YAN JING MINH ANH THI VAN HIROSHI KENJI YUKI SEOJUN MINJI HAO "
            "YONG TUAN HUNG"
        ),
        family=_words(
            "WANG LI ZHANG LIU CHEN YANG HUANG ZHAO NGUYEN TRAN LE PHAM KIM LEE PARK CHOI SATO SUZUKI "
            "TANAKA LIN WU"
        ),
        syllables=_words(
            "BA CAO DAI FENG GAO HE JIA KANG LIANG MENG NING PAN QIU REN SHEN TANG WEN XIE YUAN ZOU"
        ),
        endings=_words("MOTO YAMA DA HUA LONG PING QIN"),
        states=_words("CHN VNM KOR JPN SGP MYS"),
        given_count=(1, 2),
    ),
    Region(
        "AFRICAN",
        given=_words(
            "ABEBE TESFAYE HAILU AMINA FATOU MAMADOU OUMAR KWAME KOFI CHIDI NGOZI JUMA HALIMA HASSAN ABDI "
            "MOHAMED IBRAHIM SAMUEL DANIEL GRACE JOSEPH ESTHER MUSA YOHANNES"
        ),
        family=_words(
            "DIALLO TRAORE KEITA BEKELE TESFAYE MENSAH OKAFOR ABDI MOHAMED ALI HASSAN MWANGI NKOSI "
            "DLAMINI SOW CAMARA WARSAME"
        ),
        syllables=_words("A BE CHI DA DU E FO GE KA KO KWA LE MA MBO NDA NGU NYA O SE TA TE TSE WA ZU"),
        endings=_words("LE NI MBA NGA KU SI WE RU"),
        states=_words("ETH SOM NGA SEN MLI GHA KEN"),
        given_count=(1, 1, 2),
    ),
)

# Spelling customs: what one ear writes and another one writes for it, both in capitals.
_CUSTOMS = (
    ("MUHAMMAD", "MOHAMED"), ("HUSSEIN", "HOUCINE"), ("YUSUF", "YOUSSEF"), ("KHALID", "HALIT"),
    ("OMAR", "OUMAR"), ("AHMAD", "ACHMED"), ("SAID", "SAEED"), ("OU", "U"), ("U", "OU"), ("KH", "H"),
    ("Q", "K"), ("J", "DJ"), ("SH", "CH"), ("W", "OU"), ("Y", "I"), ("EE", "I"), ("I", "EE"),
    ("OV", "OFF"), ("SS", "S"), ("MM", "M"), ("TH", "T"), ("CH", "TCH"), ("DH", "D"), ("GH", "G"),
    ("PH", "F"), ("V", "W"), ("ZH", "J"), ("TS", "C"), ("EI", "EY"), ("AI", "AY"), ("A", "E"),
)  # fmt: skip
_CONFUSED_LETTERS = {"O": "Q", "I": "L", "B": "R", "S": "Z", "M": "N", "U": "V", "E": "F", "C": "G", "D": "O"}
_TO_ARABIC = (
    ("SH", "ش"), ("KH", "خ"), ("GH", "غ"), ("TH", "ث"), ("DH", "ذ"), ("OU", "و"), ("B", "ب"),
    ("D", "د"), ("F", "ف"), ("G", "ج"), ("H", "ح"), ("J", "ج"), ("K", "ك"), ("L", "ل"), ("M", "م"),
    ("N", "ن"), ("Q", "ق"), ("R", "ر"), ("S", "س"), ("T", "ت"), ("W", "و"), ("Y", "ي"), ("Z", "ز"),
    ("U", "و"), ("I", "ي"), ("A", ""), ("E", ""), ("O", ""), ("P", "ب"), ("V", "ف"), ("C", "ك"),
    ("X", "ك"),
)  # fmt: skip
FAMILIES = ("spelling", "reservation", "typing", "birth")
_TITLES = ("MR", "MRS", "MSTR", "DR")
_MRZ_NAME_LETTERS = 20
_COMMON_SHARE = 0.55
_FIRST_BIRTHDAY = date(1945, 1, 1)


class Population:
    """An endless, repeatable stream of names, entries and travellers."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - repeatable, and nothing here is secret.

    def _element(self, common: tuple[str, ...], region: Region) -> str:
        """A common element, the first of the table most often, or a rare one made of syllables."""
        random = self.random
        if random.random() < _COMMON_SHARE:
            return common[min(int(random.expovariate(6 / len(common))), len(common) - 1)]
        return "".join(random.choices(region.syllables, k=random.choice((1, 2, 2)))) + random.choice(
            region.endings
        )

    def name(self, region: Region) -> tuple[str, str]:
        """A surname and given names, in capitals."""
        count = self.random.choice(region.given_count)
        given = [self._element(region.given, region) for _ in range(count)]
        return self._element(region.family, region), " ".join(given)

    def birthday(self) -> date:
        """A day between 1945 and 2009."""
        return _FIRST_BIRTHDAY + timedelta(days=self.random.randrange(365 * 65))

    def region(self) -> Region:
        """One of the regions, all alike."""
        return self.random.choice(REGIONS)

    def innocent(self) -> Traveller:
        """A traveller who is on no list."""
        origin = self.region()
        surname, given = self.name(origin)
        return Traveller(
            surname=surname,
            given_names=given,
            birth_date=PartialDate.of(self.birthday()),
            sex=self.random.choice((Sex.MALE, Sex.FEMALE)),
            nationality=self.random.choice(origin.states),
            documents=(self._document(self.random.choice(origin.states)),),
        )

    def _document(self, state: str) -> TravelDocument:
        number = f"{self.random.choice('ABCDEFGHKLMNPRTXZ')}{self.random.randrange(10**7, 10**8)}"
        return TravelDocument("P", number, state)

    def listed(self, number: int) -> tuple[WatchlistEntry, Traveller]:
        """An entry with a full birth date and up to three aliases, and its person travelling undamaged."""
        person = replace(self.innocent(), sex=Sex.MALE)
        full = f"{person.given_names} {person.surname}"
        aliases = [self.respelled(full) for _ in range(self.random.choice((0, 1, 1, 2, 3)))]
        quality = self.random.choice((NameQuality.GOOD, NameQuality.LOW))
        names = [EntryName(full), *(EntryName(alias, NameKind.ALIAS, quality) for alias in aliases)]
        document = person.documents[0]
        entry = WatchlistEntry(
            id=f"SYN:{number:06}",
            names=tuple(dict.fromkeys(names)),
            birth_dates=(BirthDate(BirthDateKind.EXACT, date=person.birth_date),),
            nationalities=(person.nationality or "",),
            sex=Sex.MALE,
            documents=(EntryDocument(document.number, document.type, document.issuer),),
        )
        return entry, replace(person, documents=(self._document(person.nationality or ""),))

    def respelled(self, name: str) -> str:
        """A name as another ear would spell it: two or three customs at work."""
        customs = [custom for custom in _CUSTOMS if custom[0] in name]
        for sent, other in self.random.sample(customs, min(len(customs), self.random.choice((2, 3)))):
            name = name.replace(sent, other, 1)
        return name

    def twin(self, traveller: Traveller) -> Traveller:
        """A namesake of clearly another age and nationality."""
        born = traveller.birth_date or PartialDate(1970)
        state = self.random.choice([state for region in REGIONS for state in region.states])
        year = born.year + self.random.choice((-1, 1)) * self.random.randrange(12, 30)
        month, day = self.random.randrange(1, 13), self.random.randrange(1, 29)
        return replace(
            traveller,
            birth_date=PartialDate(year, month, day),
            nationality=state,
            documents=(self._document(state),),
        )

    def damaged(self, family: str, traveller: Traveller) -> Traveller:
        """The traveller with one family of damage, one of `FAMILIES`."""
        damages: dict[str, Callable[[Traveller], Traveller]] = {
            "spelling": self._respelled_traveller,
            "reservation": self._reservation,
            "typing": self._typed,
            "birth": self._birth_damaged,
        }
        return damages[family](traveller)

    def _respelled_traveller(self, traveller: Traveller) -> Traveller:
        return replace(
            traveller,
            surname=self.respelled(traveller.surname),
            given_names=self.respelled(traveller.given_names or ""),
        )

    def _reservation(self, traveller: Traveller) -> Traveller:
        """Swapped fields, names run together, a title glued on, a name left out, a name cut off."""
        given = traveller.given_names or ""
        kept = max(_MRZ_NAME_LETTERS - len(traveller.surname), 4)
        title = self.random.choice(_TITLES)
        kinds = (
            replace(traveller, surname=given, given_names=traveller.surname),
            replace(traveller, given_names=given.replace(" ", "") + title),
            replace(traveller, given_names=given.split(" ", maxsplit=1)[0] + title),
            replace(traveller, surname=f"{traveller.surname} {given}", given_names=None),
            replace(traveller, given_names=given[:kept]),
        )
        return self.random.choice(kinds)

    def _typed(self, traveller: Traveller) -> Traveller:
        return replace(
            traveller,
            surname=self._slip(traveller.surname),
            given_names=self._slip(traveller.given_names or ""),
        )

    def _slip(self, name: str) -> str:
        """One letter lost, doubled, exchanged with its neighbour, mistaken or misread."""
        at = self.random.randrange(len(name) - 1)
        kinds = (
            name[:at] + name[at + 1 :],
            name[:at] + name[at] + name[at:],
            name[:at] + name[at + 1] + name[at] + name[at + 2 :],
            name[:at] + self.random.choice("AEIRSTLN") + name[at + 1 :],
            name[:at] + _CONFUSED_LETTERS.get(name[at], name[at]) + name[at + 1 :],
        )
        return self.random.choice(kinds)

    def _birth_damaged(self, traveller: Traveller) -> Traveller:
        born = traveller.birth_date or PartialDate(1970, 1, 1)
        day, month = born.day or 1, born.month or 1
        kinds = (
            PartialDate(born.year, min(day, 12), month),
            PartialDate(born.year + self.random.choice((-1, 1)), month, min(day, 28)),
            PartialDate(born.year, 1, 1),
            PartialDate(born.year),
            PartialDate(born.year, month, (day + 9) % 28 + 1),
            None,
        )
        return replace(traveller, birth_date=self.random.choice(kinds))


def in_arabic(name: str) -> str:
    """A Latin name in Arabic letters, short vowels unwritten: what a list in that script would hold."""
    written = re.sub(r"(?<![A-Z])[AEOIU]", "ا", name)
    for latin, arabic in _TO_ARABIC:
        written = written.replace(latin, arabic)
    return written


def in_arabic_only(entry: WatchlistEntry) -> WatchlistEntry:
    """The entry with its first name in Arabic letters and no other."""
    return replace(entry, names=(EntryName(in_arabic(entry.names[0].text), NameKind.ORIGINAL_SCRIPT),))
