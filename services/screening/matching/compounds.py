"""Compounds that every passport writes otherwise: with Abd (servant of), with -din (religion), with Allah.

Each gets one spelling, so that `abd al rahman`, `abdurrahman` and `abderrehmane` are equal words.
"""

import re
from functools import lru_cache

from services.screening.matching.tables import rows_of

ABD = frozenset({"abd", "abdul", "abdel", "abdal", "abdoul", "abdol", "abdur", "abdus", "abdun", "abdud"})
# These are also whole names, in Somalia and Morocco; before a divine name they open a compound.
ABD_OR_NAME = frozenset({"abdu", "abdi", "abdou", "abdo", "abda", "cabdi"})
# The second half of Habibullah, written apart or together.
ALLAH = frozenset(
    {"allah", "ullah", "ulla", "olla", "ollah", "oullah", "ellah", "alah", "ulah", "allh", "llah", "ulloh"}
)
DIN = frozenset(
    {"din", "deen", "dine", "ddin", "uddin", "eddin", "eddine", "aldin", "uldin", "aldyn", "dyn"}
    | {"ettin", "iddin", "oddin", "addin", "uddeen"}
)
# Of the names that follow Abd, those that are people's own first: ABDI HASSAN bears two names.
_PEOPLE = frozenset({"ali", "hasan", "husayn"})
_DIVINE = {spelling: name for name, spellings in rows_of("divine") for spelling in (name, *spellings.split())}
_MIN_DIVINE = 2
ARTICLE_LETTERS, MIN_BARE_LETTERS = 2, 4
_SERVANT = re.compile(r"c?abd(?=[a-z]{2})")
# What stands between Abd and the name: a case ending, and the article, whose l may become the next letter.
_BETWEEN = re.compile(r"(?:ou|[aeiou])?(?:l(?=[a-z]{2})|([rsnzdt])(?=\1))?")
_ALLAH_JOINED = re.compile(r"([a-z]{3,}?)[aeiou]{0,2}l+[aeiou]?h?")
_ALLAH_ENDING = re.compile(r"[a-z]{3,}[aeiou]?(?:ll[aeiou]?h?|l[aeiou]h)")
_DIN_JOINED = re.compile(r"([a-z]{3,}?)(?:[aeiou]?[ld])?(?<=[a-z]{3})(?:[aeiou]?)d(?:i|ee|y)ne?")
_DIN_IN_TURKISH = re.compile(r"([a-z]{3,}?)[aeiou]?ttin")


def opens_compound(word: str, follower: str) -> bool:
    """Whether a word makes one name with the word after it."""
    name = _DIVINE.get(without_article(follower))
    return word in ABD or (word in ABD_OR_NAME and name is not None and name not in _PEOPLE)


def servant_of(word: str) -> str:
    """The compound of Abd with a word that stood after it, its article taken off."""
    return f"abd{_DIVINE.get(word, word)}"


def without_article(word: str) -> str:
    """The word without a glued Arabic article, where enough stays."""
    return word[ARTICLE_LETTERS:] if word.startswith(("al", "el", "ul")) and len(word) > len("alxx") else word


def without_long_article(word: str) -> str:
    """A family name without its glued article, where enough stays: Alharbi is as common as Harbi."""
    bare = without_article(word)
    return bare if len(bare) >= MIN_BARE_LETTERS else word


@lru_cache(maxsize=50_000)
def standard(word: str) -> str:
    """One spelling for a compound with Abd, -din or Allah; other words stay as they are."""
    servant = _SERVANT.match(word)
    if servant:
        return _servant(word, word[servant.end() :])
    shape = _DIN_JOINED.fullmatch(word) or _DIN_IN_TURKISH.fullmatch(word)
    if shape:
        return f"{shape[1]}din"
    shape = _ALLAH_JOINED.fullmatch(word) if _ALLAH_ENDING.fullmatch(word) else None
    return f"{shape[1]}ulah" if shape and word.endswith("h") else word


def _servant(word: str, rest: str) -> str:
    """Of what may be the article, as little is taken off as leaves a divine name."""
    between = _BETWEEN.match(rest)
    longest = between.end() if between else 0
    for taken in range(longest + 1):
        if rest[taken:] in _DIVINE:
            return servant_of(rest[taken:])
    stem = rest[longest:]
    return f"abd{stem}" if len(stem) >= _MIN_DIVINE else word
