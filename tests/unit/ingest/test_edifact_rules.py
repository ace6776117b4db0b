"""Rule by rule of edifact.md what test_edifact.py does not show; the section stands in each test's name."""

from datetime import date, datetime

import pytest

from services.ingest.formats.dates import read_birth_date, read_document_date, read_local_time
from services.ingest.formats.edifact import Interchange, read_interchanges
from services.ingest.formats.separators import Separators, split_repeated
from services.ingest.formats.type_b import MAX_HEADER_CHARACTERS, TypeBHeader, read_type_b_header
from shared.travel.message import Fault
from tests.unit.ingest.samples import EXAMPLE_A, EXAMPLE_B, RECEIVED_AT, Written, person, read_one
from tests.unit.ingest.test_edifact import DATA, END, START, interchange, read, second, warned


def faults(body: bytes) -> list[Fault]:
    found = read(body)
    assert found.failure is None, found.failure
    return [fault for each in found.messages for fault in each.warnings]


# §1 Characters.


def test_s1_one_character_may_not_serve_twice() -> None:
    (message,) = read(b"UNA:+.+ '" + interchange("BGM+745")).messages
    assert message.separators == Separators()


@pytest.mark.parametrize("separator", [b"A", b"7", b" ", b"\xb0"])
def test_s1_separators_are_printable_ascii_and_no_letters_digits_or_blanks(separator: bytes) -> None:
    from_header = EXAMPLE_A.replace(b"UNA:+.? '\n", b"").replace(b"+", separator)
    assert b"UNB" + separator in from_header
    with pytest.raises(ValueError, match="no interchange"):
        _first(from_header)


def _first(body: bytes) -> Interchange:
    try:
        return read_interchanges(body)[0]
    except Exception as fault:
        raise ValueError("no interchange") from fault


@pytest.mark.parametrize(("version", "repetition"), [("1", ""), ("2", ""), ("3", ""), ("4", "*"), ("5", "*")])
def test_s1_repetition_separator_is_active_from_version_4(version: str, repetition: str) -> None:
    body = interchange("BGM+745", start=START.replace(":4", f":{version}"))
    (message,) = read(b"UNA:+.?*'" + body).messages
    assert message.separators.repetition == repetition


def test_s1_asterisk_is_text_where_no_advice_declares_repetition() -> None:
    assert second(interchange("COM+1*2:TE")) == [["1*2", "TE"]]
    assert second(interchange("COM+1?*2:TE")) == [["1*2", "TE"]]


REPEATING = Separators(repetition="*")


@pytest.mark.parametrize(
    ("raw", "segments"),
    [
        ("COM+1:TE*2:FX", [[["1", "TE"]], [["2", "FX"]]]),
        ("COM+0:TE+1:TE*2:FX+3:EM", [[["0", "TE"], ["1", "TE"], ["3", "EM"]], [["0", "TE"], ["2", "FX"]]]),
        ("NAT+2+GHA*GRC*DEU", [[["2"], ["GHA"]], [["2"], ["GRC"]], [["2"], ["DEU"]]]),
        ("NAT+2+GHA", [[["2"], ["GHA"]]]),
        ("NAD+FL+++OSEI:KO*FI", [[["FL"], [""], [""], ["OSEI", "KO*FI"]]]),
        ("COM", [[]]),
    ],
)
def test_s1_repeated_element_is_a_segment_each_time(raw: str, segments: list[list[list[str]]]) -> None:
    assert [each.elements for each in split_repeated(raw, 2, REPEATING)] == segments


def test_s1_released_repetition_mark_is_data() -> None:
    (message,) = read(b"UNA:+.?*'" + interchange("COM+1?*2:TE")).messages
    assert list(message.segments())[1].elements == [["1*2", "TE"]]
    assert message.warnings == ()


def test_s1_repetition_separator_of_a_list_of_travellers_is_read() -> None:
    people = person("NAT+2+GHA*GRC", "RFF+AVF:ABC123*ABO:R1", "COM+1:TE*A.AT.B:EM")
    message = read_one("UNA:+.?*'" + str(Written(people=people)))
    (traveller,) = message.travellers
    assert (traveller.nationality, traveller.record_locator, traveller.carrier_reference) == (
        "GHA",
        "ABC123",
        "R1",
    )
    assert (traveller.phones, traveller.emails, message.faults) == (("1",), ("A.AT.B",), ())


@pytest.mark.parametrize(
    ("sent", "read_as"),
    [("FTX+A?", "A?'UNT"), ("FTX+?", "?'UNT"), ("FTX+A? B", "A? B"), ("FTX+A?\r\n+B", "A+B")],
    ids=["before a terminator", "alone", "before a blank", "before a line break"],
)
def test_s1_release_at_odd_places(sent: str, read_as: str) -> None:
    body = interchange(sent)
    found = read(body)
    if "UNT" in read_as:
        # It releases the terminator, so that UNT is lost and the message truncated.
        assert found.failure is not None
        assert (found.failure.fault_code, found.failure.segment) == ("TRUNCATED", "UNT")
    else:
        assert second(body) == [[read_as]]


def test_s1_stray_release_tells_its_element() -> None:
    (fault,) = faults(interchange("NAD+FL+++O?NEIL"))
    assert (fault.code, fault.segment, fault.position, fault.element) == ("RELEASE_STRAY", "NAD", 2, 4)


def test_s1_release_as_the_last_character_of_all() -> None:
    found = read(interchange("BGM+745")[:-1] + b"?")
    assert found.failure is not None
    assert found.failure.fault_code == "TRUNCATED"


def test_s1_host_to_host_profile_with_a_quotation_mark_as_terminator() -> None:
    body = interchange("BGM+745", start="UNB+SIRE:4+AB+CD+271114:0410+R'").replace(b"'", b'"')
    assert second(body) == [["745"]]


# §2 Repertoires.


@pytest.mark.parametrize("syntax", [f"UNO{letter}" for letter in "ABCDEFGHIJKWXY"] + ["IATA", "IATB", "SIRE"])
def test_s2_every_repertoire_is_read(syntax: str) -> None:
    body = EXAMPLE_A.replace(b"UNOA", syntax.encode())
    assert (read(body).encoding, warned(body)) == ("ascii", [])


@pytest.mark.parametrize(
    ("syntax", "codec", "name"),
    [
        ("UNOC", "iso8859_1", "MÜLLER"),
        ("UNOD", "iso8859_2", "WAŁĘSA"),
        ("UNOE", "iso8859_5", "ИВАНОВ"),
        ("UNOF", "iso8859_7", "ΠΑΠΑΔΑΚΗ"),
        ("UNOG", "iso8859_3", "ĦASSAN"),
        ("UNOH", "iso8859_4", "BĒRZIŅŠ"),
        ("UNOI", "iso8859_6", "سلام"),
        ("UNOJ", "iso8859_8", "שלום"),
        ("UNOK", "iso8859_9", "ŞAHİN"),
        ("UNOW", "utf-8", "MÜLLER"),
        ("UNOY", "utf-8", "ИВАНОВ"),
    ],
)
def test_s2_declared_codec_reads_its_own_letters(syntax: str, codec: str, name: str) -> None:
    body = interchange(f"NAD+FL+++{name}", start=START.replace("UNOA", syntax)).decode().encode(codec)
    assert (second(body)[3], read(body).encoding, warned(body)) == ([name], codec, [])


def test_s2_mixed_encodings_are_kept_byte_by_byte() -> None:
    mixed = interchange("NAD+FL+++X").replace(b"+X'", b"+\xd6" + "Ö".encode() + b"'")
    assert second(mixed)[3] == ["Ö\xc3\x96"]
    assert [code for code, _, _ in warned(mixed)] == ["REPERTOIRE_EXCEEDED", "READ_AS_LATIN_1"]


def test_s2_lone_surrogates_never_come_out() -> None:
    body = interchange("NAD+FL+++X").replace(b"+X'", b"+\xed\xa0\x80'").replace(b"UNOA", b"UNOY")
    text = second(body)[3][0]
    assert text.encode("utf-8")
    assert [code for code, _, _ in warned(body)] == ["READ_AS_LATIN_1"]


# §3 Structure, §4 line breaks.


def test_s3_segments_of_a_tag_alone_are_legal() -> None:
    (message,) = read(interchange("SRC", "DAT", "ORG")).messages
    assert [segment.tag for segment in message.segments()] == ["UNH", "SRC", "DAT", "ORG", "UNT"]


@pytest.mark.parametrize("between", ["\r", "\n", "\r\n", " ", "  \r\n  ", "\t", ""])
def test_s4_anything_blank_may_stand_between_segments(between: str) -> None:
    body = interchange("BGM+745", "XYZ+1").decode().replace("'", "'" + between).encode()
    (message,) = read(body).messages
    assert [segment.tag for segment in message.segments()] == ["UNH", "BGM", "XYZ", "UNT"]
    assert message.warnings == ()


@pytest.mark.parametrize("width", [1, 5, 64, 69])
def test_s4_lines_broken_at_a_width_anywhere(width: int) -> None:
    text = EXAMPLE_A.replace(b"\n", b"")
    lines = [text[start : start + width] for start in range(0, len(text), width)]
    assert read(b"\r\n".join(lines)).messages == read(EXAMPLE_A).messages


def test_s4_blanks_are_data_and_stay() -> None:
    assert second(interchange("NAD+FL+++SOP HY:OLIVIA"))[3] == ["SOP HY", "OLIVIA"]


# §5 Envelopes.


@pytest.mark.parametrize(
    ("header", "sender", "recipient"),
    [
        ("UNB+IATA:1+DL++271114:0410+R'", "DL", None),
        ("UNB+IATA:1+AIR1:ZZ+CD+271114:0410+R'", "AIR1", "CD"),
        ("UNB+IATA:1+1A:TS+CD+271114:0410+R'", "1A", "CD"),
        ("UNB+IATA:1+UNITED AIRLINES INC:UA+CD+271114:0410+R'", "UNITED AIRLINES INC", "CD"),
        ("UNB+UNOA:4+AB+CD+20271114:0410+R'", "AB", "CD"),
    ],
)
def test_s5_sender_forms(header: str, sender: str, recipient: str | None) -> None:
    envelope = read(interchange("BGM+745", start=header)).envelope
    assert envelope is not None
    assert (envelope.sender, envelope.recipient, envelope.reference) == (sender, recipient, "R")


@pytest.mark.parametrize(("sent", "wanted"), [("++APIS++1", True), ("++APIS++0", False), ("", False)])
def test_s5_acknowledgement_request_is_read(sent: str, wanted: bool) -> None:
    envelope = read(interchange("BGM+745", start=START.replace("+R'", f"+R{sent}'"))).envelope
    assert envelope is not None
    assert envelope.wants_acknowledgement is wanted


def test_s5_trailers_tell_the_element_that_differs() -> None:
    wrong = EXAMPLE_A.replace(b"UNT+64+PAX001", b"UNT+1+PAX002")
    assert [(each.code, each.element) for each in faults(wrong)] == [
        ("COUNT_MISMATCH", 1),
        ("REFERENCE_MISMATCH", 2),
    ]


@pytest.mark.parametrize("count", ["", "-1", "1E3", "9" * 5_000, "\u0663"])
def test_s5_counts_that_lie_are_warned(count: str) -> None:
    wrong = EXAMPLE_A.decode().replace("UNT+64", f"UNT+{count}").replace("UNZ+1", f"UNZ+{count}").encode()
    assert [fault for fault in warned(wrong) if fault[0] == "COUNT_MISMATCH"] == [
        ("COUNT_MISMATCH", "UNT", 64),
        ("COUNT_MISMATCH", "UNZ", 68),
    ]


def test_s5_faults_hold_no_content() -> None:
    wrong = EXAMPLE_A.replace(b"PAPADAKI", b"PAPA?DAKI").replace(b"UNT+64", b"UNT+PAPADAKI")
    assert all("PAPA" not in str(fault) for fault in faults(wrong))


# §6 Type-B.

ADDRESSED = "\x01QK LONPPXS ATHAPXS\r\nBOMKZXA\r\n.MUCKMTS 250521\r\n\x02"


@pytest.mark.parametrize(
    ("text", "header"),
    [
        (
            ADDRESSED,
            TypeBHeader("QK", ("LONPPXS", "ATHAPXS", "BOMKZXA"), "MUCKMTS", is_possible_duplicate=False),
        ),
        (
            "QN GBRRMOK\n.YOWAAXH KL/041643\n",
            TypeBHeader("QN", ("GBRRMOK",), "YOWAAXH", is_possible_duplicate=False),
        ),
        (
            "a free line\n.HDQCRA9 130631\nPDM\n",
            TypeBHeader(None, (), "HDQCRA9", is_possible_duplicate=True),
        ),
        (
            "ZCZC ABC123\r\nqu lonppxs.\r\n.MUCKMTS 250521 PDM\r\n",
            TypeBHeader("QU", ("LONPPXS",), "MUCKMTS", is_possible_duplicate=True),
        ),
        ("", None),
        ("Subject: tonight's list\r\n\r\n", None),
    ],
    ids=["wrapped addresses", "QN", "free line and PDM", "ZCZC", "nothing", "mail"],
)
def test_s6_type_b_header_is_read(text: str, header: TypeBHeader | None) -> None:
    assert read_type_b_header(text) == header


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ADDRESSED, "\r\n\x03"),
        ("ZCZC ABC123\r\nQU LONPPXS\r\n.MUCKMTS 250521\r\n", "\r\n\r\nNNNN\r\n"),
        ("From: dcs@xa.example\r\n\r\n.HDQCRA9 130631\r\n", "\r\n-- \r\nIt's confidential. UNT+1+1'\r\n"),
    ],
    ids=["SOH STX ETX", "ZCZC NNNN", "mail footer"],
)
def test_s6_what_stands_around_an_interchange_is_no_data(before: str, after: str) -> None:
    found = read(before.encode() + EXAMPLE_A + after.encode())
    assert found.messages == read(EXAMPLE_A).messages
    assert found.transport is not None


def test_s6_header_far_away_or_before_the_second_interchange_is_not_kept() -> None:
    noise = "\r\n" * 20 + "X" * MAX_HEADER_CHARACTERS
    assert read((ADDRESSED + noise).encode() + EXAMPLE_A).transport is None
    first, other = read_interchanges(ADDRESSED.encode() + EXAMPLE_A + ADDRESSED.encode() + EXAMPLE_B)
    assert (first.transport is not None, other.transport) == (True, None)


def test_s6_header_with_a_million_line_breaks_is_passed_over_at_once() -> None:
    """Where each break cost a look at all the others, this took an hour."""
    found = read(b"A" + b"\n" * 1_000_000 + b"B" + b"\n" * 200_000 + EXAMPLE_A)
    assert (found.messages, found.transport) == (read(EXAMPLE_A).messages, None)


def test_s6_possible_duplicate_is_warned() -> None:
    header = ADDRESSED.replace("250521", "250521 PDM").encode()
    assert warned(header + EXAMPLE_A) == [("POSSIBLE_DUPLICATE", "UNB", 1)]


def test_s6_ita2_substitution_with_hyphens_in_data() -> None:
    """Of a date, a telephone number and a name, cut at each hyphen, each is whole again."""
    sent = ("COM+30-210-555:TE", "NAD+FL+++DUPONT-DURAND:JEAN-LUC", "DTM+329:84-02-29")
    body = interchange(*sent).decode().replace("+", "(").replace("'", "-")
    (message,) = read(f"UNA:(.) -{body}".encode()).messages
    assert [each.elements for each in list(message.segments())[1:4]] == [
        [["30-210-555", "TE"]],
        [["FL"], [""], [""], ["DUPONT-DURAND", "JEAN-LUC"]],
        [["329", "84-02-29"]],
    ]
    assert [code for code, _, _ in warned(f"UNA:(.) -{body}".encode())] == ["SEGMENT_REJOINED"] * 3


@pytest.mark.parametrize("name", ["SMITH:O'DAY", "O'DAY:KIM", "D'ALI:MARIO"])
def test_s6_name_cut_at_its_apostrophe_is_rejoined(name: str) -> None:
    assert second(interchange(f"NAD+FL+++{name}"))[3] == name.split(":")
    assert warned(interchange(f"NAD+FL+++{name}")) == [("SEGMENT_REJOINED", "NAD", 2)]


@pytest.mark.parametrize("after", ["SSR", "DAY+14 ROAD"])
def test_s6_what_looks_like_a_segment_after_an_apostrophe_is_one(after: str) -> None:
    """Nobody can tell; and a segment that is not known must not run on into the one before."""
    assert second(interchange(f"NAD+FL+++OSEI:KO'{after}"))[3] == ["OSEI", "KO"]


# §7 Size.


@pytest.mark.parametrize("mark", [b"+", b"+:"])
def test_s7_segment_of_a_million_elements_is_refused(mark: bytes) -> None:
    found = read(interchange("FTX").replace(b"FTX", b"FTX" + mark * 500_000))
    assert found.failure is not None
    assert (found.failure.fault_code, found.failure.segment, found.failure.position) == (
        "MAX_COMPONENTS",
        "FTX",
        2,
    )


def test_s7_a_million_terminators_are_no_segments() -> None:
    assert warned(interchange("BGM+745").replace(b"BGM", b"'" * 1_000_000 + b"BGM")) == []


# §8 Split messages, §9 several messages.


@pytest.mark.parametrize(
    ("sent", "part", "is_last"),
    [
        ("01:C", 1, False),
        ("02", 2, False),
        ("+05", 1, True),
        ("03:F", 3, True),
        ("01:F", 1, True),
        ("10:F", 10, True),
        ("1:F", 1, True),
        ("01:c", 1, False),
        ("00:F", 1, True),
        ("\u0662:F", 1, True),
    ],
)
def test_s8_part_and_letter(sent: str, part: int, is_last: bool) -> None:
    message = read_one(str(Written()).replace("IATA'", f"IATA+XA418/271114/0530+{sent}'"))
    assert (message.part, message.is_last_part) == (part, is_last)


def test_s8_access_reference_may_be_empty() -> None:
    message = read_one(str(Written()).replace("IATA'", "IATA++02:F'"))
    assert (message.access_reference, message.part, message.is_last_part) == (None, 2, True)


def test_s9_groups_and_messages_of_one_interchange_are_each_independent() -> None:
    group = "UNG+PAXLST+A+B+271114:0410+{0}+UN+D:{1}'" + DATA.format("BGM+745'", 3).replace(":D:15B", "")
    body = START + group.format(1, "02B") + "UNE+1+1'" + group.format(2, "16B") + "UNE+1+2'" + "UNZ+2+R'"
    assert [each.group_version for each in read(body.encode()).messages] == ["D:02B", "D:16B"]


def test_s9_message_without_its_trailer_is_not_hidden_by_the_next() -> None:
    body = (START + "UNH+1+PAXLST'BGM+745'" + DATA.format("BGM+745'", 3) + END).encode()
    found = read(body)
    assert found.failure is not None
    assert (found.failure.fault_code, found.failure.segment) == ("TRUNCATED", "UNT")


# §10 Dates: the day, month and year of 010203 are each another.


def test_s10_dates_of_paxlst_are_year_month_day() -> None:
    assert str(read_birth_date("010203", date(2027, 11, 14))) == "2001-02-03"
    assert read_document_date("010203") == date(2001, 2, 3)
    assert read_local_time("0102030405") == (datetime(2001, 2, 3, 4, 5), True)  # noqa: DTZ001
    assert read_local_time("010203") == (datetime(2001, 2, 3), False)  # noqa: DTZ001


def test_s10_dates_of_a_whole_message_are_year_month_day() -> None:
    flight = "TDT+20+XA418+++XA'LOC+125+DXB'DTM+189:0102030405:201'LOC+87+ATH'DTM+232:0102030506:201'"
    people = person("DTM+329:000203", "DOC+P+1", "DTM+36:010203", "DTM+182:010203")
    message = read_one(str(Written(flight=flight, people=people)))
    assert message.flight is not None
    assert message.flight.legs[0].departure == datetime(2001, 2, 3, 4, 5)  # noqa: DTZ001
    (traveller,) = message.travellers
    assert str(traveller.birth_date) == "2000-02-03"
    assert (traveller.documents[0].expiry, traveller.documents[0].issued) == (
        date(2001, 2, 3),
        date(2001, 2, 3),
    )
    assert RECEIVED_AT.year > 2001
