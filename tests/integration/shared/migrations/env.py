"""The environment of a service's migrations, as each service has it."""

from shared.db.alembic_environment import run_migrations

run_migrations()
