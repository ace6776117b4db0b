"""A name as sent → the words by which it is compared: no titles, no particles, spellings side by side.

The order of words carries no meaning here: senders swap fields, and scripts differ on which name comes first.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.screening.matching.compounds import (
    ABD,
    ABD_OR_NAME,
    ALLAH,
    DIN,
    opens_compound,
    servant_of,
    standard,
    without_article,
)
from services.screening.matching.equivalents import ARABIC, class_of
from services.screening.matching.scripts import spellings
from services.screening.matching.syllables import has_han
from services.screening.matching.tables import rows_of

MAX_NAME_CHARACTERS = 600
MAX_WORDS = 12
MAX_WORD_LETTERS = 40
MAX_FORMS = 8
WHOLE = 100
"""A form's worth in percent: how far an agreement on it is an agreement on the word."""

_GLUED_ARTICLE, _GLUED_TITLE, _SHORTENED, _LAST_PART = 90, 90, 90, 60

_IN_BRACKETS = re.compile(r"[(\[（][^)\]）]*[)\]）]?")
# Apostrophes, half rings and the Arabic tatweel stand inside words; what else is no letter parts them.
_SILENT = re.compile("['’‘`´ʼʻʾʿʹ\u0640\u200b-\u200f\u2060]")
_PARTING = re.compile(r"[^a-z]+")
# Digits that readers of print take for letters: KALPAN1K, B0LBOLIN, 0MAR.
_MISREAD = re.compile(r"(?<=[a-z])[0158](?=[a-z])|0(?=[a-z])|(?<=[a-z])0")
_READ_AS = {"0": "o", "1": "i", "5": "s", "8": "b"}

_TITLES = frozenset(word for _, words in rows_of("titles") for word in words.split())
_GLUED = ("mstr", "miss", "mrs", "mr", "ms", "dr", "chd", "inf", "prof", "fnu", "lnu")
_PARTICLES = frozenset(word for _, words in rows_of("particles") for word in words.split())
_ARTICLE = re.compile(r"(?:al|el|ul)([a-z]{4,})")
# Bengal writes the article to the word before it: RASHIDUL ISLAM, ZIAUR RAHMAN, NURUN NAHAR.
_ARTICLE_BEHIND = re.compile(r"([a-z]{3,})u[lrszn]")
# What Bengal shortens on every paper.
_SHORT_FOR = {"md": "muhammad", "mst": "mosammat", "sk": "sheikh"}
# Words that change what stands beside them, or fall away beside it.
_NEIGHBOURLY = _TITLES | _PARTICLES | ABD | ABD_OR_NAME | DIN | ALLAH
# Doc 9303 writes letters that are not in A to Z with an X; such groups are read back to plain letters.
_X_READ = {
    "xxt": "t", "xxd": "d", "xxr": "r", "xxg": "h", "xxa": "a", "xth": "th", "xkh": "kh", "xdh": "dh",
    "xsh": "sh", "xss": "s", "xdz": "d", "xtt": "t", "xzz": "z", "xay": "a", "xta": "a", "xah": "a",
    "xaa": "a", "xae": "a", "xya": "y", "xgg": "g", "xkk": "k", "xnn": "n", "xdo": "h", "xyb": "e",
    "xh": "h", "xe": "", "xi": "i", "xc": "ch", "xj": "zh", "xx": "",
}  # fmt: skip
_X_DIGRAPH = re.compile("|".join(_X_READ))


Together = tuple[tuple[str, ...], ...]
"""Ways of writing neighbours as one word: the texts of each, the first bare."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a name: its likeliest spelling first, each spelling with its worth in percent.

    `is_initial` marks a single letter, which can only confirm, never contradict.
    """

    forms: tuple[tuple[str, int], ...]
    is_initial: bool = False

    def __hash__(self) -> int:
        """By the likeliest spelling, whose hash a text remembers: words are looked up a million times."""
        return hash(self.forms[0][0])

    @property
    def text(self) -> str:
        """The likeliest spelling, lower case a to z."""
        return self.forms[0][0]

    @property
    def with_particles(self) -> str:
        """The word as it is written with the particles before it, or bare where there were none."""
        text = self.text
        return max((form for form, _ in self.forms if form.endswith(text)), key=len)


def read_name(text: str) -> tuple[Word, ...]:
    """The words of a name in any script, at most `MAX_WORDS`, in the order written.

    Words in brackets are remarks of the list and fall away; titles go, particles go where two words stay.
    Only the first `MAX_NAME_CHARACTERS` characters are read, so that any input takes bounded time.

    Source:
        `spec/mrz.md` §4 and §5; `spec/matching.md` §2 (4, 5, 6).
    """
    return _read_name(text[:MAX_NAME_CHARACTERS])


@lru_cache(maxsize=50_000)
def _read_name(text: str) -> tuple[Word, ...]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    lettered = _MISREAD.sub(lambda digit: _READ_AS[digit[0]], folded)
    words = _parted(_SILENT.sub("", _IN_BRACKETS.sub(" ", lettered)))
    alone = [each for word in words if (each := read_alone(word))]
    return tuple(alone[:MAX_WORDS]) if len(alone) == len(words) else read_together(words)


def read_together(words: Sequence[str]) -> tuple[Word, ...]:
    """The words of a name, each as its neighbours have it be read."""
    romanised = [spelled for word in words for spelled in spellings(word)]
    cut = [tuple(form[:MAX_WORD_LETTERS] for form in forms) for forms in romanised[: 3 * MAX_WORDS]]
    if not any(map(has_han, words)):
        cut = _without_particles(_join_abd_and_din(_without_titles(cut)))
    return tuple(map(_as_word, cut[:MAX_WORDS]))


@lru_cache(maxsize=200_000)
def read_alone(word: str) -> Word | None:
    """A word as it is read in any company; `None` where neighbours have a say, as they have beside it.

    Most names have such words only, and most words come again: together they would be read anew each time.
    """
    romanised = spellings(word)
    if len(romanised) != 1:
        return None
    first, *others = (form[:MAX_WORD_LETTERS] for form in romanised[0])
    written = standard(first)
    if not _NEIGHBOURLY.isdisjoint((first, written, without_article(first))):
        return None
    return _as_word((written, *others))


def written_together(words: Sequence[Word]) -> Together:
    """The texts of neighbours as somebody may write them as one word: bare, and with their particles."""
    bare = tuple(word.text for word in words)
    whole = tuple(word.with_particles for word in words)
    return (bare,) if whole == bare else (bare, whole)


def _parted(text: str) -> list[str]:
    """The words of a text: runs of letters and of the marks that belong to letters in many scripts."""
    if text.isascii():
        return [word for word in _PARTING.split(text) if word]
    return "".join(sign if unicodedata.category(sign)[0] in "LM" else " " for sign in text).split()


Spellings = tuple[str, ...]


def _without_titles(words: list[Spellings]) -> list[Spellings]:
    kept = [forms for forms in words if forms[0] not in _TITLES]
    return kept or words


def _join_abd_and_din(words: list[Spellings]) -> list[Spellings]:
    """`abd al rahman` and `salah al din` become one word each, as many passports write them."""
    joined: list[Spellings] = []
    position = 0
    while position < len(words):
        forms = words[position]
        position += 1
        follows = _after_particles(words, position)
        if follows < len(words) and opens_compound(forms[0], words[follows][0]):
            joined.append((servant_of(without_article(words[follows][0])),))
            position = follows + 1
        elif without_article(forms[0]) in DIN and any(each[0] not in _PARTICLES for each in joined):
            joined[-1] = (_without_trailing_particle(joined)[0] + "din",)
        elif forms[0] in ALLAH and any(each[0] not in _PARTICLES for each in joined):
            before = _without_trailing_particle(joined)
            joined[-1] = tuple(f"{form}ulah" for form in before)
        else:
            joined.append((standard(forms[0]), *forms[1:]))
    return _with_last_abd(joined)


def _with_last_abd(joined: list[Spellings]) -> list[Spellings]:
    """A trailing `abdul` belongs to the word that begins the name: fields are sent surname first."""
    last = joined[-1][0] if len(joined) > 1 else ""
    if last not in ABD:
        return joined
    place = _after_particles(joined, 0)
    if place >= len(joined) - 1:
        return joined
    first = joined[place]
    return [
        *joined[:place],
        (servant_of(without_article(first[0])), *first),
        *joined[place + 1 : -1],
    ]


def _without_trailing_particle(joined: list[Spellings]) -> Spellings:
    """Take the article between a name and `din` off, and give the name before it."""
    while len(joined) > 1 and joined[-1][0] in _PARTICLES:
        joined.pop()
    return joined[-1]


def _after_particles(words: Sequence[Spellings], position: int) -> int:
    while position < len(words) and words[position][0] in _PARTICLES:
        position += 1
    return position


def _without_particles(words: list[Spellings]) -> list[Spellings]:
    """Drop particles where at least two other words stay; the word after one may also be written with it."""
    bearing = [forms for forms in words if forms[0] not in _PARTICLES and len(forms[0]) > 1]
    if len(bearing) == len(words) or not bearing or (len(bearing) == 1 and not _has_article_only(words)):
        return words
    kept: list[Spellings] = []
    before = ""
    for forms in words:
        if forms[0] in _PARTICLES:
            before += forms[0]
            continue
        kept.append((*forms, before + forms[0]) if before else forms)
        before = ""
    return kept


def _has_article_only(words: list[Spellings]) -> bool:
    """Whether the particles are Arabic articles or nasab, which never are a name of their own."""
    return all(
        forms[0] in {"al", "el", "ul", "bin", "ibn", "bint"} for forms in words if forms[0] in _PARTICLES
    )


@lru_cache(maxsize=200_000)
def _as_word(spelled: Spellings) -> Word:
    forms = dict.fromkeys(spelled, WHOLE)
    for spelling in spelled:
        for other, worth in _other_forms(spelling):
            forms.setdefault(other, worth)
    return Word(tuple(forms.items())[:MAX_FORMS], is_initial=len(spelled[0]) == 1)


def _other_forms(word: str) -> list[tuple[str, int]]:
    """What a word may be beside itself: without an article, title or MRZ digraphs, its last part, in full."""
    others = []
    article = _ARTICLE.fullmatch(word)
    if article:
        others.append((article[1], _GLUED_ARTICLE))
    behind = _ARTICLE_BEHIND.fullmatch(word)
    if behind and behind[1] in ARABIC and class_of(word) is None:
        others.append((behind[1], _GLUED_ARTICLE))
    glued = next((word.removesuffix(title) for title in _GLUED if word.endswith(title)), "")
    if len(glued) >= len("ali"):
        others.append((glued, _GLUED_TITLE))
    if word.startswith("abd") and len(word) > len("abdxxx"):
        others.append((word.removeprefix("abd"), _LAST_PART))
    if word in _SHORT_FOR:
        others.append((_SHORT_FOR[word], _SHORTENED))
    if "x" in word:
        read = _X_DIGRAPH.sub(lambda group: _X_READ[group[0]], word)
        if read not in {word, ""}:
            others.append((read, WHOLE))
    return others
