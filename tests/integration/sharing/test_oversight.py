"""Oversight of sharing: transfers abroad as they happen, blocked shares by reason, nobody's data."""

from shared.web.purpose import Purpose
from tests.integration.sharing import test_http
from tests.integration.sharing.test_http import PERSONAL, Service

service = test_http.service
OVERSIGHT = Purpose("OVERSIGHT", None)


async def test_the_dpo_sees_each_transfer_abroad_and_nothing_of_a_person(service: Service) -> None:
    await service.decide(await service.receive())
    answer = await service.ask("GET", "/v1/oversight/transfers", "DPO", subject="dpo", purpose=OVERSIGHT)
    assert answer.status_code == 200, answer.text
    (transfer,) = answer.json()["transfers"]
    assert (transfer["authority_id"], transfer["recipient_state"]) == ("XBB-PIU-01", "XBB")
    assert transfer["paragraphs"]
    assert transfer["fields"] == sorted(transfer["fields"])
    assert not any(secret in answer.text for secret in PERSONAL)


async def test_a_month_of_shares_is_told_by_outcome_reason_and_paragraph(service: Service) -> None:
    for _ in range(2):
        await service.decide(await service.receive())
    answer = await service.ask(
        "GET", "/v1/oversight/figures", "INDEPENDENT_AUTHORITY", subject="board", purpose=OVERSIGHT
    )
    told = {(each["name"], each["group"]): each["value"] for each in answer.json()["figures"]}
    assert told["recipients", "BLOCK"] == "<10"
    assert any(name == "not_sent_by_reason" and group.startswith("SG-") for name, group in told)
    assert told["sent_abroad_by_state", "XBB"] == "<10"
    assert told["blocked_for_protection", None] in {0, "<10"}
    assert not any(group and group.startswith("SG-35") for _, group in told), "protection is a count alone"


async def test_each_look_states_its_purpose_and_is_recorded(service: Service) -> None:
    answer = await service.ask("GET", "/v1/oversight/figures", "DPO", subject="dpo")
    assert answer.status_code == 422, "a purpose is stated with each look"
    records = await service.records("oversight.read")
    assert records == []
    await service.ask("GET", "/v1/oversight/figures", "DPO", subject="dpo", purpose=OVERSIGHT)
    (record,) = await service.records("oversight.read")
    assert (record["outcome"], record["purpose"]) == ("PERMITTED", "OVERSIGHT")


async def test_every_verdict_on_a_share_is_the_same_when_it_is_asked_again(service: Service) -> None:
    await service.decide(await service.receive())
    records = await service.records("share.send")
    assert {record["outcome"] for record in records} == {"PERMITTED", "REFUSED"}
    for record in records:
        path = f"/v1/oversight/decisions/{record['record_id']}/replay"
        answer = await service.ask("POST", path, "COURT", subject="court", purpose=OVERSIGHT)
        assert answer.json()["finding"] == "SAME", answer.text
        assert not any(secret in answer.text for secret in PERSONAL)
    assert len(await service.records("oversight.replay")) == len(records)
