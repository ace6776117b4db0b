"""Special services in XML: SSR elements, and DOC_SSR with its attributes, as SSR segments."""

from collections.abc import Iterator
from typing import Final

from services.ingest.formats.pnrgov_xml.rows import Rows, document_date
from services.ingest.formats.pnrgov_xml.tree import Node

_OSI_NAMES: Final = ("osi", "othserviceinfo", "otherserviceinfo", "otherserviceinformation")
_REMARK_NAMES: Final = ("remark", "remarks", "generalremark", "specialremark")
_HISTORY_NAMES: Final = ("unstructuredpnrhistory", "unstructuredhistory", "history")
_SEXES: Final = {"MALE": "M", "FEMALE": "F", "UNKNOWN": "U", "UNSPECIFIED": "X"}
_WORDS: Final = ("text", "freetext", "remarktext")


def add_services(rows: Rows, parent: Node) -> None:
    """Each SSR and DOC_SSR that stands directly in an element, in the order sent."""
    for node in parent.all("ssr", "docssr"):
        documents = node.all(*_DOCUMENTS)
        for document in documents:
            _add(rows, document, node, _DOCUMENTS[document.name](document), document.name.upper())
        if not documents:
            _add(rows, node, node, _texts_of(node))


def add_remarks(rows: Rows, parent: Node) -> None:
    """Other service information and remarks that stand directly in an element."""
    for node in parent.all(*_OSI_NAMES):
        airline = node.first("airline").value("code") or node.value("airlinecode")
        for text in _words_of(node):
            rows.add(node, "IFT", ("4", "28", "", airline), text)
    for node in parent.all(*_REMARK_NAMES):
        for text in _words_of(node):
            rows.add(node, "IFT", "3", text)


def add_unstructured_history(rows: Rows, parent: Node) -> None:
    """Lines of history without structure."""
    for node in parent.all(*_HISTORY_NAMES):
        for text in _words_of(node):
            rows.add(node, "LTS", text)


def _words_of(node: Node) -> Iterator[str]:
    """The texts of an element: its own, and those of the children that hold text."""
    if node.text:
        yield node.text
    for child in node.all(*_WORDS, *_REMARK_NAMES):
        yield from _words_of(child)


def _texts_of(node: Node) -> str:
    return "".join(_words_of(node)) or node.value(*_WORDS)


def _add(rows: Rows, source: Node, node: Node, text: str, code: str = "") -> None:
    carrier = node.first("airline", "flightinfo").value("code") or node.value("airlinecode")
    service = (
        code or node.value("ssrcode"),
        node.value("status"),
        node.value("servicequantity"),
        carrier,
        "",
        "",
        node.value("boardpoint"),
        node.value("offpoint"),
        text,
    )
    rows.add(source, "SSR", service, *_data_of(node))


def _data_of(node: Node) -> Iterator[tuple[str, ...]]:
    """A seat for each traveller, or the travellers alone; a list of references is told by its blanks."""
    seats = [*node.all("seat", "seatnumber")]
    for seat in seats:
        number = seat.value("number", "seatnumber") or seat.text
        yield number, "", seat.value("rph") or node.value("rph", "surnamerefnumber")
    if not seats:
        for reference in node.value("rph", "surnamerefnumber").split():
            yield "", "", reference


def _layout(*fields: str) -> str:
    """The text of a document's service: a slash before each field, none inside one."""
    text = "".join("/" + " ".join(each.replace("/", " ").split()) for each in fields)
    return text.rstrip("/")


def _docs(node: Node) -> str:
    sex = node.value("gender").upper()
    return _layout(
        node.value("traveldoctype", "doctype"),
        node.value("issuingloc", "issuingcountry"),
        node.value("traveldocnbr", "docnbr"),
        node.value("paxnationality", "nationality"),
        document_date(node.value("dateofbirth")),
        _SEXES.get(sex, sex),
        document_date(node.value("expirydate")),
        node.value("surname"),
        node.value("firstgivenname"),
        node.value("secondgivenname"),
    )


def _doco(node: Node) -> str:
    return _layout(
        node.value("birthlocation"),
        node.value("traveldoctype"),
        node.value("traveldocnbr"),
        node.value("placeofissue"),
        document_date(node.value("dateofissue")),
        node.value("countrystate"),
    )


def _doca(node: Node) -> str:
    return _layout(
        node.value("addresstype"),
        node.value("country"),
        node.value("address"),
        node.value("cityname"),
        node.value("stateprovcounty"),
        node.value("postalcode"),
    )


_DOCUMENTS: Final = {"docs": _docs, "doco": _doco, "doca": _doca}
