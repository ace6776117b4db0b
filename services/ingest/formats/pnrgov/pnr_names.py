"""Names as reservation systems send them: the title glued to the given names, as AIRIMP has it."""

import re

from services.ingest.formats.names import without_titles

# In a reservation the title is the rule, so that MS is taken off too; a document's own spelling puts it back.
_GLUED_MS = re.compile(r"(?<=[A-Z]{2})MS$", re.IGNORECASE)


def given_without_title(given_names: str) -> str | None:
    """Given names without their title; a title alone stays, because nothing else would remain.

    Source:
        `spec/pnrgov.md` §5.
    """
    bare = without_titles(given_names)
    if not bare:
        return " ".join(given_names.split()) or None
    is_untouched = bare == " ".join(given_names.split())
    return _GLUED_MS.sub("", bare) if is_untouched else bare
