"""What the rights office's codes mean to the person at the screen."""

from collections.abc import Mapping
from typing import Final

KINDS: Final[Mapping[str, str]] = {
    "ACCESS": "Access to own data",
    "RECTIFY": "Correction",
    "ERASE": "Erasure",
    "RESTRICT": "Restriction",
    "REDRESS": "Mistaken for somebody else",
}
CHANNELS: Final[Mapping[str, str]] = {"POST": "By post", "IN_PERSON": "In person", "WEB": "At the door"}
LANGUAGES: Final[Mapping[str, str]] = {
    "en": "English",
    "fr": "Français",
    "es": "Español",
    "ar": "العربية",
    "ru": "Русский",
    "zh": "中文",
}
ANSWERS: Final[Mapping[str, str]] = {
    "GRANTED": "Granted",
    "REFUSED_PARTLY": "Refused in part: the data-protection officer must agree",
    "REFUSED": "Refused: the data-protection officer must agree",
}
OUTCOMES: Final[Mapping[str, str]] = {
    "CLEARED": "Cleared: it was somebody else",
    "CORRECTED": "The data were wrong and are corrected",
    "REMOVED": "The listing is removed",
    "UPHELD": "Upheld: the independent authority must agree",
}
GROUNDS: Final[Mapping[str, str]] = {
    "ONGOING_INVESTIGATION": "Ongoing investigation",
    "SAFETY_OF_ANOTHER": "Safety of another person",
    "SOURCE_PROTECTION": "Protection of a source",
}
