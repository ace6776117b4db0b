"""What each traveller of an interactive message is told: decided once, told again in the same words. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from services.ingest.interactive.directives import Directive, DirectiveTable, Meaning
from services.ingest.replies.cusres import Answer, Reply, reply_to, text_of
from shared.travel.message import MessageKind, ParsedMessage, Severity

ANSWERED_KINDS: Final = frozenset({MessageKind.PAXLST, MessageKind.MANIFEST})
"""The kinds of message whose travellers a check-in desk is told a directive for."""


def decided_reply(
    message: ParsedMessage,
    table: DirectiveTable,
    *,
    usual: Meaning,
    standing: Mapping[int, Meaning],
) -> Reply:
    """The reply to a message that was taken.

    Nothing that screening found goes into it: everybody who could be read gets the usual directive, and
    differs only where people have decided something before that still stands.

    Args:
        message: As it was taken.
        table: The State's directives.
        usual: BOARD, or what the outage rule says where screening did not answer in time.
        standing: By place in `message.travellers`, what people decided about a traveller.

    Source:
        SG-08: a possible match is answered as everybody is; `spec/cusres.md` §3.
    """
    reply = reply_to(message, table)
    answers: list[Answer] = []
    place = 0
    for answer in reply.answers:
        if answer.fault is not None:
            answers.append(answer)
            continue
        meaning = standing.get(place, usual)
        answers.append(replace(answer, directive=table.sent_for(meaning)))
        place += 1
    return replace(reply, answers=tuple(answers))


def as_stored(reply: Reply) -> list[dict[str, str]]:
    """The directives of a reply in the order sent, without anybody's references."""
    return [
        {"code": each.directive.code, "meaning": each.directive.meaning.value, "text": each.directive.text}
        for each in reply.answers
    ]


def told_again(
    message: ParsedMessage, table: DirectiveTable, stored: Sequence[Mapping[str, str]]
) -> Reply | None:
    """The first reply to a message that came again; `None` where it does not fit what is read today."""
    reply = reply_to(message, table)
    if len(reply.answers) != len(stored):
        return None
    answers = [
        replace(answer, directive=Directive(each["code"], Meaning(each["meaning"]), each["text"]))
        for answer, each in zip(reply.answers, stored, strict=True)
    ]
    return replace(reply, answers=tuple(answers))


def as_json(message: ParsedMessage, reply: Reply, receipt_id: str) -> dict[str, Any]:
    """The JSON form of the answer to one message; the same facts as its CUSRES."""
    ordinals = _ordinals(message, reply)
    return {
        "receipt_id": receipt_id,
        "transaction_reference": message.transaction_reference,
        "is_test": message.is_test,
        "directives": [
            {
                "traveller": ordinal,
                "carrier_reference": each.carrier_reference,
                "locator": each.locator,
                "directive": each.directive.meaning.value,
                "code": each.directive.code,
                "text": text_of(each),
                "fault": None if each.fault is None else each.fault.as_json(),
            }
            for ordinal, each in zip(ordinals, reply.answers, strict=True)
        ],
        "faults": [
            fault.as_json() for fault in message.faults if fault.severity is Severity.MESSAGE_REJECTED
        ],
    }


def _ordinals(message: ParsedMessage, reply: Reply) -> Iterable[int]:
    """Each answer's place in the message, from 1; a close-out's answers are those of its faults alone."""
    rejected = {fault.traveller for fault in message.rejected_travellers if fault.traveller is not None}
    everybody = sorted(rejected.union(message.ordinals))
    return everybody if len(everybody) == len(reply.answers) else sorted(rejected)
