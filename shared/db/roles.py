"""Who may do what in a service's database; `deploy/database/roles.sql` carries out the same definition.

Three roles a service, so that a stolen application password cannot change a table or grant itself anything:

- `<service>_owner` owns the database and every table, and cannot log in;
- `<service>_migrator` logs in to migrate and becomes the owner with SET ROLE;
- `<service>_app` is the running service: it owns nothing and has what migrations grant it.
"""

import re
from collections.abc import Mapping

SERVICES = ("ingest", "screening", "sharing", "console")
_SERVICE = re.compile(r"[a-z]{1,32}")


def owner_role(service: str) -> str:
    """The role that owns the service's database; it cannot log in."""
    return f"{_checked(service)}_owner"


def migrator_role(service: str) -> str:
    """The role that migrates."""
    return f"{_checked(service)}_migrator"


def app_role(service: str) -> str:
    """The role of the running service."""
    return f"{_checked(service)}_app"


def role_statements(service: str, passwords: Mapping[str, str]) -> tuple[str, ...]:
    """The statements that a superuser runs, in any database, to make the three roles; harmless when repeated.

    Args:
        service: A service's name, lower-case letters.
        passwords: The passwords of `<service>_migrator` and `<service>_app`, by role.
    """
    owner, migrator, app = owner_role(service), migrator_role(service), app_role(service)
    return (
        _unless_exists(owner, f"CREATE ROLE {owner} NOLOGIN"),
        _unless_exists(migrator, f"CREATE ROLE {migrator} LOGIN NOINHERIT"),
        _unless_exists(app, f"CREATE ROLE {app} LOGIN NOINHERIT"),
        f"ALTER ROLE {migrator} PASSWORD {_literal(passwords[migrator])}",
        f"ALTER ROLE {app} PASSWORD {_literal(passwords[app])}",
        f"GRANT {owner} TO {migrator} WITH INHERIT FALSE, SET TRUE",
        *(_VAULT_STATEMENTS if service == "sharing" else ()),
    )


def database_statement(service: str) -> str:
    """The statement that makes a service's database; not for a transaction, and not repeatable."""
    return (
        f"CREATE DATABASE {_checked(service)} OWNER {owner_role(service)} TEMPLATE template0 ENCODING 'UTF8'"
    )


def database_grants(service: str, database: str) -> tuple[str, ...]:
    """The statements, run in a service's database, that keep out everyone but its two login roles."""
    migrator, app = migrator_role(service), app_role(service)
    return (
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {database} TO {migrator}, {app}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {migrator}, {app}",
    )


def _unless_exists(role: str, statement: str) -> str:
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
        f"THEN {statement}; END IF; END $$"
    )


VAULT_ROLE = "sharing_vault"
"""Alone reads and writes the protection vault of sharing (SG-35); the application role has no right on it."""

_VAULT_STATEMENTS = (
    _unless_exists(VAULT_ROLE, f"CREATE ROLE {VAULT_ROLE} NOLOGIN NOINHERIT"),
    # The vault component becomes this role for its own statements; nothing of it is inherited.
    f"GRANT {VAULT_ROLE} TO sharing_app WITH INHERIT FALSE, SET TRUE",
)


def _checked(service: str) -> str:
    assert _SERVICE.fullmatch(service), "a service's name is lower-case letters"
    return service


def _literal(text: str) -> str:
    """A text as an SQL literal; backslashes are plain because standard_conforming_strings is on."""
    assert "\0" not in text, "PostgreSQL texts hold no zero byte"
    return "'" + text.replace("'", "''") + "'"
