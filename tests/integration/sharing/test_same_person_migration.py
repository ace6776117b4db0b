"""A share of before the migration is found by its person after it; one whose person was erased is not."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import text

from services.sharing.shares.records import Share, ShareState
from services.sharing.shares.same_person import Identifiers
from services.sharing.store.shares import ShareStore
from shared.db.engine import create_engine
from shared.db.migrate import migrate
from shared.identifiers import ShareId
from tests.conftest import OpenDatabase
from tests.unit.sharing.samples import NOW, a_hit, somebody_else

_BEFORE = (
    "SET LOCAL ROLE sharing_owner",
    "ALTER TABLE share DROP COLUMN person_keys",
    "UPDATE alembic_version SET version_num = '0014'",
)


async def test_share_of_before_is_found_by_its_person(database: OpenDatabase) -> None:
    addresses = database("sharing")
    erased, known = (a_hit(hit_id=uuid4(), **somebody_else()) for _ in range(2))
    engine = create_engine(addresses.url, application_name="test")
    async with engine.begin() as connection:
        shares = ShareStore(connection)
        for at, hit in ((NOW, erased), (NOW + timedelta(days=1), known)):
            share_id = ShareId(uuid4())
            await shares.add(Share(share_id, at, ShareState.AWAITING_ASSESSMENT, 1, "ARRIVAL", hit))
        await ShareStore.forget_persons(connection, NOW + timedelta(hours=1))
    migrator = create_engine(addresses.migration_url, application_name="test")
    async with migrator.begin() as connection:
        for statement in _BEFORE:
            await connection.execute(text(statement))
    await migrator.dispose()
    await migrate(addresses.migration_url, "sharing")
    async with engine.connect() as connection:
        shares = ShareStore(connection)
        assert await shares.of_person(Identifiers.of_hit(known)) == {share_id}
        assert await shares.of_person(Identifiers.of_hit(erased)) == set()
        keys = await connection.execute(text("SELECT person_keys FROM share ORDER BY created_at"))
        assert list(keys.scalars()) == [[], Identifiers.of_hit(known).keys]
    await engine.dispose()
