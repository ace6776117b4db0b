from pathlib import Path

import pytest

from shared.db.roles import (
    SERVICES,
    app_role,
    database_grants,
    database_statement,
    migrator_role,
    role_statements,
)

ROLES_SQL = Path(__file__).parents[3] / "deploy" / "database" / "roles.sql"


def test_script_for_a_real_server_is_this_definition() -> None:
    script = ROLES_SQL.read_text(encoding="utf-8")
    sections = dict(zip(SERVICES, script.split("\n\n-- ")[1:], strict=True))
    for service, section in sections.items():
        logins = (migrator_role(service), app_role(service))
        expected = [
            *(f"\\getenv {role}_password {role.upper()}_PASSWORD" for role in logins),
            *(f"{statement};" for statement in role_statements(service, {role: role for role in logins})),
            _unless_exists(service),
            f"\\connect {service}",
            *(f"{statement};" for statement in database_grants(service, service)),
            "\\connect postgres",
        ]
        for role in logins:
            expected = [
                line.replace(f"PASSWORD '{role}'", f"PASSWORD :'{role}_password'") for line in expected
            ]
        assert section.strip().splitlines() == [service, *expected]


def _unless_exists(service: str) -> str:
    statement = database_statement(service).replace("'", "''")
    absent = f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{service}')"
    return f"SELECT '{statement}' {absent} \\gexec"


def test_passwords_are_quoted() -> None:
    statements = role_statements("ingest", {"ingest_migrator": "it's", "ingest_app": "b\\c"})
    assert "ALTER ROLE ingest_migrator PASSWORD 'it''s'" in statements
    assert "ALTER ROLE ingest_app PASSWORD 'b\\c'" in statements


@pytest.mark.parametrize("service", ["Ingest", "ingest; DROP DATABASE x", "", "x" * 33])
def test_names_that_are_no_service_never_become_a_statement(service: str) -> None:
    with pytest.raises(AssertionError):
        database_statement(service)
