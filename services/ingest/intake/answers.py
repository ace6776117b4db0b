"""From what became of a body's messages to one HTTP answer: receipts, problems, CUSRES, ACKRES."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from starlette.responses import JSONResponse, Response

from services.ingest import errors
from services.ingest.intake.arrival import (
    INGEST_REFUSED,
    MALFORMED,
    UNSUPPORTED,
    Taken,
)
from services.ingest.interactive.directives import DEFAULT_TABLE, DirectiveTable
from services.ingest.registers.senders import SENDER_NAME_UNKNOWN, SENDER_UNKNOWN, WRONG_CARRIER
from services.ingest.replies.acknowledgement_xml import build_xml_acknowledgement
from services.ingest.replies.ackres import DEFAULT_ERRORS, ErrorTable
from services.ingest.replies.reply import build_reply
from shared.errors import Fact
from shared.travel.message import MessageKind
from shared.web.problems import problem_response

EDIFACT_TYPE: Final = "application/edifact"
XML_TYPE: Final = "application/xml"

# What a refused message is answered with; a body in which nothing could be told names its own error.
_STATUS: Final = {
    SENDER_UNKNOWN: HTTPStatus.FORBIDDEN,
    SENDER_NAME_UNKNOWN: HTTPStatus.FORBIDDEN,
    WRONG_CARRIER: HTTPStatus.FORBIDDEN,
    INGEST_REFUSED: HTTPStatus.FORBIDDEN,
    errors.ManifestMalformed.code: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.SheetMalformed.code: HTTPStatus.UNPROCESSABLE_ENTITY,
}
_SENTENCES: Final = {
    MALFORMED: errors.MalformedMessage.sentence,
    UNSUPPORTED: "This State does not take messages of this kind ({fault}).",
    SENDER_UNKNOWN: "Your account is not in this State's register of carriers.",
    SENDER_NAME_UNKNOWN: (
        "The sender that stands in the message (UNB, UNG or `sender`) is not one that your account is "
        "registered with."
    ),
    WRONG_CARRIER: "Your account may not report flights of this carrier.",
    INGEST_REFUSED: "This State may not collect the data of this message ({fault}).",
    errors.UnknownFormat.code: errors.UnknownFormat.sentence,
    errors.DoctypeForbidden.code: errors.DoctypeForbidden.sentence,
    errors.ManifestMalformed.code: errors.ManifestMalformed.sentence,
    errors.SheetMalformed.code: errors.SheetMalformed.sentence,
}


def answer(
    taken: Sequence[Taken],
    *,
    wants_edifact: bool,
    own_name: str,
    table: DirectiveTable = DEFAULT_TABLE,
    errors: ErrorTable = DEFAULT_ERRORS,
    wants_xml: bool = False,
) -> Response:
    """One answer to one body.

    202 with the receipt, or a list of receipts where the body held several messages; 200 where each came
    before; a problem with the receipt where each is refused. A caller who wants EDIFACT gets CUSRES,
    ACKRES or CONTRL with the same status, unless nothing of its body was EDIFACT; one who wants XML and sent
    PNRGOV in XML gets IATA_AcknowledgementRS.

    Source:
        `spec/receipts.md`.
    """
    accepted = [each for each in taken if each.refusal is None]
    status = HTTPStatus.OK if all(each.is_repeat for each in accepted) else HTTPStatus.ACCEPTED
    if not accepted:
        status = _STATUS.get(taken[0].refusal or "", HTTPStatus.BAD_REQUEST)
    messages = [each.message for each in taken if each.message is not None]
    if wants_edifact and len(messages) == len(taken):
        first = taken[0].receipt
        text = build_reply(
            messages,
            own_name=own_name,
            reference=first.id.hex[-14:].upper(),
            prepared_at=first.received_at,
            table=table,
            errors=errors,
        )
        response: Response = Response(text, status_code=status, media_type=EDIFACT_TYPE)
    elif wants_xml and [each.kind for each in messages] == [MessageKind.PNRGOV_XML]:
        xml = build_xml_acknowledgement(
            messages[0], own_name=own_name, prepared_at=taken[0].receipt.received_at, errors=errors
        )
        response = Response(xml, status_code=status, media_type=XML_TYPE)
    elif accepted:
        receipts = [each.receipt.as_json() for each in taken]
        response = JSONResponse(receipts[0] if len(receipts) == 1 else receipts, status_code=status)
    else:
        response = _problem(taken, status)
    if len(taken) == 1:
        response.headers["Location"] = f"/v1/receipts/{taken[0].receipt.id}"
    return response


def _problem(taken: Sequence[Taken], status: HTTPStatus) -> Response:
    first = taken[0]
    code = first.refusal or MALFORMED
    fault = first.receipt.faults[0]
    facts: dict[str, Fact] = {"fault": fault.code, "segment": fault.segment, "position": fault.position}
    place_of = errors.place_in_sheet if code == errors.SheetMalformed.code else errors.place_of
    sentence = _SENTENCES[code].format(
        fault=fault.code,
        place=place_of(fault.segment, fault.position),
        words=errors.SHEET_FAULTS.get(fault.code, ""),
    )
    receipts = [each.receipt.as_json() for each in taken]
    shown = {"receipt": receipts[0]} if len(receipts) == 1 else {"receipts": receipts}
    return problem_response(status, code, sentence, facts, **shown)
