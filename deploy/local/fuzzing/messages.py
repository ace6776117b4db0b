"""The readers of carriers' messages, and of what carriers are answered."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any, Final

from deploy.local.fuzzing.edifact_grammar import made_interchange
from deploy.local.fuzzing.harness import Reader
from deploy.local.fuzzing.mutation import Maker, mixed, mutated_bytes, mutated_json, noise
from deploy.local.fuzzing.push_grammar import made_push, made_xml_push
from deploy.local.layout import ROOT
from services.ingest.errors import RefusedMessage
from services.ingest.formats.acknowledgements import read_answers
from services.ingest.formats.registry import read_messages
from services.ingest.replies.acknowledgement_xml import build_xml_acknowledgement
from services.ingest.replies.reply import build_reply
from services.ingest.sensitive import filter_message

WORKED_EXAMPLES: Final = ROOT / "tests" / "data" / "messages"
NOW: Final = datetime(2027, 11, 14, 5, tzinfo=UTC)
STATES: Final = {"DXB": "ARE", "ATH": "GRC", "XQA": "XAA", "XQB": "XBB"}


class UnstorableText(Exception):
    """A reader let text in that PostgreSQL refuses."""


def message_readers() -> Iterator[Reader]:
    """Lists and manifests of travellers, reservations in both forms, and the answers to all of these."""
    lists = [(WORKED_EXAMPLES / f"paxlst-{name}.edi").read_bytes() for name in "abc"]
    yield _message_reader("paxlst", "application/edifact", lists, made_interchange)
    manifest = example("paxlst-a.json")
    yield Reader(
        "manifest",
        (RefusedMessage,),
        partial(read_message, "application/json"),
        mixed((45, partial(mutated_json, manifest)), (1, noise)),
        json.dumps(manifest).encode(),
    )
    push = (WORKED_EXAMPLES / "pnrgov-a.edi").read_bytes()
    yield _message_reader("pnrgov", "application/edifact", [push], made_push)
    xml = (WORKED_EXAMPLES / "pnrgov-a.xml").read_bytes()
    yield _message_reader("pnrgov_xml", "application/xml", [xml], made_xml_push)
    names = ("paxlst-a.cusres.edi", "paxlst-c.reply.edi", "pnrgov-a.reply.edi")
    answers = [(WORKED_EXAMPLES / name).read_bytes() for name in names]
    yield Reader(
        "answers",
        (RefusedMessage,),
        read_answers,
        mixed((19, partial(made_bytes, answers)), (1, noise)),
        answers[0],
    )


def _message_reader(name: str, content_type: str, seeds: Sequence[bytes], made: Maker) -> Reader:
    makers = mixed((12, partial(made_bytes, seeds)), (7, made), (1, noise))
    return Reader(name, (RefusedMessage,), partial(read_message, content_type), makers, seeds[0])


def example(name: str) -> dict[str, Any]:
    """A worked example's JSON."""
    value: dict[str, Any] = json.loads((WORKED_EXAMPLES / name).read_bytes())
    return value


def made_bytes(seeds: Sequence[bytes], random: Random) -> bytes:
    """One of the seeds after a few edits."""
    return mutated_bytes(random.choice(seeds), seeds, random)


def read_message(content_type: str, body: bytes) -> None:
    """What ingest does with a body before it stores anything, and with what it will store."""
    read = read_messages(body, content_type, NOW, state_of=STATES.get, own_state="XAA")
    messages = [filter_message(message) for message in read]
    build_reply(messages, own_name="XAAGOVAPI", reference="1", prepared_at=NOW)
    build_xml_acknowledgement(messages[0], own_name="XAAGOVAPI", prepared_at=NOW)
    keep([message.as_json() for message in messages])
    keep([each.as_record() for message in messages for each in message.reservations])


def keep(value: Any) -> None:
    """What a database would be given: it takes no lone surrogate and no zero character."""
    stored = json.dumps(value, ensure_ascii=False).encode()
    if b"\\u0000" in stored:
        raise UnstorableText
