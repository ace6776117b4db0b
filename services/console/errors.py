"""The console's own faults.

```
ConsoleFault (DomainError)
├── SignInNeeded      no session, or it ended
├── SignInFailed      the issuer's answer does not hold
├── WrongHost         the console under a name that is not its own
├── CrossSiteRefused  a form that did not come from our own page
├── FormFault         a form with a field missing or too long
└── ServiceFault      another service refused, or does not answer
```
"""

from typing import ClassVar

from shared.errors import DomainError, Fact


class ConsoleFault(DomainError):
    """Base of the console's faults."""

    code = "CONSOLE_FAULT"


class SignInNeeded(ConsoleFault):
    """There is no session, or it has ended."""

    code = "SIGN_IN_NEEDED"
    sentence = "You are not signed in, or your session ended. Nothing was saved since your last step."


class SignInFailed(ConsoleFault):
    """The way through the issuer did not end with somebody whom we know."""

    code = "SIGN_IN_FAILED"
    sentence = "Signing in did not work ({reason}). Try again."


class WrongHost(ConsoleFault):
    """The console was reached under a name that is not its own."""

    code = "WRONG_HOST"
    sentence = "This is not the address of the console."


class CrossSiteRefused(ConsoleFault):
    """The form did not come from a page of ours in this session."""

    code = "CROSS_SITE_REFUSED"
    sentence = "This form was not sent from your own page. Nothing was done; open the page again."


class FormFault(ConsoleFault):
    """A field is missing, too long, or holds something else than the page offers."""

    code = "FORM_FAULT"
    sentence = "Please complete the form: {field}."


class ServiceFault(ConsoleFault):
    """What another service answered instead of doing what was asked.

    `status` is its HTTP status, `refusal` its own code, `words` its own sentence, without personal data.
    """

    code: ClassVar[str] = "SERVICE_FAULT"
    sentence = "{words}"

    def __init__(self, *, service: str, status: int, refusal: str, words: str, **facts: Fact) -> None:
        super().__init__(**(facts | {"service": service, "refusal": refusal, "words": words}))
        self.status = status
        self.refusal = refusal
