"""Two words of names: by which rule they are the same, and how much of the word's evidence that leaves.

`relate` is the definition. The index finds the same pairs faster, and the exhaustive scorer of the
tests calls `relate` on every pair to prove it.
"""

from enum import IntEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

from services.screening.matching.compounds import without_long_article
from services.screening.matching.equivalents import classes_of
from services.screening.matching.frequency import everyday_names
from services.screening.matching.skeleton import coarse_skeletons, fine_skeleton


class Rule(IntEnum):
    """How two words were found equal; of two rules with the same worth the smaller one is told."""

    EQUAL = 0
    SKELETON = 1
    DICTIONARY = 2
    EDIT = 3
    PREFIX = 4
    COARSE_SKELETON = 5
    JOINED = 6
    INITIAL = 7


# Worth in percent of the commoner word's evidence. docs/matching.md has an example of each.
EQUAL_WORTH = 100
JOINED_WORTH = 95
_JOINED_SKELETON_WORTH = {3: 45, 4: 58, 5: 70}
_JOINED_SKELETON_WORTH_LONG = 80
DICTIONARY_WORTH = 75
_FINE_WORTH = {2: 45, 3: 78}
_FINE_WORTH_LONG = 84
_COARSE_WORTH = {3: 42}
_COARSE_WORTH_LONG = 60
_PREFIX_WORTH_SHORT, _PREFIX_WORTH_LONG = 50, 70
TWO_NAMES_WORTH = 12
"""Two everyday names that resemble each other (FARHAD, FARZAD) are two names: a slip seldom makes of one just
the other, and many are called so. It spares them a contradiction and says hardly anything for "same"."""

MIN_FUZZY_LETTERS = 3
MIN_PREFIX_LETTERS = 4
_LONG_PREFIX = 6
MIN_FINE_CONSONANTS = 2
MIN_COARSE_CONSONANTS = 3
# Distance → (letters of the longer word at least, worth), the longest first.
_EDIT_WORTH = {
    1: ((8, 84), (6, 76), (5, 68), (4, 52), (3, 30)),
    2: ((10, 66), (8, 56), (7, 46)),
    3: ((12, 50),),
}
MAX_EDITS = max(_EDIT_WORTH)


def edits_allowed(letters: int) -> int:
    """How many edits a word of so many letters may differ by, if the other one is not shorter."""
    return max((edits for edits, steps in _EDIT_WORTH.items() if letters >= steps[-1][0]), default=0)


def edit_worth(edits: int, longer: int) -> int:
    """The worth of two words so many edits apart, the longer of which has so many letters; 0 = neither."""
    return next((worth for least, worth in _EDIT_WORTH.get(edits, ()) if longer >= least), 0)


def fine_worth(skeleton: str) -> int:
    """The worth of two words with this fine skeleton in common."""
    return _FINE_WORTH_LONG if len(skeleton) > max(_FINE_WORTH) else _FINE_WORTH.get(len(skeleton), 0)


def coarse_worth(skeleton: str) -> int:
    """The worth of two words with this coarse skeleton in common."""
    return _COARSE_WORTH_LONG if len(skeleton) > max(_COARSE_WORTH) else _COARSE_WORTH.get(len(skeleton), 0)


def joined_skeleton_worth(skeleton: str) -> int:
    """The worth of a word and of neighbours written together with this skeleton; its vowel does not count."""
    consonants = max(len(skeleton.removeprefix("A")), min(_JOINED_SKELETON_WORTH))
    return _JOINED_SKELETON_WORTH.get(consonants, _JOINED_SKELETON_WORTH_LONG)


def prefix_worth(letters: int) -> int:
    """The worth of a traveller's word of so many letters with which the entry's longer word begins."""
    if letters < MIN_PREFIX_LETTERS:
        return 0
    return _PREFIX_WORTH_LONG if letters >= _LONG_PREFIX else _PREFIX_WORTH_SHORT


@lru_cache(maxsize=500_000)
def relate(sent: str, listed: str) -> tuple[int, Rule]:
    """The worth in percent (0 = different words) and the rule for a traveller's word and an entry's.

    Both are lower case a to z. Only a prefix looks at which of the two is the traveller's:
    reservation systems and machine-readable zones cut names off, lists do not.

    Source:
        `spec/matching.md` §2 (4–7) and §3.
    """
    if sent == listed:
        return EQUAL_WORTH, Rule.EQUAL
    found = [(_skeleton_worth(sent, listed), Rule.SKELETON), (_distance_worth(sent, listed), Rule.EDIT)]
    if listed.startswith(sent):
        found.append((prefix_worth(len(sent)), Rule.PREFIX))
    found.append((_coarse_skeleton_worth(sent, listed), Rule.COARSE_SKELETON))
    found = [
        (min(worth, TWO_NAMES_WORTH) if are_two_names(sent, listed, rule) else worth, rule)
        for worth, rule in found
    ]
    if not set(classes_of(sent)).isdisjoint(classes_of(listed)):
        found.append((DICTIONARY_WORTH, Rule.DICTIONARY))
    return max(found, key=lambda pair: (pair[0], -pair[1]))


def are_two_names(sent: str, listed: str, rule: Rule) -> bool:
    """Whether two words that a rule relates are everyday names, and not the same.

    Equal consonants make spellings of one name of all but those that the dictionary tells apart: MAHMOUD and
    MUHAMMAD are two.
    """
    one, other = everyday_names(sent), everyday_names(listed)
    if not one or not other or not set(one).isdisjoint(other):
        return False
    return rule not in {Rule.SKELETON, Rule.COARSE_SKELETON} or (one[0] > 0 and other[0] > 0)


def _skeleton_worth(sent: str, listed: str) -> int:
    skeleton = fine_skeleton(sent)
    return fine_worth(skeleton) if skeleton == fine_skeleton(listed) else 0


def _coarse_skeleton_worth(sent: str, listed: str) -> int:
    common = set(coarse_skeletons(sent)) & set(coarse_skeletons(listed))
    return max((coarse_worth(skeleton) for skeleton in common), default=0)


def _distance_worth(sent: str, listed: str) -> int:
    if min(len(sent), len(listed)) < MIN_FUZZY_LETTERS:
        return 0
    longer = max(len(sent), len(listed)) - min(_article_letters(sent), _article_letters(listed))
    return edit_worth(OSA.distance(sent, listed, score_cutoff=MAX_EDITS), longer)


def _article_letters(word: str) -> int:
    """How many letters of a word are a glued article, which many bear: both having it says nothing."""
    return len(word) - len(without_long_article(word))
