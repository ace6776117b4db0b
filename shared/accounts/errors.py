"""Why the door of a service keeps an account out."""

from typing import Final

from shared.errors import DomainError

RETRY_AFTER_SECONDS: Final = 10


class AccountFrozen(DomainError):
    """An incident names the caller's account."""

    code = "ACCOUNT_FROZEN"
    sentence = "This account is frozen because of an incident. Two other people have to release it first."


class FrozenAccountsUnknown(DomainError):
    """Which accounts are frozen could not be read for too long, so that nobody is let in."""

    code = "FROZEN_ACCOUNTS_UNKNOWN"
    sentence = "Accounts cannot be checked at the moment. Try again in {retry_after_seconds} seconds."
