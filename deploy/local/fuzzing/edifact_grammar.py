"""EDIFACT by its grammar and out of its sense: right signs, right tags, anything between them."""

from random import Random
from typing import Final

_TAGS: Final = (
    *("UNA", "UNB", "UNG", "UNH", "BGM", "RFF", "NAD", "COM", "TDT", "LOC", "DTM", "ATT"),
    *("MEA", "GEI", "FTX", "NAT", "DOC", "EMP", "CNT", "AUT", "UNT", "UNE", "UNZ", "XYZ"),
)
_WORDS: Final = (
    *("", "1", "2", "20", "745", "250", "FL", "FM", "MS", "P", "110", "111", "329", "36", "201", "203"),
    *("189", "232", "125", "87", "178", "XA418", "XQA", "XQB", "XBB", "840229", "990230", "2711140530"),
    *("271114053061", "TN", "AVF", "ABO", "PAXLST", "D", "15B", "02B", "UN", "IATA", "UNOA", "OSEI"),
    *("KOFI MR", "O?'NEIL", "??", "ÆØÅ", "A" * 300),
)
_HEAD: Final = ("UNB+UNOA:4+XADCS+XAAGOVAPI+271114:0410+REF1'", "UNH+1+PAXLST:D:15B:UN:IATA'")
_FLIGHT: Final = "TDT+20+XA418'LOC+125+XQB'DTM+189:2711140530:201'LOC+87+XQA'DTM+232:2711140905:201'"
_END: Final = ("UNT+9+1'", "UNZ+1+REF1'")
MAX_SEGMENTS: Final = 40


def made_interchange(random: Random) -> bytes:
    """An interchange of made segments, often with a good frame around them; sometimes another separator."""
    body = [_segment(random) for _ in range(random.randint(0, MAX_SEGMENTS))]
    frame = random.choice(("none", "message", "flight", "flight", "flight"))
    if frame != "none":
        body = [*_HEAD, "BGM+745'", *([_FLIGHT] if frame == "flight" else []), *body, *_END]
    text = "".join(body)
    match random.choice(("none", "none", "none", "other", "made")):
        case "other":
            text = "UNA:*.? ~" + text.replace("+", "*").replace("'", "~")
        case "made":
            text = "UNA" + "".join(random.choices(":+.? '*~\n", k=6)) + text
    return text.encode(random.choice(("utf-8", "latin-1", "utf-16")), "replace")


def _segment(random: Random) -> str:
    elements = ["+" + _element(random) for _ in range(random.randint(0, 5))]
    return random.choice(_TAGS) + "".join(elements) + random.choice(("'", "'", "'", "'\r\n", "", "''"))


def _element(random: Random) -> str:
    return ":".join(random.choice(_WORDS) for _ in range(random.choice((1, 1, 2, 3, 5))))
