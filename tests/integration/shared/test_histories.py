import pytest
from sqlalchemy import text

from shared.db.engine import create_engine
from shared.db.roles import SERVICES
from shared.db.shared_tables import AUDIT_TABLES
from tests.conftest import OpenDatabase


@pytest.mark.parametrize("service", SERVICES)
async def test_every_service_migrates_and_changes_no_audit_table(
    database: OpenDatabase, service: str
) -> None:
    engine = create_engine(database(service).url, application_name="tests")
    async with engine.connect() as connection:
        for table in AUDIT_TABLES:
            for right in ("UPDATE", "DELETE", "TRUNCATE"):
                for role in ("owner", "migrator", "app"):
                    allowed = await connection.scalar(
                        text("SELECT has_table_privilege(:role, :table, :right)"),
                        {"role": f"{service}_{role}", "table": table, "right": right},
                    )
                    assert allowed is False, (role, table, right)
        assert await connection.scalar(text("SELECT count(*) FROM audit_record")) == 0
    await engine.dispose()
