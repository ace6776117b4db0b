"""Alembic's entry into this history; everything it does is shared."""

from shared.db.alembic_environment import run_migrations

run_migrations()
