"""EDIFACT by its grammar and out of its sense: right signs, right tags, anything between them."""

from random import Random
from typing import Final

_SERVICE_TAGS: Final = ("UNA", "UNB", "UNG", "UNH", "UNT", "UNE", "UNZ", "unt")
_TAGS: Final = (
    *("BGM", "RFF", "NAD", "NAD", "COM", "TDT", "LOC", "DTM", "ATT", "MEA", "GEI", "FTX", "NAT", "DOC"),
    *("EMP", "CNT", "AUT", "XYZ", "CTA", "GID", "QTY", "CPI", "N AD", "NA\r\nD"),
)
# A service segment in the wrong place ends the interchange: mostly, the others are to be read.
_SERVICE_SHARE: Final = 0.02
_WORDS: Final = (
    *("", "1", "2", "20", "745", "250", "FL", "FM", "MS", "P", "110", "111", "329", "36", "201", "203"),
    *("189", "232", "125", "87", "178", "XA418", "XQA", "XQB", "XBB", "840229", "990230", "2711140530"),
    *("271114053061", "TN", "AVF", "ABO", "PAXLST", "D", "15B", "02B", "UN", "IATA", "UNOA", "OSEI"),
    *("KOFI MR", "O?'NEIL", "??", "ÆØÅ", "A" * 300, "?", "*", "1*2", "O'DAY", "NULL", "FNU", "BAG", "CT"),
    *("WT", "KGM", "LBR", "173", "ZZZ", "91", "92", "130", "180", "22", "174", "XA118204", "99999", "-1"),
    *("010203", "000000", "XX0711", "<<<<<<", "2", "4", "CP", "CLOB", "V", "SEA", "AEA", "XAMCL"),
)
_SYNTAXES: Final = ("UNOA:4", "UNOA:4", "UNOB:1", "UNOC:3", "UNOE:4", "UNOY:4", "IATA:1", "SIRE:4")
_HEADERS: Final = (
    "PAXLST:D:15B:UN:IATA'",
    "PAXLST:D:02B:UN:IATA+XA418/271114/0530+02:C'",
    "PAXLST:D:17A:UN:IATA++10:F'",
)
_FUNCTIONS: Final = ("745", "745", "745+CP", "745+XR", "250+C", "266+CLOB", "266+XF", "336+G", "655")
_ENVELOPES: Final = (
    "",
    "",
    "",
    "\x01QK LONPPXS\r\n.MUCKMTS 250521 PDM\r\n\x02",
    "ZCZC A1\r\n.HDQCRA9 130631\r\n",
)
_FLIGHT: Final = "TDT+20+XA418'LOC+125+XQB'DTM+189:2711140530:201'LOC+87+XQA'DTM+232:2711140905:201'"
_END: Final = ("UNT+9+1'", "UNZ+1+REF1'")
MAX_SEGMENTS: Final = 40


def made_interchange(random: Random) -> bytes:
    """An interchange of made segments, often with a good frame around them; sometimes another separator."""
    body = [_segment(random) for _ in range(random.randint(0, MAX_SEGMENTS))]
    frame = random.choice(("none", "message", "flight", "flight", "flight"))
    if frame != "none":
        flight = [_FLIGHT] if frame == "flight" else []
        body = [*_head(random), f"BGM+{random.choice(_FUNCTIONS)}'", *flight, *body, *_END]
    text = "".join(body)
    match random.choice(("none", "none", "none", "other", "type-b", "repeating", "made")):
        case "other":
            text = "UNA:*.? ~" + text.replace("+", "*").replace("'", "~")
        case "type-b":
            text = "UNA:(.) -" + text.replace("+", "(").replace("'", "-")
        case "repeating":
            text = "UNA:+.?*'" + text
        case "made":
            text = "UNA" + "".join(random.choices(":+.? '*~\n", k=6)) + text
    text = random.choice(_ENVELOPES) + text
    return text.encode(random.choice(("utf-8", "latin-1", "utf-16")), "replace")


def _head(random: Random) -> tuple[str, str]:
    syntax = random.choice(_SYNTAXES)
    asked = random.choice(("", "++APIS", "++APIS++1", "++APIS++++1"))
    header = f"UNB+{syntax}+XADCS+XAAGOVAPI+271114:0410+REF1{asked}'"
    return header, "UNH+1+" + random.choice(_HEADERS)


def _segment(random: Random) -> str:
    elements = ["+" + _element(random) for _ in range(random.randint(0, 5))]
    tags = _SERVICE_TAGS if random.random() < _SERVICE_SHARE else _TAGS
    return (
        random.choice(tags)
        + "".join(elements)
        + random.choice(("'", "'", "'", "'", "'", "'\r\n", "'\r\n", "", "''"))
    )


def _element(random: Random) -> str:
    return ":".join(random.choice(_WORDS) for _ in range(random.choice((1, 1, 2, 3, 5))))
