"""Marked words of a free text: what they reveal, and the text without them. Cost is linear in the text."""

import re
import unicodedata
from collections.abc import Iterator, Set
from dataclasses import dataclass

from services.ingest.sensitive.cards import mask_numbers
from services.ingest.sensitive.rules import (
    CODE_CHARACTERS,
    DEFAULT_RULES,
    FORBIDDEN_CLASSES,
    Action,
    Rules,
    SensitiveClass,
)

# Letters alone make a word, so that KSML is found in 1KSML2 as well.
_WORD = re.compile(r"[^\W\d_]+")
_NO_WORDS: Set[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Marked:
    start: int
    end: int
    group: SensitiveClass


def classify_text(text: str, rules: Rules = DEFAULT_RULES) -> str:
    """The class under which a dropped text is counted: what it reveals, or free text."""
    words = _WORD.findall(text)
    # A long text says the same few words again and again: each is looked up once.
    distinct = {word: _plain(word) for word in set(words)}
    groups = {_class_of_word(plain, rules) for plain in set(distinct.values())}
    if not rules.phrases_by_first_word.keys().isdisjoint(distinct.values()):
        groups.update(marked.group for marked in _marked(text, rules, _NO_WORDS))
    return next((group.value for group in SensitiveClass if group in groups), SensitiveClass.FREE_TEXT.value)


def scrub(text: str, rules: Rules = DEFAULT_RULES, allowed: Set[str] = _NO_WORDS) -> str:
    """A text without its marked words, whole card numbers and account numbers; blanks closed up.

    Args:
        text: As sent.
        rules: What is marked: words, phrases, and service codes written as words.
        allowed: Words, in capitals, that may stay in this text.
    """
    kept: list[str] = []
    at = 0
    for marked in _marked(text, rules, allowed):
        kept.append(text[at : marked.start])
        at = marked.end
    kept.append(text[at:])
    return mask_numbers(" ".join(" ".join(kept).split()))


def _marked(text: str, rules: Rules, allowed: Set[str]) -> Iterator[_Marked]:
    """The marked places of a text in order, none inside another."""
    found = [(word.start(), word.end(), _plain(word[0])) for word in _WORD.finditer(text)]
    at = 0
    while at < len(found):
        start, _, word = found[at]
        length, group = _phrase_at(found, at, rules)
        if group is None:
            length, group = 1, _class_of_word(word, rules)
        if group is not None and word not in allowed:
            yield _Marked(start, found[at + length - 1][1], group)
            at += length
        else:
            at += 1


def _phrase_at(found: list[tuple[int, int, str]], at: int, rules: Rules) -> tuple[int, SensitiveClass | None]:
    for phrase in rules.phrases_by_first_word.get(found[at][2], ()):
        if tuple(word for _, _, word in found[at : at + len(phrase)]) == phrase:
            return len(phrase), rules.phrases[phrase]
    return 1, None


def _class_of_word(word: str, rules: Rules) -> SensitiveClass | None:
    group = rules.words.get(word) or rules.words.get(word.removesuffix("S"))
    if group is not None or len(word) != CODE_CHARACTERS:
        return group
    rule = rules.code_rule(word)
    return rule.group if rule.action is Action.DROP and rule.group in FORBIDDEN_CLASSES else None


def _plain(word: str) -> str:
    """A word in capitals without accents, as a telex would send it."""
    if word.isascii():
        return word.upper()
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark)).upper()
