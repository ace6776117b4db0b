from dataclasses import replace
from datetime import UTC, datetime

from lxml import etree

from services.ingest.replies.acknowledgement_xml import NAMESPACE, build_xml_acknowledgement
from shared.travel.message import Fault, MessageKind, ParsedMessage, Severity

PREPARED = datetime(2027, 11, 14, 5, 23, tzinfo=UTC)
PUSH = ParsedMessage(
    kind=MessageKind.PNRGOV_XML, version="13.1", transaction_reference="XA418-7", message_reference="C1"
)


def answered(message: ParsedMessage) -> etree._Element:
    return etree.fromstring(build_xml_acknowledgement(message, own_name="XAA-PIU-01", prepared_at=PREPARED))


def names(root: etree._Element) -> list[str]:
    return [etree.QName(child).localname for child in root]


def test_processed_push_is_a_success_under_the_senders_references() -> None:
    root = answered(PUSH)
    assert root.tag == f"{{{NAMESPACE}}}IATA_AcknowledgementRS"
    assert dict(root.attrib.items()) == {
        "Version": "13.1",
        "TimeStamp": "2027-11-14T05:23:00Z",
        "Target": "Production",
        "TransactionIdentifier": "XA418-7",
        "CorrelationID": "C1",
    }
    assert names(root) == ["Originator", "Success"]


def test_rejected_push_names_each_error_with_element_and_line() -> None:
    fault = Fault(Severity.MESSAGE_REJECTED, "FLIGHT_UNREADABLE", "FlightLeg", 4)
    bare = Fault(Severity.MESSAGE_REJECTED, "SENDER_UNKNOWN")
    root = answered(replace(PUSH, is_test=True, version=None, faults=(fault, bare)))
    assert (root.get("Target"), root.get("Version"), names(root)) == ("Test", None, ["Originator", "Errors"])
    assert [dict(error.attrib.items()) for error in root[1]] == [
        {"Code": "114", "ShortText": "FLIGHT_UNREADABLE", "Tag": "FlightLeg", "RecordID": "4"},
        {"Code": "118", "ShortText": "SENDER_UNKNOWN"},
    ]


def test_push_with_an_unreadable_traveller_is_a_success_with_a_warning() -> None:
    fault = Fault(Severity.TRAVELLER_REJECTED, "NAME_MISSING", "Passenger", 30)
    root = answered(replace(PUSH, faults=(fault,)))
    assert names(root) == ["Originator", "Success", "Warnings"]
    assert root[2][0].get("RecordID") == "30"
