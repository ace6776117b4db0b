from datetime import timedelta

from services.ingest.ports import Ports
from shared.db.pruning import Pruner, PruneRule
from tests.integration.ingest.conftest import Ingest

KEPT = timedelta(days=365)


def pruner(ingest: Ingest) -> Pruner:
    ports: Ports = ingest.app.state.ports
    return Pruner(ingest.engine, [PruneRule("receipts", KEPT, ports.stores.messages.forget)], ingest.clock)


async def test_receipt_of_a_refusal_ends_after_its_period(ingest: Ingest, paxlst_a: bytes) -> None:
    refused = await ingest.submit(paxlst_a[:-30])
    place = f"/v1/receipts/{refused.json()['receipt']['id']}"
    assert await pruner(ingest).prune() == {"receipts": 0}
    ingest.clock.advance(days=365, seconds=1)
    assert await pruner(ingest).prune() == {"receipts": 1}
    gone = await ingest.get(place, ingest.issuer.carrier_token("XA"))
    assert gone.status_code == 404


async def test_receipt_whose_travellers_are_kept_stays(ingest: Ingest, paxlst_a: bytes) -> None:
    place = (await ingest.submit(paxlst_a)).headers["location"]
    await ingest.screen()
    ingest.clock.advance(days=4000)
    assert await pruner(ingest).prune() == {"receipts": 0}
    read = await ingest.get(place, ingest.issuer.carrier_token("XA"))
    assert read.status_code == 200
