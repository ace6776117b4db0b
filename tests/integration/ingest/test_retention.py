"""Retention over a real database: masked in time, erased in time, kept only for a hit or by people."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

import pytest
from joserfc.jwk import OKPKey

from services.ingest.ports import Ports
from services.ingest.retention.errors import ScreeningSilent
from services.ingest.retention.jobs import RetentionJobs, certificate
from services.ingest.retention.masking import OpenVault, Vault
from shared.contracts import HitLink
from tests.integration.ingest.conftest import Ingest


class Screening:
    """Says who carries a hit; or nothing."""

    def __init__(self) -> None:
        self.links: dict[UUID, HitLink] = {}
        self.is_silent = False
        self.asked: list[UUID] = []

    async def __call__(self, travellers: Sequence[UUID]) -> Mapping[UUID, HitLink]:
        if self.is_silent:
            raise ScreeningSilent
        self.asked.extend(travellers)
        return {each: self.links[each] for each in travellers if each in self.links}


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """The vault's key, both halves."""
    path = tmp_path / "vault.json"
    path.write_text(json.dumps(OKPKey.generate_key("X25519", private=True).as_dict(private=True)))
    return path


@pytest.fixture
def screening() -> Screening:
    """Nobody carries a hit."""
    return Screening()


@pytest.fixture
async def jobs(ingest: Ingest, key_file: Path, screening: Screening, paxlst_a: bytes) -> RetentionJobs:
    """The jobs over a database with three travellers of one list."""
    assert (await ingest.submit(paxlst_a)).status_code == 202
    return RetentionJobs(ingest.app.state.ports, screening, Vault.load(key_file))


def advance(ingest: Ingest, **step: float) -> None:
    ingest.clock.advance(**step)


async def travellers(ingest: Ingest) -> list[UUID]:
    return [row[0] for row in await ingest.rows("SELECT traveller_id FROM traveller ORDER BY 1")]


async def delay_erasure(ingest: Ingest) -> None:
    async with ingest.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE traveller SET erase_at = mask_at + interval '100 days'")


async def test_nothing_is_masked_or_erased_before_its_time(ingest: Ingest, jobs: RetentionJobs) -> None:
    advance(ingest, days=29)
    beat = await jobs.beat()
    assert (beat.masked, beat.erased) == (0, 0)
    assert len(await travellers(ingest)) == 3


async def test_lists_without_a_reservation_are_erased_after_thirty_days(
    ingest: Ingest, jobs: RetentionJobs
) -> None:
    ids = await travellers(ingest)
    advance(ingest, days=30)
    assert (await jobs.beat()).erased == 3
    assert await travellers(ingest) == []
    assert await ingest.rows("SELECT 1 FROM traveller_report") == []
    ports: Ports = ingest.app.state.ports
    records = await ingest.rows(
        "SELECT object_id, content FROM audit_record WHERE action = 'record.erase' ORDER BY record_id"
    )
    assert [row.object_id for row in records] == [certificate(ports, ids)]
    assert json.loads(records[0].content)["facts"]["count"] == 3
    figures = await ingest.rows("SELECT act, kind, reason, number FROM retention_figure")
    assert [tuple(row) for row in figures] == [("ERASED", "TRAVELLER", "NO_HIT", 3)]


async def waiting(ingest: Ingest) -> list[list[str]]:
    """Whom the batches name that wait for screening."""
    rows = await ingest.rows("SELECT CAST(body -> 'travellers' AS text) FROM outbox ORDER BY outbox_id")
    return [[each["traveller_id"] for each in json.loads(row[0])] for row in rows]


async def test_what_waits_for_screening_goes_with_its_traveller(
    ingest: Ingest, jobs: RetentionJobs, screening: Screening
) -> None:
    first, *_ = ids = await travellers(ingest)
    assert [sorted(each) for each in await waiting(ingest)] == [[str(each) for each in ids]]
    screening.links = {first: HitLink.OPEN}
    advance(ingest, days=30)
    await jobs.beat()
    assert await waiting(ingest) == [[str(first)]]
    await delay_erasure(ingest)
    advance(ingest, days=153)
    assert await jobs.mask_due() == 1
    assert await waiting(ingest) == []
    assert await ingest.rows("SELECT 1 FROM observed_batch") == []


async def test_an_erased_batch_is_not_erased_again(ingest: Ingest, jobs: RetentionJobs) -> None:
    advance(ingest, days=30)
    await jobs.beat()
    assert (await jobs.beat()).erased == 0
    assert len(await ingest.rows("SELECT 1 FROM audit_record WHERE action = 'record.erase'")) == 1


@pytest.mark.parametrize("link", [HitLink.OPEN, HitLink.CONFIRMED])
async def test_a_hit_keeps_its_traveller_until_day_183(
    ingest: Ingest, jobs: RetentionJobs, screening: Screening, link: HitLink
) -> None:
    first, *_ = await travellers(ingest)
    screening.links = {first: link}
    advance(ingest, days=30)
    beat = await jobs.beat()
    assert (beat.erased, beat.kept) == (2, 1)
    assert await travellers(ingest) == [first]
    advance(ingest, days=153)
    assert (await jobs.beat()).erased == 1


async def test_a_hit_that_was_no_match_keeps_nobody(
    ingest: Ingest, jobs: RetentionJobs, screening: Screening
) -> None:
    first, *_ = await travellers(ingest)
    screening.links = {first: HitLink.NOT_A_MATCH}
    advance(ingest, days=30)
    assert (await jobs.beat()).erased == 3


async def test_screening_is_asked_again_only_after_a_while(
    ingest: Ingest, jobs: RetentionJobs, screening: Screening
) -> None:
    first, *_ = await travellers(ingest)
    screening.links = {first: HitLink.OPEN}
    advance(ingest, days=30)
    await jobs.beat()
    screening.asked.clear()
    await jobs.beat()
    assert screening.asked == []
    advance(ingest, hours=6)
    screening.links = {}
    assert (await jobs.beat()).erased == 1


async def test_nobody_is_erased_while_screening_is_silent(
    ingest: Ingest, jobs: RetentionJobs, screening: Screening
) -> None:
    screening.is_silent = True
    advance(ingest, days=30)
    with pytest.raises(ScreeningSilent):
        await jobs.beat()
    assert len(await travellers(ingest)) == 3


async def test_masking_leaves_nothing_that_names_a_person(
    ingest: Ingest, jobs: RetentionJobs, key_file: Path
) -> None:
    before = {row[0]: row[1] for row in await ingest.rows("SELECT traveller_id, record FROM traveller")}
    await delay_erasure(ingest)
    advance(ingest, days=183)
    beat = await jobs.beat()
    assert (beat.masked, beat.erased) == (3, 0)
    rows = await ingest.rows("SELECT record, api_keys, pnr_keys, fact_digest FROM traveller")
    for row in rows:
        assert set(row.record) <= {
            "role",
            "crew_duty",
            "embarkation",
            "debarkation",
            "clearance",
            "record_locator",
            "verified",
        }
        assert (row.api_keys, row.pnr_keys, row.fact_digest) == (b"", b"", b"")
    sealed = await ingest.rows(
        "SELECT record_id, sealed_key, sealed FROM masked_value JOIN masking_key USING (key_id)"
    )
    vault = OpenVault.load(key_file)
    assert {row.record_id: vault.open(row.record_id, row.sealed_key, row.sealed) for row in sealed} == before


async def test_masking_again_masks_nothing(ingest: Ingest, jobs: RetentionJobs) -> None:
    await delay_erasure(ingest)
    advance(ingest, days=183)
    await jobs.beat()
    assert await jobs.mask_due() == 0
    assert len(await ingest.rows("SELECT 1 FROM masked_value")) == 3


async def test_a_traveller_that_another_worker_holds_is_passed_over(
    ingest: Ingest, jobs: RetentionJobs
) -> None:
    await delay_erasure(ingest)
    advance(ingest, days=183)
    async with ingest.engine.begin() as other:
        await other.exec_driver_sql("SELECT 1 FROM traveller ORDER BY traveller_id LIMIT 1 FOR UPDATE")
        assert await jobs.mask_due() == 2
    assert await jobs.mask_due() == 1


async def test_the_keys_of_erased_records_are_destroyed(ingest: Ingest, jobs: RetentionJobs) -> None:
    await delay_erasure(ingest)
    advance(ingest, days=183)
    await jobs.beat()
    advance(ingest, days=100)
    assert (await jobs.beat()).erased == 3
    assert (await jobs.beat()).destroyed_keys == 1
    assert await ingest.rows("SELECT 1 FROM masking_key WHERE sealed_key IS NOT NULL") == []


async def test_without_a_vault_masked_values_are_gone(ingest: Ingest, jobs: RetentionJobs) -> None:
    await delay_erasure(ingest)
    advance(ingest, days=183)
    without = RetentionJobs(ingest.app.state.ports, Screening(), None)
    assert await without.mask_due() == 3
    assert await ingest.rows("SELECT 1 FROM masked_value") == []


async def test_no_later_report_is_linked_to_a_masked_traveller(ingest: Ingest, jobs: RetentionJobs) -> None:
    await delay_erasure(ingest)
    ports: Ports = ingest.app.state.ports
    [(flight_id,)] = await ingest.rows("SELECT flight_id FROM flight")
    async with ingest.engine.connect() as connection:
        store = ports.stores.travellers
        assert len(await store.known(connection, flight_id, with_records=False)) == 3
        advance(ingest, days=183)
        await jobs.mask_due()
        assert await store.known(connection, flight_id, with_records=False) == []
