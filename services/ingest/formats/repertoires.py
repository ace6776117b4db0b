"""Which bytes an interchange is written in: by its declared repertoire, and by what really stands there."""

from typing import Final

# What a repertoire is written in. Any other, as IATA, IATB, SIRE, UNOA and UNOB, holds ASCII alone.
_CODECS: Final = {
    "UNOC": "iso8859_1",
    "UNOD": "iso8859_2",
    "UNOE": "iso8859_5",
    "UNOF": "iso8859_7",
    "UNOG": "iso8859_3",
    "UNOH": "iso8859_4",
    "UNOI": "iso8859_6",
    "UNOJ": "iso8859_8",
    "UNOK": "iso8859_9",
    "UNOW": "utf-8",
    "UNOX": "utf-8",
    "UNOY": "utf-8",
}
ASCII: Final = "ascii"
_FALLBACK: Final = "iso8859_1"


def decoded(chunk: bytes, syntax: str) -> tuple[str, str, list[str]]:
    """The chunk as text, the codec that read it, and how that differs from its declared repertoire.

    ASCII, else strict UTF-8, else the declared repertoire's own codec, else Latin-1, which reads anything.

    Args:
        chunk: An interchange from UNB on.
        syntax: The syntax identifier, upper case.

    Source:
        `spec/edifact.md` §2.
    """
    if chunk.isascii():
        return chunk.decode(ASCII), ASCII, []
    declared = _CODECS.get(syntax, ASCII)
    text, codec = _first_that_reads(chunk, ("utf-8", declared))
    if codec == declared:
        return text, codec, []
    notes = ["READ_AS_UTF_8" if codec == "utf-8" else "READ_AS_LATIN_1"]
    return text, codec, ["REPERTOIRE_EXCEEDED", *notes] if declared == ASCII else notes


def _first_that_reads(chunk: bytes, codecs: tuple[str, ...]) -> tuple[str, str]:
    for codec in codecs:
        try:
            return chunk.decode(codec), codec
        except UnicodeDecodeError:
            continue
    return chunk.decode(_FALLBACK), _FALLBACK
