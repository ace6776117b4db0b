"""What may never be kept is removed here, before any store, queue, log or trace sees a message."""

from services.ingest.sensitive.cards import mask_account, mask_numbers
from services.ingest.sensitive.filtering import filter_message
from services.ingest.sensitive.rules import (
    DEFAULT_RULES,
    Action,
    CodeRule,
    Rules,
    SensitiveClass,
)
from services.ingest.sensitive.rules_file import RulesRefused, read_rules
from services.ingest.sensitive.words import classify_text, scrub

__all__ = [
    "DEFAULT_RULES",
    "Action",
    "CodeRule",
    "Rules",
    "RulesRefused",
    "SensitiveClass",
    "classify_text",
    "filter_message",
    "mask_account",
    "mask_numbers",
    "read_rules",
    "scrub",
]
