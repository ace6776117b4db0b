import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.errors import MalformedMessage
from services.ingest.formats import edifact
from services.ingest.formats.edifact import Interchange, looks_like_edifact, read_interchanges
from services.ingest.formats.separators import Separators
from tests.unit.ingest.samples import EXAMPLE_A, EXAMPLE_B

DATA = "UNH+1+PAXLST:D:15B:UN:IATA'{}UNT+{}+1'"
START, END = "UNB+UNOA:4+AB+CD+271114:0410+R'", "UNZ+1+R'"


def interchange(*segments: str, start: str = START, end: str = END) -> bytes:
    body = "".join(f"{segment}'" for segment in segments)
    return (start + DATA.format(body, len(segments) + 2) + end).encode()


def read(body: bytes) -> Interchange:
    (found,) = read_interchanges(body)
    return found


def warned(body: bytes) -> list[tuple[str, str | None, int | None]]:
    found = read(body)
    assert found.failure is None, found.failure
    return [(fault.code, fault.segment, fault.position) for each in found.messages for fault in each.warnings]


def failure(body: bytes) -> tuple[str, str | None, int | None]:
    found = read(body).failure
    assert found is not None
    return (found.fault_code, found.segment, found.position)


def second(body: bytes) -> list[list[str]]:
    """The elements of the segment after UNH."""
    (message,) = read(body).messages
    return list(message.segments())[1].elements


def test_example_is_read_without_a_warning() -> None:
    found = read(EXAMPLE_A)
    assert warned(EXAMPLE_A) == []
    assert found.envelope is not None
    assert (found.envelope.sender, found.envelope.recipient, found.envelope.reference) == (
        "XADCS",
        "GRGOVAPI",
        "XA0418271114A",
    )
    assert len(found.messages[0].raw_segments) == 64
    assert found.messages[0].group_version == "D:15B"


@pytest.mark.parametrize(
    ("advice", "translated", "separators"),
    [
        ("UNA:+.? '", "", Separators()),
        ("UNA:+.?*'", "", Separators(repetition="*")),
        ("UNA:+.\\*'", "", Separators(release="\\", repetition="*")),
        ("UNA:*.? $", "+*'$", Separators(element="*", terminator="$")),
        ("UNA:(.) -", "+('-", Separators(element="(", release=")", terminator="-")),
        ("UNA:+\\*'", "", Separators(release="\\")),
        ("UNA:+.  '", "", Separators(release="")),
        ("UNA:+.? \u2019", "'\u2019", Separators(terminator="\u2019")),
        ("", "'\u2019", Separators(terminator="\u2019")),
        ("", "", Separators()),
        ("", "+*'$", Separators(element="*", terminator="$")),
        ("", "'\"", Separators(terminator='"')),
        ("", "'?", Separators(terminator="?", release="")),
    ],
)
def test_separators_are_advised_or_inferred(advice: str, translated: str, separators: Separators) -> None:
    table = str.maketrans(dict(zip(translated[::2], translated[1::2], strict=True)))
    body = interchange("BGM+745").decode().translate(table)
    (message,) = read((advice + body).encode()).messages
    assert message.separators == separators
    assert list(message.segments())[1].elements == [["745"]]


def test_advice_that_does_not_fit_is_not_believed() -> None:
    assert warned(b"UNA:*.? '" + interchange("BGM+745")) == []
    assert warned(b"UNA:+.? $" + interchange("BGM+745")) == []
    assert warned(b"UNA::.? '" + interchange("BGM+745")) == []


def test_without_a_message_the_usual_terminator_is_taken() -> None:
    assert failure(b"UNB+UNOA:4+A+B+271114:0410+R'UNZ+0+R'") == ("MESSAGE_MISSING", "UNH", 2)


@pytest.mark.parametrize(
    ("sent", "read_as"),
    [
        ("FTX+A??B", "A?B"),
        ("FTX+A?+B", "A+B"),
        ("FTX+A?:B", "A:B"),
        ("FTX+A?'B", "A'B"),
        ("FTX+A?*B", "A*B"),
        ("FTX+A*B", "A*B"),
        ("FTX+A???+B", "A?+B"),
    ],
)
def test_released_characters_are_data(sent: str, read_as: str) -> None:
    assert second(interchange(sent)) == [[read_as]]
    assert warned(interchange(sent)) == []


@pytest.mark.parametrize("sent", ["FTX+A?B", "FTX+?A"])
def test_stray_release_is_kept_with_a_warning(sent: str) -> None:
    assert second(interchange(sent)) == [[sent.partition("+")[2]]]
    assert warned(interchange(sent)) == [("RELEASE_STRAY", "FTX", 2)]


def test_deviation_lines_break_anywhere_even_inside_a_tag() -> None:
    broken = EXAMPLE_A.replace(b"\n", b"").replace(b"'UNH", b"'U\r\nNH").replace(b"PAPADAKI", b"PAPA\nDAKI")
    assert read(broken).messages == read(EXAMPLE_A).messages


def test_deviation_type_b_header_and_trailer_are_ignored() -> None:
    header = b"\x01QK LONPPXS\r\n.MUCKMTS 250521\r\n\x02"
    assert read(header + EXAMPLE_A + b"\x03\r\nthis mail's footer, it's free text").messages == (
        read(EXAMPLE_A).messages
    )


def test_deviation_separators_replaced_in_type_b_links() -> None:
    body = (
        EXAMPLE_A.decode().replace("UNA:+.? '", "").replace("XA418-000", "XA418000").replace("XA-AIR", "XA")
    )
    replaced = "UNA:(.) -" + body.replace("+", "(").replace("'", "-")
    (message,) = read(replaced.encode()).messages
    assert message.warnings == ()
    assert len(message.raw_segments) == 64


def test_deviation_unreleased_terminator_in_data_is_rejoined() -> None:
    body = interchange("NAD+FL+++DUPONT:JEAN-LUC").decode().replace("+", "(").replace("'", "-")
    assert second(f"UNA:(.) -{body}".encode())[3] == ["DUPONT", "JEAN-LUC"]
    assert warned(f"UNA:(.) -{body}".encode()) == [("SEGMENT_REJOINED", "NAD", 2)]
    assert second(interchange("NAD+FL+++O'BRIEN:SEAN"))[3] == ["O'BRIEN", "SEAN"]


def test_rejoined_trailer_text_is_not_taken_for_a_segment() -> None:
    assert warned(interchange("BGM+745") + b"it's after the end'") == []


def test_unknown_tag_is_a_segment_of_its_own() -> None:
    (message,) = read(interchange("XYZ+1", "BGM+745")).messages
    assert [segment.tag for segment in message.segments()] == ["UNH", "XYZ", "BGM", "UNT"]


def test_empty_segments_are_no_segments() -> None:
    assert warned(interchange("BGM+745").replace(b"BGM", b"'' BGM")) == []


def test_deviation_counts_differ() -> None:
    wrong = EXAMPLE_A.replace(b"UNT+64", b"UNT+65").replace(b"UNE+1", b"UNE+2").replace(b"UNZ+1", b"UNZ+X")
    assert warned(wrong) == [
        ("COUNT_MISMATCH", "UNT", 64),
        ("COUNT_MISMATCH", "UNE", 67),
        ("COUNT_MISMATCH", "UNZ", 68),
    ]


def test_deviation_references_differ_or_are_empty() -> None:
    wrong = EXAMPLE_A.replace(b"64+PAX001", b"64+PAX 001").replace(b"UNE+1+418001", b"UNE+1")
    assert warned(wrong) == [("REFERENCE_MISMATCH", "UNT", 64), ("REFERENCE_MISMATCH", "UNE", 67)]


def test_group_without_its_trailer_is_warned() -> None:
    assert warned(EXAMPLE_A.replace(b"UNE+1+418001'", b"")) == [("TRAILER_MISSING", "UNE", 67)]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (EXAMPLE_A.replace(b"UNT+64+PAX001'\n", b""), ("TRUNCATED", "UNT", 64)),
        (EXAMPLE_A.replace(b"UNZ+1+XA0418271114A'", b""), ("TRUNCATED", "UNZ", 68)),
        (EXAMPLE_A[:500], ("TRUNCATED", "UNT", 16)),
        (EXAMPLE_A.rstrip()[:-1], ("TRUNCATED", "UNZ", 68)),
    ],
    ids=["no UNT", "no UNZ", "cut line", "last terminator lost"],
)
def test_truncated_interchange_is_refused(body: bytes, fault: tuple[str, str, int]) -> None:
    assert failure(body) == fault


@given(st.integers(min_value=120, max_value=len(EXAMPLE_A.rstrip()) - 1))
def test_whatever_is_cut_off_is_noticed(length: int) -> None:
    assert failure(EXAMPLE_A[:length])[0] in {"TRUNCATED", "MESSAGE_MISSING"}


def test_segments_outside_a_message_are_warned() -> None:
    body = (START + "FTX+A'UNT+1+1'UNE+1+1'" + DATA.format("BGM+745'", 3) + END).encode()
    assert warned(body) == [
        ("SEGMENT_OUTSIDE_MESSAGE", "FTX", 2),
        ("SEGMENT_OUTSIDE_MESSAGE", "UNT", 3),
        ("SEGMENT_OUTSIDE_MESSAGE", "UNE", 4),
    ]


def test_several_interchanges_are_read_each_with_its_own_separators() -> None:
    other = EXAMPLE_B.decode().replace("UNA:+.? '", "").replace("+", "*").replace("'", "$").encode()
    first, next_one = read_interchanges(EXAMPLE_A + b"\r\n" + other)
    assert len(first.messages[0].raw_segments) == 64
    assert len(next_one.messages[0].raw_segments) == 40


def test_broken_interchange_does_not_lose_the_next() -> None:
    first, next_one = read_interchanges(EXAMPLE_A[:500] + EXAMPLE_B)
    assert first.failure is not None
    assert len(next_one.messages) == 1


def test_several_messages_of_one_interchange_are_read() -> None:
    body = (START + DATA.format("BGM+745'", 3) + DATA.format("BGM+250'", 3) + "UNZ+2+R'").encode()
    assert len(read(body).messages) == 2
    assert warned(body) == []


def test_groups_are_counted_by_unz() -> None:
    group = "UNG+PAXLST+A+B+271114:0410+{0}+UN+D:15B'" + DATA.format("BGM+745'", 3) + "UNE+1+{0}'"
    assert warned((START + group.format(1) + group.format(2) + "UNZ+2+R'").encode()) == []


def test_deviation_lower_case_is_read() -> None:
    assert warned(EXAMPLE_A.lower()) == []


@pytest.mark.parametrize(
    ("syntax", "encoded", "text", "warnings"),
    [
        ("UNOY", "Ö".encode(), "Ö", []),
        ("UNOC", "Ö".encode("latin-1"), "Ö", []),
        ("UNOE", "Ж".encode("iso8859_5"), "Ж", []),
        ("UNOF", b"\xff\xd6", "ÿÖ", ["READ_AS_LATIN_1"]),
        ("UNOY", b"\xd6", "Ö", ["READ_AS_LATIN_1"]),
        ("UNOC", "Ö".encode(), "Ö", ["READ_AS_UTF_8"]),
        ("UNOA", "Ö".encode(), "Ö", ["REPERTOIRE_EXCEEDED", "READ_AS_UTF_8"]),
        ("UNOB", b"\xd6", "Ö", ["REPERTOIRE_EXCEEDED", "READ_AS_LATIN_1"]),
        ("IATA", b"\xd6", "Ö", ["REPERTOIRE_EXCEEDED", "READ_AS_LATIN_1"]),
        ("SIRE", "Ж".encode(), "Ж", ["REPERTOIRE_EXCEEDED", "READ_AS_UTF_8"]),
        ("IATB", "Ж".encode(), "Ж", ["REPERTOIRE_EXCEEDED", "READ_AS_UTF_8"]),
    ],
)
def test_deviation_bytes_beyond_ascii_are_kept_and_flagged(
    syntax: str, encoded: bytes, text: str, warnings: list[str]
) -> None:
    body = interchange("NAD+FL+++X").replace(b"UNOA", syntax.encode()).replace(b"+X'", b"+" + encoded + b"'")
    assert second(body)[3] == [text]
    assert warned(body) == [(code, "UNB", 1) for code in warnings]


def test_test_indicator_is_read() -> None:
    found = read(interchange("BGM+745", start="UNB+UNOA:4+A+B+271114:0410+R++APIS++++1'"))
    assert found.envelope is not None
    assert found.envelope.is_test


def test_empty_sender_and_recipient_are_absent() -> None:
    found = read(interchange("BGM+745", start="UNB+IATA:1+++271114:0410+R'"))
    assert found.envelope is not None
    assert (found.envelope.sender, found.envelope.recipient) == (None, None)


@pytest.mark.parametrize("body", [b"", b"UNB", b"hello", b"UNB+UNOA", bytes(range(256))])
def test_what_is_no_interchange_is_refused(body: bytes) -> None:
    assert not looks_like_edifact(body)
    with pytest.raises(MalformedMessage):
        read_interchanges(body)


def test_limit_of_interchange_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    body = interchange("BGM+745")
    monkeypatch.setattr(edifact, "MAX_INTERCHANGE_BYTES", len(body))
    assert read(body).failure is None
    with pytest.raises(MalformedMessage, match="MAX_INTERCHANGE_BYTES"):
        read_interchanges(body + b" ")


def test_limit_of_interchanges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edifact, "MAX_INTERCHANGES", 2)
    assert len(read_interchanges(EXAMPLE_A * 2)) == 2
    with pytest.raises(MalformedMessage, match="MAX_INTERCHANGES"):
        read_interchanges(EXAMPLE_A * 3)


def test_limit_of_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edifact, "MAX_MESSAGES", 1)
    one = DATA.format("BGM+745'", 3)
    assert failure((START + one + one + END).encode())[0] == "MAX_MESSAGES"
    assert read((START + one + END).encode()).failure is None


def test_limit_of_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    body = interchange("BGM+745")
    monkeypatch.setattr(edifact, "MAX_SEGMENTS", 5)
    assert read(body).failure is None
    monkeypatch.setattr(edifact, "MAX_SEGMENTS", 4)
    assert failure(body)[0] == "MAX_SEGMENTS"


def test_limit_of_a_segments_characters() -> None:
    text = "A" * (edifact.MAX_SEGMENT_CHARACTERS - len("FTX+"))
    assert read(interchange(f"FTX+{text}")).failure is None
    assert failure(interchange(f"FTX+{text}A")) == ("MAX_SEGMENT_CHARACTERS", "FTX", 2)


def test_limit_of_a_segments_components() -> None:
    assert read(interchange("FTX" + "+" * edifact.MAX_COMPONENTS)).failure is None
    assert failure(interchange("FTX" + "+" * (edifact.MAX_COMPONENTS + 1))) == ("MAX_COMPONENTS", "FTX", 2)


def test_limit_of_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edifact, "MAX_WARNINGS", 2)
    assert len(warned(interchange("FTX+?A", "FTX+?B"))) == 2
    assert len(warned(interchange("FTX+?A", "FTX+?B", "FTX+?C"))) == 2


@given(st.binary(max_size=600))
def test_no_bytes_crash_the_reader(noise: bytes) -> None:
    for body in (noise, b"UNB+UNOA:4+A'UNH+" + noise, EXAMPLE_A[:300] + noise + EXAMPLE_A[300:]):
        try:
            found = read_interchanges(body)
        except MalformedMessage:
            continue
        for each in found:
            for message in each.messages:
                assert list(message.segments())


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20), max_size=6))
def test_released_data_reads_back_equal(texts: list[str]) -> None:
    released = [
        text.replace("?", "??").replace("+", "?+").replace(":", "?:").replace("'", "?'") for text in texts
    ]
    sent = interchange("FTX+" + "+".join(released), start="UNB+UNOY:4+AB+CD+271114:0410+R'")
    assert second(sent) == ([[text] for text in texts] or [[""]])
