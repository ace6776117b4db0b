"""Names as a passport's machine-readable zone prints them."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.formats.mrz import parse_mrz
from services.ingest.formats.mrz_name import TD1_NAME, TD3_NAME, mrz_name, mrz_words
from services.ingest.formats.transliteration import as_latin

SECOND_LINE = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"


@pytest.mark.parametrize(
    ("surname", "given", "printed"),
    [
        ("Eriksson", "Anna Maria", "ERIKSSON<<ANNA<MARIA"),
        ("O'Connor", "Sean-Patrick", "OCONNOR<<SEAN<PATRICK"),
        ("d’Arc", "Jeanne", "DARC<<JEANNE"),
        ("Smith, Jones", "J. R.", "SMITH<JONES<<J<R"),
        ("ARKFREITH", None, "ARKFREITH"),
        ("", "SUKARNO", "SUKARNO"),
        ("Müller", "Jürgen", "MUELLER<<JUERGEN"),
        ("Παπαδάκη", "Ελένη", "PAPADAKI<<ELENI"),
        ("Иванов", "Юрий", "IVANOV<<IURII"),
        ("محمود", "علي", "MXHMWD<<ELY"),
        ("李", None, ""),
    ],
)
def test_name_is_printed_with_fillers(surname: str, given: str | None, printed: str) -> None:
    assert mrz_name(surname, given) == printed.ljust(TD3_NAME, "<")


@pytest.mark.parametrize(
    ("surname", "given", "width", "printed"),
    [
        # The two of Doc 9303 part 4 that are cut at their end.
        (
            "NILAVADHANANANDA",
            "CHAYAPA DEJTHAMRONG KRASUANG",
            39,
            "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K",
        ),
        ("NILAVADHANANANDA", "ARNPOL PETCH CHARONGGUANG", 39, "NILAVADHANANANDA<<ARNPOL<PETCH<CHARONGG"),
        (
            "BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL",
            "DINGO POTOROO",
            39,
            "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WA<<D",
        ),
        ("ABC DEF", None, 4, "AB<D"),
        ("ABC D EFG", None, 6, "AB<D<E"),
        ("A B C", None, 4, "A<B<"),
        ("ABCDEF", None, 4, "ABCD"),
        ("ABC", "DE FG", 8, "ABC<<D<F"),
    ],
)
def test_long_name_is_cut_and_ends_in_a_letter(
    surname: str, given: str | None, width: int, printed: str
) -> None:
    assert mrz_name(surname, given, width=width) == printed


@pytest.mark.parametrize(
    ("text", "latin"),
    [
        ("ÄÖÜ ß ẞ Æ Ø Å Œ", "AEOEUE SS SS AE OE AA OE"),
        ("ÁÀÂÃĂĀĄ ÇĆČ ĐĎ Éě ĞĢ Ħ İıÏ Ĳ", "AAAAAAA CCC DD EE GG H III IJ"),
        ("Łódź Ñ Ŋ Þ Ŧ ŴŶŽ ȘȚ", "LODZ N N TH T WYZ ST"),
        ("A\u0308", "AE"),
        ("ЖЗХЦЧШЩЪЫЬЭЮЯЄІЇЎҐЉЊЏ", "ZHZKHTSCHSHSHCHIEYEIUIAIEIIUGLJNJDZ"),
        ("ёлка", "ELKA"),
        ("Ευαγγέλου Μπάμπης Αυτός Σταύρος", "EVANGELOU BAMPIS AFTOS STAVROS"),
        ("Ψυχή Θεός Ευ Ξένος", "PSYCHI THEOS EF XENOS"),
        ("ثحخذشصضطظىةءآأؤإئ", "XTHXHXKHXDHXSHXSSXDZXTTXZZXAYXTAXEXAAXAEUIXI"),
        ("پچژگکی ٹڈڑں ھہے ٱ", "PXCXJXGGXKKXYA XXTXXDXXRXNN XDOXXGXYB XXA"),
        ("مَدِنُ", "MADINU"),
        ("مّ", "M"),
        ("李小龙", "李小龙"),
    ],
)
def test_letters_are_written_as_doc_9303_recommends(text: str, latin: str) -> None:
    assert as_latin(text) == latin


@pytest.mark.parametrize(
    ("text", "state", "latin"),
    [
        ("Григорий", "UKR", "HRYHORYI"),
        ("Григорий", "BLR", "HRIHORII"),
        ("Жика Хаџић", "SRB", "ZIKA HADZIC"),
        ("Щерев", "BGR", "SHTEREV"),
        ("Щерев", "RUS", "SHCHEREV"),
    ],
)
def test_state_writes_a_letter_otherwise(text: str, state: str, latin: str) -> None:
    assert as_latin(text, state) == latin
    assert mrz_words(text, state) == latin.replace(" ", "<")


@given(st.text(max_size=60), st.none() | st.text(max_size=60), st.sampled_from([39, 31, TD1_NAME]))
def test_any_name_fills_the_field_with_the_zones_letters(surname: str, given: str | None, width: int) -> None:
    printed = mrz_name(surname, given, width=width)
    assert re.fullmatch(rf"[A-Z<]{{{width}}}", printed)


words = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=8)


@given(st.lists(words, min_size=1, max_size=2), st.lists(words, max_size=2))
def test_printed_name_reads_back_equal(surname: list[str], given_names: list[str]) -> None:
    name = mrz_name(" ".join(surname), " ".join(given_names))
    document = parse_mrz(f"P<UTO{name}\n{SECOND_LINE}", date(2027, 11, 14))
    assert (document.surname, document.given_names) == (" ".join(surname), " ".join(given_names) or None)


@given(st.lists(words, min_size=1, max_size=9), st.lists(words, min_size=1, max_size=9))
def test_cut_name_shows_both_identifiers(surname: list[str], given_names: list[str]) -> None:
    name = mrz_name(" ".join(surname), " ".join(given_names))
    shown_surname, parted, shown_given = name.partition("<<")
    assert parted
    assert shown_given.strip("<")
    shown = shown_surname.split("<")
    assert all(sent.startswith(word) for word, sent in zip(shown, surname, strict=False))
