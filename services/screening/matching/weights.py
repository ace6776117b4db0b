"""Every weight of evidence, in hundredths of a bit: +100 doubles the odds of "same person", -100 halves them.

Integers only, so that the same snapshot and algorithm give the same bits on every machine.
docs/matching.md shows each with an example and says how they were set. Changing one is a new `ALGORITHM`.
"""

import math

ALGORITHM = "safeconduct-1"

# Names. Pairs of words weigh what `rarity.py` and `tokens.py` say; the rest is here.
CONTRADICTION = -500
"""A word on each side that the other side does not have."""
NOT_LISTED, NOT_SENT = -120, -150
"""A word more than the entry's name has; a word of the entry's name that the traveller left out."""
MAX_OMISSIONS = 3
INITIAL = 50
LOW_QUALITY = -150
NAME_LIMIT, NAME_FLOOR = 2_450, -500
"""What a name alone can say at most, and what another name can take away at most."""
NAME_BAR = 600
"""Names that cannot give as much are not looked at."""

# Birth dates.
BIRTH_EQUAL, BIRTH_EQUAL_DUMMY = 1_350, 900
BIRTH_SWAPPED, BIRTH_ONE_DIGIT, BIRTH_ONE_YEAR, BIRTH_DUMMY = 850, 700, 700, 520
BIRTH_MONTH, BIRTH_YEAR, BIRTH_SAME_YEAR_OTHER_DAY = 850, 580, -50
BIRTH_APPROXIMATE = {0: 450, 1: 380, 2: 250, 3: 0, 4: 0, 5: 0}
BIRTH_BETWEEN_LEAST = 50
BIRTH_APART = ((1, -150), (2, -300), (5, -500), (10, -750))
"""Years apart at most, and the weight; further apart weighs `BIRTH_FAR_APART`."""
BIRTH_FAR_APART = -1_000

# Light evidence: it moves an identity that a name or a document has already suggested, and never makes one.
NATIONALITY_EQUAL, NATIONALITY_RELATED, NATIONALITY_OTHER = 200, 100, -150
SEX_EQUAL, SEX_OTHER = 40, -350
PLACE_CITY, PLACE_COUNTRY, PLACE_OTHER = 400, 120, -80

# Documents.
DOCUMENT_EQUAL, DOCUMENT_CONFUSED, DOCUMENT_NO_ISSUER, DOCUMENT_OTHER_ISSUER = 5_000, 4_600, 3_400, 600

# Calibration on the stated prior, that one traveller in a thousand is on the list: the total at which the
# odds are even, and how much total doubles them. docs/matching.md says how they and the threshold were set.
PRIOR_LISTED_ONE_IN = 1_000
EVEN_ODDS = 2_600
DOUBLING = 140
THRESHOLD = 0.1
TOP_BAND = 0.97
_DECIMALS = 6


def calibrated(total: int) -> float:
    """The probability of "same person" for a total weight, 0.0-1.0, with six decimals.

    Rounding makes the last bit of the platform's power function invisible.
    """
    exponent = min(max((EVEN_ODDS - total) / DOUBLING, -60.0), 60.0)
    return round(1.0 / (1.0 + math.pow(2.0, exponent)), _DECIMALS)
