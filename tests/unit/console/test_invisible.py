"""What a screen would not show stands on every page as its number; what scripts need stays as it is."""

from typing import Any

import pytest
from markupsafe import Markup

from services.console.invisible import visible
from services.console.rendering import Templates

TAGS = "".join(chr(0xE0000 + ord(sign)) for sign in "asylum")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("told \u202enothing\u202c more", "told ⟨U+202E⟩nothing⟨U+202C⟩ more"),
        ("a\u2066b\u2069", "a⟨U+2066⟩b⟨U+2069⟩"),
        (f"x{TAGS[0]}", "x⟨U+E0061⟩"),
        ("x\U000e0101", "x⟨U+E0101⟩"),
        ("pay\u200bload\xad", "pay⟨U+200B⟩load⟨U+00AD⟩"),
        ("\x1b[2J", "⟨U+001B⟩[2J"),
    ],
)
def test_unseen_signs_are_shown_by_their_numbers(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text",
    ["می\u200cخواهم", "क्\u200dष", "\u200fعربي\u200e 7", "two\nlines\r\n\tand a tab", "e\u0301 ❤\ufe0f", ""],
)
def test_what_scripts_need_stays(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize("value", [None, 7, ["\u202e"], Markup("<b>x</b>")])
def test_what_is_no_plain_text_stays(value: Any) -> None:
    assert visible(value) is value


def test_every_page_shows_them_and_still_escapes() -> None:
    facts = {"status": 409, "code": "X", "reasons": "", "has_file": False}
    page = Templates(is_demonstration=True).draw("refused.html", sentence="<b>\u202etxet", **facts)
    assert "&lt;b&gt;⟨U+202E⟩txet" in page
