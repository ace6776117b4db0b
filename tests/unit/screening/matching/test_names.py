"""Names as sent → words: scripts, titles, particles, compounds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.screening.matching.names import MAX_FORMS, MAX_WORD_LETTERS, MAX_WORDS, read_name, read_together
from services.screening.matching.scripts import MAX_SPELLINGS, spellings


def words(name: str) -> list[str]:
    return [word.text for word in read_name(name)]


def forms(name: str) -> list[str]:
    return [form for word in read_name(name) for form, _ in word.forms]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("O'Connor-Smith", ["oconnor", "smith"]),
        ("SAMPLE (false identity of 1999) NAME", ["sample", "name"]),
        ("Dr. Haji Ramesh KALPANIK", ["ramesh", "kalpanik"]),
        ("Mr", ["mr"]),
        ("DE LA CRUZ JUAN", ["cruz", "juan"]),
        ("AHMED BIN ALI", ["ahmed", "ali"]),
        ("AL MISALI", ["misali"]),
        ("LE VAN AN", ["le", "van", "an"]),
        ("VAN DUNG", ["van", "dung"]),
        ("Abd al-Rahman", ["abdrahman"]),
        ("ABDURRAHMAN", ["abdrahman"]),
        ("Abdul", ["abdul"]),
        ("ABDOU", ["abdou"]),
        ("Salah al-Din", ["salahdin"]),
        ("SALAHUDDIN", ["salahdin"]),
        ("Din", ["din"]),
        ("AL DIN", ["din"]),
        ("J. Kalpanik", ["j", "kalpanik"]),
        ("FNU KALPANIK", ["kalpanik"]),
        ("UNKNOWN Mme RAMESH LNU", ["ramesh"]),
        ("Alhaji RAMESH NAMUNA Jr.", ["ramesh", "namuna"]),
        ("NAMUNA RAMESH OGLU", ["namuna", "ramesh"]),
        ("RAMESH KALPANIK UGLI", ["ramesh", "kalpanik", "ugli"]),
        ("HABIB ULLAH", ["habibulah"]),
        ("ABDI NAMUNA", ["abdi", "namuna"]),
        ("ABDI RAHMAN", ["abdrahman"]),
        ("ABDI HASSAN", ["abdi", "hassan"]),
        ("ABDUL HASSAN", ["abdhasan"]),
        ("ABDULLAH ABD", ["abdabdlah"]),
        ("RAMESH NAMUNA ABDUL", ["abdramesh", "namuna"]),
        ("AL ABDUL", ["abdul"]),
        ("\u202eRAMESH\u202c KAL\u200bPANIK", ["ramesh", "kalpanik"]),
        ("陳大文", ["chen", "da", "wen"]),
        ("KALPAN1K 0MAR PRIM0", ["kalpanik", "omar", "primo"]),
        ("RAMESH2 KALPANIK 1980", ["ramesh", "kalpanik"]),
        ("\u0301\u0302", []),
        ("12 34", []),
        ("", []),
    ],
)
def test_words_of_a_name(name: str, expected: list[str]) -> None:
    assert words(name) == expected


_MET = (
    "ramesh namuna abd abdul abdi abdou al el bin din uddin salah allah ullah habib rahman alrahman aldin "
    "mr dr haji fnu de la von oglu o j hassan abdurrahman alharbi salahuddin игорь абдул محمد الله 王小 김"
)


@given(st.lists(st.sampled_from(_MET.split()) | st.text("abdeilmnru", min_size=1, max_size=8), max_size=8))
def test_a_word_that_is_read_alone_is_read_so_in_any_company(parts: list[str]) -> None:
    assert read_name(" ".join(parts)) == read_together(parts)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("سمير", "smyr"),
        ("Игорь", "igor"),
        ("Юрий", "yuriy"),
        ("Γιάννης", "giannis"),
        ("रमेश", "ramesh"),
        ("مُحَمَّد", "mhmd"),
        ("יוסף", "yvsf"),
        ("MÜLLER", "muller"),
        ("MÜLLER", "mueller"),
        ("MÜLLER", "muxxller"),
        ("RAMESHMR", "ramesh"),
        ("ALMISALI", "misali"),
        ("AL MISALI", "almisali"),
        ("BEN MISALI RAMESH", "benmisali"),
        ("MXHMWD", "mhmwd"),
        ("AXHMD", "ahmd"),
        ("XSHRYF", "shryf"),
        ("MUXXLLER", "muller"),
        ("NUNXXEZ", "nunez"),
        ("RAMESHFNU", "ramesh"),
        ("ABDURRAHMAN", "rahman"),
        ("RASHIDUL ISLAM", "rashid"),
        ("ZIAUR RAHMAN", "zia"),
        ("NURUN NAHAR", "nur"),
        ("MD RAFIQ", "muhammad"),
    ],
)
def test_a_word_has_the_form_under_which_it_may_travel(name: str, expected: str) -> None:
    assert expected in forms(name)


@pytest.mark.parametrize("name", ["TIMUR", "MANSUR", "HARUN", "SONGUL", "JANUS"])
def test_an_ending_that_is_no_article_stays(name: str) -> None:
    assert forms(name) == [name.lower()]


def test_signs_of_a_syllable_script_are_words_of_their_own() -> None:
    assert words("李虚构") == ["li", "xu", "gou"]
    assert words("박예범") == ["bak", "ye", "beom"]


def test_a_single_letter_is_an_initial() -> None:
    assert [word.is_initial for word in read_name("R KALPANIK")] == [True, False]


def test_a_sign_that_romanises_to_nothing_gives_no_word() -> None:
    assert spellings("ء") == ()
    assert spellings("ـ") == ()


@settings(max_examples=150)
@given(st.text(max_size=300))
def test_any_text_gives_bounded_words_of_plain_letters(text: str) -> None:
    found = read_name(text)

    assert len(found) <= MAX_WORDS
    for word in found:
        assert 1 <= len(word.forms) <= MAX_FORMS
        for form, worth in word.forms:
            assert form.isascii()
            assert form.isalpha()
            assert form.islower()
            assert 0 < worth <= 100
            assert len(form) <= 2 * MAX_WORD_LETTERS


def test_ten_thousand_letters_are_cut_to_the_limits() -> None:
    (word,) = read_name("A" * 10_000)

    assert len(word.text) == MAX_WORD_LETTERS
    assert len(read_name("AB " * 4_000)) == MAX_WORDS
    assert len(spellings("ü" * 30)[0]) <= MAX_SPELLINGS
