"""Which code and which word reveals what, and what is done with it: the table a State may make stricter.

Source: Directive (EU) 2016/681 Art. 6(1), 13(4); ICAO Annex 9 ch. 9 D; `spec/sensitive.md` §2 to §5.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class Action(StrEnum):
    """What is done with a service of a reservation.

    `DROP`: nothing stays but a count. `SCRUB`: code, status and text stay, the text without marked words and
    whole card numbers. `MASK`: as `SCRUB`, and every long number of the text keeps its last four digits.
    `KEEP`: code, status and what the reader made of the text stay; the text itself goes.
    """

    DROP = "DROP"
    SCRUB = "SCRUB"
    MASK = "MASK"
    KEEP = "KEEP"


class SensitiveClass(StrEnum):
    """What a dropped value would reveal; counters hold the class and never the code."""

    RELIGION = "religion"
    HEALTH = "health"
    ETHNIC_ORIGIN = "ethnic_origin"
    POLITICAL_OPINION = "political_opinion"
    TRADE_UNION = "trade_union"
    SEXUAL_LIFE = "sexual_life"
    FREE_TEXT = "free_text"


#: The classes that Article 13(4) forbids to process: no State's rules may keep what reveals them.
FORBIDDEN_CLASSES = frozenset(SensitiveClass) - {SensitiveClass.FREE_TEXT}


@dataclass(frozen=True, slots=True)
class CodeRule:
    """What is done with a service code, and what it would reveal; `None` where it reveals nothing."""

    action: Action
    group: SensitiveClass | None = None


def _dropped(group: SensitiveClass, codes: str) -> dict[str, CodeRule]:
    return dict.fromkeys(codes.split(), CodeRule(Action.DROP, group))


def _others(action: Action, codes: str) -> dict[str, CodeRule]:
    return dict.fromkeys(codes.split(), CodeRule(action))


#: Every code of sensitive.md §3. A code that no row and no pattern names is kept and loses its text.
CODE_TABLE: Mapping[str, CodeRule] = {
    # Meals that tell a belief; of VGML a philosophical one.
    **_dropped(SensitiveClass.RELIGION, "MOML HNML KSML VJML AVML ORML VOML VGML"),
    # Wheelchairs, impairments, medical cases, oxygen, casts, assistance animals.
    **_dropped(
        SensitiveClass.HEALTH, "WCHR WCHS WCHC WCHP WCBD WCBW WCLB WCMP WCOB BLND DEAF DPNA MEDA STCR"
    ),
    **_dropped(
        SensitiveClass.HEALTH, "OXYG PPOC POXY MOXY LEGL LEGR LEGB SVAN ESAN ASVN PNUT MAAS VACC NMOK"
    ),
    **_dropped(SensitiveClass.HEALTH, "PREG"),
    # Medical diets, and the special meal whose cause stands in its text.
    **_dropped(SensitiveClass.HEALTH, "DBML GFML LSML LFML LCML LPML PRML BLML NLML HFML SPML"),
    # Meals of preference and of children: every code that ends in ML goes, which is the simplest safe rule.
    **_dropped(SensitiveClass.HEALTH, "VLML RVML VVML SFML FPML BBML CHML TDML JPML"),
    **_dropped(SensitiveClass.SEXUAL_LIFE, "HNMN"),
    # A language hints at an origin; beside an unaccompanied minor the law names it (Annex I, 12).
    **_dropped(SensitiveClass.ETHNIC_ORIGIN, "LANG"),
    # Annex I, 12 names what is said of a child that travels alone.
    **_others(Action.SCRUB, "UMNR"),
    # A form of identification may be a card's number.
    **_others(Action.MASK, "FOID"),
    **_others(Action.KEEP, "CHLD INFT BSCT YPTA PETC AVIH DEPA DEPU INAD TWOV SEMN DIPL COUR WEAP STAF ID00"),
    **_others(Action.KEEP, "DOCS DOCO DOCA CTCB CTCE CTCF CTCH CTCM CTCP CTCR CTCT PCTC ADTK ADPI ADMD"),
    **_others(Action.KEEP, "FQTV FQTS FQTR FQTU SEAT NSST NSSA NSSW NSSB RQST SMST SMSA SMSW"),
    **_others(Action.KEEP, "TKNE TKNA TKNM TKTL EXST CBBG BIKE SPEQ BULK FRAG XBAG GRPS GRPF CKIN OTHS EPAY"),
}
MINOR_CODE, LANGUAGE_CODE = "UMNR", "LANG"
CODE_CHARACTERS = 4
_MEAL_ENDING, _WHEELCHAIR_START = "ML", "WC"
_UNKNOWN_CODE = CodeRule(Action.KEEP)
_UNKNOWN_MEAL = CodeRule(Action.DROP, SensitiveClass.HEALTH)

# English, then French, Spanish and German as an agent may write them; a State's file adds its own.
_WORDS: Mapping[SensitiveClass, str] = {
    SensitiveClass.RELIGION: (
        "HALAL KOSHER GLATT RAMADAN SABBATH SHABBAT SHABBATH HAJJ HAJ UMRAH UMRA PILGRIM PILGRIMAGE "
        "PRIEST RABBI IMAM NUN MONK MISSIONARY MUSLIM MOSLEM HINDU JEWISH CHRISTIAN CATHOLIC SIKH "
        "BUDDHIST JAIN MOSQUE SYNAGOGUE CHURCH CLERGY "
        "MUSULMAN MUSULMANE MUSULMANA MUSULMANO MUSLIMA JUIF JUIVE JUDIO JUDIA HINDOU CATHOLIQUE "
        "CATOLICO CATOLICA KATHOLISCH KASCHER CASHER KOSCHER PELERIN PELERINAGE PEREGRINO PILGERFAHRT "
        "RABBIN RABINO"
    ),
    SensitiveClass.HEALTH: (
        "WHEELCHAIR WHEELCHR DIABETIC DIABETES PREGNANT PREGNANCY EXPECTANT MEDICAL MEDIF FREMEC OXYGEN "
        "BLIND DEAF STRETCHER ALLERGY ALLERGIC INSULIN DISABLED DISABILITY HANDICAPPED EPILEPSY DIALYSIS "
        "SURGERY COVID VACCINATED VACCINATION AUTISM AUTISTIC DEMENTIA AMBULANCE HOSPITAL "
        "DIABETIQUE DIABETICO DIABETICA DIABETIKER DIABETIKERIN ENCEINTE EMBARAZADA SCHWANGER HANDICAPE "
        "HANDICAPEE DISCAPACITADO DISCAPACITADA BEHINDERT ALLERGIE ALLERGIQUE ALERGIA ALERGICO ALERGICA "
        "ALLERGISCH AVEUGLE CIEGO CIEGA SOURD SOURDE SORDO SORDA ROLLSTUHL OXYGENE OXIGENO SAUERSTOFF "
        "INSULINE INSULINA EPILEPSIE EPILEPSIA MALADE ENFERMO ENFERMA"
    ),
    SensitiveClass.ETHNIC_ORIGIN: "ETHNIC ETHNICITY RACE CASTE TRIBE",
    SensitiveClass.POLITICAL_OPINION: "PARTY DELEGATE DELEGATION CONGRESS POLITICAL ACTIVIST",
    SensitiveClass.TRADE_UNION: "UNION SYNDICATE SYNDICAT SINDICATO GEWERKSCHAFT",
    SensitiveClass.SEXUAL_LIFE: (
        "HONEYMOON HONEYMOONERS PARTNER GAY LESBIAN TRANSGENDER LGBT HOMOSEXUAL HOMOSEXUEL FLITTERWOCHEN"
    ),
}
_PHRASES: Mapping[SensitiveClass, tuple[str, ...]] = {
    SensitiveClass.SEXUAL_LIFE: ("SAME SEX", "BED TYPE", "DOUBLE BED", "LUNE DE MIEL", "LUNA DE MIEL"),
    SensitiveClass.HEALTH: (
        "MEET AND ASSIST",
        "SERVICE DOG",
        "GUIDE DOG",
        "FAUTEUIL ROULANT",
        "SILLA DE RUEDAS",
        "CADEIRA DE RODAS",
    ),
}

#: Remarks of these kinds are PNR data by name (Annex I, 13: the fare quote); they stay, scrubbed.
KEPT_REMARKS = frozenset(["FARE_CALCULATION"])
PILGRIMAGE_WORDS = ("HAJJ", "HAJ", "UMRAH", "UMRA", "PILGRIM")


@dataclass(frozen=True)
class Rules:
    """What a State drops, scrubs, masks and keeps.

    `words` are single words by class, `phrases` two or more words. With `scrubs_group_names`,
    `scrubs_fare_bases` and `scrubs_agencies` a pilgrimage is taken out of these too; a group may be named
    after one without anybody's belief being known, so a State decides.
    """

    codes: Mapping[str, CodeRule] = field(default_factory=lambda: dict(CODE_TABLE))
    words: Mapping[str, SensitiveClass] = field(
        default_factory=lambda: {word: group for group, listed in _WORDS.items() for word in listed.split()}
    )
    phrases: Mapping[tuple[str, ...], SensitiveClass] = field(
        default_factory=lambda: {
            tuple(phrase.split()): group for group, listed in _PHRASES.items() for phrase in listed
        }
    )
    kept_remarks: frozenset[str] = KEPT_REMARKS
    titles: frozenset[str] = frozenset()
    scrubs_group_names: bool = False
    scrubs_fare_bases: bool = False
    scrubs_agencies: bool = False
    version: str = "default"

    @cached_property
    def phrases_by_first_word(self) -> Mapping[str, tuple[tuple[str, ...], ...]]:
        """The phrases that begin with a word, the longest first."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for phrase in sorted(self.phrases, key=len, reverse=True):
            found.setdefault(phrase[0], []).append(phrase)
        return {first: tuple(listed) for first, listed in found.items()}

    def code_rule(self, code: str) -> CodeRule:
        """What is done with a service code, in any case; an unknown one is kept and loses its text."""
        upper = code.strip().upper()
        rule = self.codes.get(upper)
        if rule is not None:
            return rule
        if upper.endswith(_MEAL_ENDING) or upper.startswith(_WHEELCHAIR_START):
            return _UNKNOWN_MEAL
        return _UNKNOWN_CODE


DEFAULT_RULES = Rules()
