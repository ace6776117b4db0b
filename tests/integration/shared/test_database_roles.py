from pathlib import Path

from deploy.local.postgres import EmbeddedPostgres
from shared.db.engine import create_engine
from shared.db.migrate import migrate
from shared.db.roles import SERVICES, app_role, migrator_role
from shared.db.urls import database_url
from tests.integration.shared.conftest import MIGRATIONS

ROLES_SQL = Path(__file__).parents[3] / "deploy" / "database" / "roles.sql"


async def test_script_for_a_real_server_runs_twice_and_serves(tmp_path: Path) -> None:
    # A server of its own: the script sets the passwords of roles that the session's server has too.
    server = EmbeddedPostgres(tmp_path, durable=False)
    server.start()
    try:
        passwords = [f"\\set {role}_password 'x''y'" for role in _logins()]
        for _ in range(2):
            server.run_sql("postgres", "\n".join([*passwords, ROLES_SQL.read_text(encoding="utf-8")]))
        place = ("127.0.0.1", server.port, "ingest")
        await migrate(database_url(*place, "ingest_migrator", "x'y"), "ingest", folder=MIGRATIONS)
        engine = create_engine(database_url(*place, "ingest_app", "x'y"), application_name="tests")
        async with engine.connect():
            pass
        await engine.dispose()
    finally:
        server.stop()


def _logins() -> list[str]:
    return [role for name in SERVICES for role in (migrator_role(name), app_role(name))]
