"""Every weight of evidence, in hundredths of a bit: +100 doubles the odds of "same person", -100 halves them.

Integers only, so that the same snapshot and algorithm give the same bits on every machine. docs/matching.md
shows each with an example and says how they were set. Changing one is another algorithm (`algorithm.py`).
"""

import math

# Names. Pairs of words weigh what `rarity.py` and `tokens.py` say; the rest is here.
MIN_PAIR = 60
"""A pair of words that gives less says nothing."""
CONTRADICTION = -420
"""A word on each side that the other side does not have."""
NOT_LISTED, NOT_SENT = -120, -150
"""A word more than the entry's name has; a word of the entry's name that the traveller left out."""
MAX_OMISSIONS = 3
INITIAL = 50
"""One to three letters that begin a word of the other side; counted at most `MAX_INITIALS` times."""
MAX_INITIALS = 3
LOW_QUALITY = -150
NAME_KNEE, NAME_RISE, NAME_HALF = 1_900, 800, 1_500
"""Above the knee more counts ever less, because words of one name are not independent: `NAME_HALF` beyond it
gives half of `NAME_RISE`, and no name gives more than both."""
NAME_FLOOR = -500
"""What another name can take away at most."""
COMMON_WORD, COMMON_AGAIN = 1_000, -100
"""A pair of words that gives less than `COMMON_WORD` is of names that many bear; each after the first takes
off a bit: words are counted as if each community were a quarter of the travellers, and that holds once for a
name, not once for each of its words. Who is called KIM is Korean, and YONG and CHOL are no surprise."""
PRIOR_LISTED_ONE_IN = 1_000
"""The stated prior: one traveller in a thousand is on the list, whatever his origin and however long the list
is. So the longer it is, and the more people on it bear names like his, the less falls on each of them."""
FEWEST_ENTRIES, MOST_ENTRIES = 1_000, 64_000
"""Between these the length of the list counts."""
SHARED_PERCENT = 50
"""What each doubling of the listed people who bear the second commonest of a traveller's words takes off, in
percent of a bit."""
NAME_BAR = 700
"""A name that gives as much suggests an entry by itself ..."""
NAME_BAR_BORN_ALIKE = 60
"""... and together with an equal (or swapped) full date of birth one that gives as much as the weakest pair
of words: something of the name has to stay once what contradicts is taken off."""
NAME_BAR_UNDATED = 1_100
"""Where no date of birth can be compared, a name suggests an entry only if it says as much by itself, what
others on the list bear taken off: a full name that many bear at home is not enough data."""

# Birth dates.
BIRTH_EQUAL, BIRTH_EQUAL_DUMMY = 1_350, 900
BIRTH_SWAPPED, BIRTH_ONE_DIGIT, BIRTH_ONE_YEAR = 850, 500, 600
BIRTH_DUMMY, BIRTH_DUMMY_DAY = 480, 600
"""A first of January stands for an unknown day of the year, a first of the month for one of that month."""
BIRTH_YEAR_DIGIT = -450
BIRTH_MONTH, BIRTH_YEAR, BIRTH_SAME_YEAR_OTHER_DAY = 850, 500, -50
BIRTH_APPROXIMATE = (430, 340, 200, 0, 0, 0)
"""By years away from an approximate year; further away counts as apart by what lies beyond."""
BIRTH_BETWEEN_LEAST = 50
BIRTH_APART_YEARS = (1, 2, 5, 10)
BIRTH_APART = (-250, -350, -450, -700, -1_400)
"""Years apart at most, and the weights; the last is for dates further apart. Of 52 pairs of full dates that
the United Nations' list gives for one person 7 lie 1 or 2 years apart: docs/matching.md has the sum."""

# Light evidence: it moves an identity that a name or a document has suggested, and never makes one.
NATIONALITY_EQUAL, NATIONALITY_RELATED, NATIONALITY_OTHER = 200, 100, -180
SEX_EQUAL, SEX_OTHER = 40, -350
PLACE_CITY, PLACE_COUNTRY, PLACE_OTHER = 400, 120, -80

# Documents.
DOCUMENT_EQUAL, DOCUMENT_CONFUSED, DOCUMENT_NO_ISSUER, DOCUMENT_OTHER_ISSUER = 5_000, 4_600, 3_400, 600

# Calibration on the stated prior: the total at which the odds are even, and how much total doubles them.
# docs/matching.md says how they and the threshold were set.
EVEN_ODDS = 1_650
DOUBLING = 100
SURE, SURE_DOUBLING = 2_400, 620
"""From here on evidence raises the odds more slowly: nothing on paper makes anybody certain."""
THRESHOLD = 0.04
TOP_BAND = 0.9974
_DECIMALS = 9


def calibrated(total: int) -> float:
    """The probability of "same person" for a total weight, 0.0-1.0, with nine decimals.

    Rounding makes the last bit of the platform's power function invisible.
    """
    plain = (EVEN_ODDS - min(total, SURE)) / DOUBLING - max(total - SURE, 0) / SURE_DOUBLING
    return round(1.0 / (1.0 + math.pow(2.0, min(plain, 60.0))), _DECIMALS)


def least_total(score: float) -> int:
    """The least total whose calibrated score reaches some score; totals are within 20,000 either way."""
    low, high = -20_000, 20_000
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if calibrated(middle) < score else (low, middle)
    return low
