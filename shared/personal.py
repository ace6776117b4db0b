"""Personal data prints as `<personal>`, so that no log line or error text can carry it by accident."""


class Personal:
    """Base of every value that describes a person: neither `repr`, `str` nor `format` shows its content."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<personal>"

    def __str__(self) -> str:
        return "<personal>"

    def __format__(self, format_spec: str) -> str:
        return "<personal>"
