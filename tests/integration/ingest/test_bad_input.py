"""Every kind of bad input beside good input: same status for EDIFACT callers, nothing kept, nothing lost."""

import json

import pytest

from tests.integration.ingest.conftest import Ingest
from tests.integration.ingest.test_refusals import BAD_BODIES, EXAMPLE_A

OTHER_CARRIER = EXAMPLE_A.replace(b"TDT+20+XA418+++XA'", b"TDT+20+XB418+++XB'")
ZERO_CHARACTER = json.dumps(
    {
        "function": "PASSENGER_LIST",
        "flight": {"number": "418", "legs": [{"origin": "DXB", "destination": "ATH"}], "suffix": "\x00"},
        "travellers": [],
    }
).encode()
MORE = {
    "another carrier's flight": (OTHER_CARRIER, "application/edifact", 403, "WRONG_CARRIER"),
    "zero character": (ZERO_CHARACTER, "application/json", 422, "MANIFEST_MALFORMED"),
}


EDIFACT = (
    "truncated interchange",
    "unreadable flight",
    "EDIFACT of another kind",
    "push that is a list of passengers",
    "push in XML that holds nothing",
    "another carrier's flight",
)


@pytest.mark.parametrize("name", EDIFACT)
async def test_edifact_caller_gets_cusres_or_contrl_with_the_same_status(ingest: Ingest, name: str) -> None:
    body, content_type, status, _ = (BAD_BODIES | MORE)[name]
    answer = await ingest.submit(body, Content_Type=content_type, Accept="application/edifact")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/edifact")
    assert answer.text.startswith(("UNA", "UNB"))
    assert any(kind in answer.text for kind in ("CUSRES:D:", "CONTRL:D:", "ACKRES:"))


@pytest.mark.parametrize("name", [name for name in BAD_BODIES | MORE if name not in EDIFACT])
async def test_body_that_is_no_edifact_is_answered_with_a_problem_whoever_asks(
    ingest: Ingest, name: str
) -> None:
    """Neither CUSRES nor CONTRL can be written without an interchange to refer to."""
    body, content_type, status, code = (BAD_BODIES | MORE)[name]
    answer = await ingest.submit(body, Content_Type=content_type, Accept="application/edifact")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["receipt"]["faults"]


async def test_bad_input_loses_nothing_of_what_was_accepted(ingest: Ingest, paxlst_a: bytes) -> None:
    accepted = await ingest.submit(paxlst_a)
    for body, content_type, status, _ in (BAD_BODIES | MORE).values():
        assert (await ingest.submit(body, Content_Type=content_type)).status_code == status
    assert (await ingest.submit(b"A" * (10 * 1024 * 1024 + 1))).status_code == 413
    assert (await ingest.http.post("/v1/messages", content=paxlst_a)).status_code == 401
    assert await ingest.screen() == 1
    read = await ingest.get(accepted.headers["location"], ingest.issuer.carrier_token("XA"))
    assert read.json()["travellers"] == accepted.json()["travellers"]
    (row,) = await ingest.rows("SELECT count(*) AS travellers FROM traveller WHERE screened_at IS NOT NULL")
    assert row.travellers == 3


async def test_what_a_refusal_leaves_is_a_keyed_digest_and_codes(ingest: Ingest) -> None:
    for body, content_type, _, _ in (BAD_BODIES | MORE).values():
        await ingest.submit(body, Content_Type=content_type)
    for row in await ingest.rows("SELECT digest, faults FROM message WHERE status = 'REJECTED'"):
        assert len(row.digest) >= 64
        assert {key for fault in row.faults for key in fault} <= {
            *(
                "severity",
                "code",
                "segment",
                "position",
                "traveller",
                "locator",
                "carrier_reference",
                "element",
            ),
        }
