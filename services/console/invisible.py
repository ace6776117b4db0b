"""Signs that nobody sees, made visible: whoever approves a text reads all of it, and in its order.

An override turns letters round, and tags or variation selectors carry a second text that no screen shows;
both would leave with what a person let go. What scripts need stays: joiners, marks of direction, of number.

Source: Unicode TR 36 and TR 39 (bidirectional spoofing, invisible characters).
"""

import re
from typing import Final

#: Controls, soft hyphen, zero width space, bidirectional embeddings, overrides and isolates, invisible
#: operators, the byte order mark, annotations, tags and variation selectors of the supplement.
_UNSEEN: Final = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\xad\\u180e\\u200b\\u202a-\\u202e\\u2060-\\u206f\\ufeff"
    "\\ufff9-\\ufffb\\U000e0000-\\U000e01ef]"
)


def visible(value: object) -> object:
    """A text with each such sign as its number, such as `⟨U+202E⟩`; everything else as it is."""
    if not isinstance(value, str) or _UNSEEN.search(value) is None:
        return value
    return type(value)(_UNSEEN.sub(lambda sign: f"⟨U+{ord(sign[0]):04X}⟩", value))
