"""What all romanisers share: tables of letters, and the way back to plain a to z."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

_NOT_A_LETTER = re.compile(r"[^a-z]+")


def table(pairs: str) -> dict[str, str]:
    """Letter → Latin, from pairs written together and parted by blanks; a letter alone falls away."""
    return {pair[0]: pair[1:] for pair in pairs.split()}


def in_order(letters: str) -> list[str]:
    """Spellings parted by blanks, in the order of a Unicode block; `_` stands for no letter."""
    return ["" if each == "_" else each for each in letters.split()]


def spelled(word: str, letters: Mapping[str, str]) -> str:
    """The word with each letter replaced where the table has it."""
    return "".join(letters.get(letter, letter) for letter in word)


def plain(word: str) -> str:
    """Letters a to z of a word whose letters have been replaced where that matters; marks fall away."""
    return _NOT_A_LETTER.sub("", unicodedata.normalize("NFKD", word).lower())


def without_marks(word: str) -> str:
    """The word without combining marks."""
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def distinct(words: Iterable[str]) -> list[str]:
    """The words that are not empty, each once, in order."""
    return list(dict.fromkeys(word for word in words if word))
