"""Names, dates and numbers as nobody should send them: a defined answer, bounded work, never an exception."""

import pytest

from services.screening.matching import THRESHOLD, Matcher
from services.screening.matching.names import MAX_FORMS, MAX_WORD_LETTERS, MAX_WORDS, read_name
from tests.unit.screening.matching.samples import a_traveller, an_entry, born

BIRTHDAY = "1975-08-19"
LISTED = an_entry("RAMESH KALPANIK", birth_dates=born(BIRTHDAY))
COMBINING_MARKS_ONLY = "\u0301\u0308\u0327" * 5
DIGITS_ONLY = "19750819"
UNUSABLE = [
    COMBINING_MARKS_ONLY,
    DIGITS_ONLY,
    "\u202e\u200f\u2067",
    "---",
    "<<<<<",
    "X",
    "\u00a0 \u3000",
    "()",
]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher.compile([LISTED])


@pytest.mark.parametrize("name", UNUSABLE)
def test_who_has_no_usable_name_is_a_fault_that_people_see(matcher: Matcher, name: str) -> None:
    traveller = a_traveller(name, None, birth_date=BIRTHDAY)
    fault = matcher.unscreenable(traveller)

    assert fault is not None
    assert fault.code == "NO_USABLE_NAME"
    assert matcher.screen([traveller], floor=0.0) == [[]]


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_document_number_makes_whoever_has_no_usable_name_screenable(matcher: Matcher, name: str) -> None:
    traveller = a_traveller(name, None, documents=[{"number": "XB4471902", "issuer": "XBB"}])

    assert matcher.unscreenable(traveller) is None


@pytest.mark.parametrize(
    ("surname", "given_names"),
    [
        ("KALPANIK\u202e", "\u200fRAMESH\u2069"),
        ("КАLРANIK", "RАMESH"),
        ("KALPANIK\u0301\u0308", "R\u0327AMESH"),
        ("KALPANIK 7", "RAMESH 2"),
        ("KALPANIK<<RAMESH<<<<", None),
        ("KALPANIK", "RAMESH" + "\u200b" * 200),
    ],
    ids=["direction signs", "two alphabets", "marks", "digits", "fillers", "signs without width"],
)
def test_what_was_added_to_a_name_does_not_hide_it(
    matcher: Matcher, surname: str, given_names: str | None
) -> None:
    (found,) = matcher.screen([a_traveller(surname, given_names, birth_date=BIRTHDAY)])

    assert [each.entry_id for each in found] == ["T:1"]


def test_an_empty_surname_leaves_the_given_names(matcher: Matcher) -> None:
    traveller = a_traveller("", "RAMESH KALPANIK", birth_date=BIRTHDAY)
    (found,) = matcher.screen([traveller])

    assert matcher.unscreenable(traveller) is None
    assert found[0].score >= THRESHOLD


@pytest.mark.parametrize(
    "name", ["A" * 10_000, "ALI " * 2_500, "李" * 10_000, "\u0301" * 10_000, "अ" * 10_000]
)
def test_however_long_a_name_is_so_many_words_letters_and_forms_are_compared(name: str) -> None:
    words = read_name(name)

    assert len(words) <= MAX_WORDS
    assert all(len(word.forms) <= MAX_FORMS for word in words)
    assert all(len(form) <= MAX_WORD_LETTERS + len("abd") for word in words for form, _ in word.forms)


@pytest.mark.parametrize("birth_date", ["2999-12-31", "1900-01", "1875"])
def test_a_birth_date_that_nobody_has_contradicts_and_fails_for_nobody(
    matcher: Matcher, birth_date: str
) -> None:
    odd = matcher.explain(a_traveller(birth_date=birth_date), "T:1")

    assert [each.relation for each in odd.evidence if each.kind == "birth_date"] == ["APART"]


def test_a_thirteenth_month_is_no_date_for_whoever_reads_a_traveller() -> None:
    with pytest.raises(ValueError, match="month"):
        a_traveller(birth_date="1975-13-19")


@pytest.mark.parametrize("number", ["XB-447/19 02", "XB 4471902.", "«XB4471902»", "XB\u20114471902"])
def test_punctuation_in_a_document_number_does_not_hide_it(number: str) -> None:
    entry = an_entry("SOMEBODY ELSE", documents=[{"number": "XB4471902", "issuer": "XBB"}])
    traveller = a_traveller(documents=[{"number": number, "issuer": "XBB"}])
    ((found,),) = Matcher.compile([entry]).screen([traveller])

    assert found.score >= THRESHOLD


@pytest.mark.parametrize("number", ["", "-----", "////", "\u202e", "1234", "١٢٣"])
def test_a_number_of_nothing_but_punctuation_is_no_number(matcher: Matcher, number: str) -> None:
    traveller = a_traveller(DIGITS_ONLY, None, documents=[{"number": number, "issuer": "XBB"}])

    assert matcher.unscreenable(traveller) is not None
