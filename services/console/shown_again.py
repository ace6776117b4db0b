"""A refused form is shown again where it stood, with what was written in it and why it was refused.

The page is drawn anew for the same person, as its address would draw it, and the form on it that was sent is
filled in: nobody types forty characters of reasons twice because a service was away for a second. Browsers do
not help here: they forget the fields of pages that may not be kept.
"""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import httpx
import lxml.html
from fastapi import Request
from lxml.html import FormElement, HtmlElement
from starlette.datastructures import FormData

from services.console.page import Console

CSRF_FIELD: Final = "csrf"
# What people type or choose; a hidden field, a button and a file are never filled in from outside.
TYPED: Final = "self::textarea or self::select or self::input[not(@type) or not({})]".format(
    " or ".join(f"@type='{kind}'" for kind in ("hidden", "file", "submit", "button", "password"))
)
TICKED: Final = frozenset({"checkbox", "radio"})
NOT_IN_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


async def shown_again(request: Request, status: int, fault: Mapping[str, object]) -> str | None:
    """The page that the refused form came from, with the form as it was sent.

    Args:
        request: A form's request that `form_for` let in.
        status: The refusal's HTTP status.
        fault: What the template `refused.html` says above the form.

    Returns:
        HTML; `None` if the form's page cannot be drawn (again), or nothing was typed into it.
    """
    written: FormData | None = getattr(request.state, "written", None)
    if written is None or status == HTTPStatus.NOT_FOUND:
        return None
    html = await _page_of_the_form(request)
    if html is None:
        return None
    page: HtmlElement = lxml.html.document_fromstring(html)
    form = next((each for each in _forms(page) if _was_sent(each, request.url.path, written)), None)
    if form is None:
        return None
    console: Console = request.app.state.console
    has_file = bool(form.xpath(".//input[@type='file']"))
    notice = console.templates.draw("refused.html", has_file=has_file, **fault)
    _fill_in(form, written)
    _open_around(form)
    form.addprevious(lxml.html.fragment_fromstring(notice))
    return str(lxml.html.tostring(page, encoding="unicode", doctype="<!doctype html>"))


def sentences_written(request: Request) -> list[str]:
    """What was written in words into a form that cannot be shown again, to be copied by who wrote it."""
    written: FormData | None = getattr(request.state, "written", None)
    values = [] if written is None else [_printable(value).strip() for _, value in written.multi_items()]
    return [value for value in values if " " in value]


async def _page_of_the_form(request: Request) -> str | None:
    """What the form's own address shows this person now, asked within the process."""
    own_url = request.app.state.console.settings.own_url
    address = urlsplit(request.headers.get("referer", ""))
    if f"{address.scheme}://{address.netloc}" != own_url:
        return None
    transport = httpx.ASGITransport(app=request.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=own_url) as itself:
        answer = await itself.get(
            address._replace(scheme="", netloc="", fragment="").geturl(),
            headers={"Cookie": request.headers.get("cookie", "")},
        )
    return answer.text if answer.status_code == HTTPStatus.OK else None


def _forms(page: HtmlElement) -> Iterator[FormElement]:
    yield from page.iter("form")


def _was_sent(form: FormElement, path: str, written: FormData) -> bool:
    """Whether this is the form: sent to `path`, all fields its own, about the same thing, and typed into."""
    if form.method.lower() != "post" or urlsplit(form.action or path).path != path:
        return False
    names = {each.get("name") for each in form.xpath(".//*[@name]")}
    same_thing = all(
        each.get("value", "") in written.getlist(each.get("name"))
        for each in form.xpath(".//input[@type='hidden'][@name]")
        if each.get("name") != CSRF_FIELD
    )
    return same_thing and names >= set(written) and any(True for _ in _typed_into(form))


def _typed_into(form: FormElement) -> Iterator[HtmlElement]:
    yield from form.xpath(f".//*[@name][{TYPED}]")


def _fill_in(form: FormElement, written: FormData) -> None:
    """Put what was sent back; fields of one name take their values in order."""
    left = {name: [_printable(value) for value in written.getlist(name)] for name in written}
    for field in _typed_into(form):
        values = left.get(field.get("name"), [])
        if field.get("type") in TICKED:
            _set(field, "checked", field.get("value", "on") in values)
        elif field.tag == "select":
            _choose(field, values)
        elif field.tag == "textarea":
            field.text = values.pop(0) if values else ""
        else:
            field.set("value", values.pop(0) if values else "")


def _choose(select: HtmlElement, values: list[str]) -> None:
    is_multiple = select.get("multiple") is not None
    chosen = values if is_multiple else values[:1]
    for option in select.iter("option"):
        _set(option, "selected", option.get("value", option.text_content()) in chosen)
    if not is_multiple:
        del values[:1]


def _set(element: HtmlElement, attribute: str, is_set: bool) -> None:
    if is_set:
        element.set(attribute, attribute)
    elif attribute in element.attrib:
        del element.attrib[attribute]


def _open_around(form: FormElement) -> None:
    """Nobody finds a fault in a part of the page that is folded away."""
    for folded in form.iterancestors("details"):
        folded.set("open", "open")


def _printable(value: object) -> str:
    """A field's text as HTML may hold it; a file is none."""
    text = value if isinstance(value, str) else ""
    return NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
