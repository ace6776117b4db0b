"""The one shape of a fault that our own code raises on purpose.

A `DomainError` names the fault by a stable code and carries facts that may be shown to the caller.
It knows no HTTP: `shared/web/problems.py` alone turns codes into RFC 9457 problem details.
Facts never hold personal data; identifiers, counts, positions and codes only.
"""

from typing import ClassVar

Fact = str | int | float | bool | None


class DomainError(Exception):
    """A fault with a stable code, a sentence for the person who meets it, and safe facts.

    Subclasses set `code` and `sentence`; `sentence` may refer to facts by `{name}`.
    """

    code: ClassVar[str] = "FAULT"
    sentence: ClassVar[str] = "The request could not be carried out."

    def __init__(self, **facts: Fact) -> None:
        super().__init__(self.code)
        self.facts = facts

    @property
    def detail(self) -> str:
        """The full sentence for the caller, without personal data."""
        return self.sentence.format_map(self.facts)

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"
