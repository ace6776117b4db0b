"""What every service's `migrations/env.py` runs.

That file is two lines:

from shared.db.alembic_environment import run_migrations
run_migrations()
"""

from alembic import context

from shared.db.migrate import CONNECTION_ATTRIBUTE


def run_migrations() -> None:
    """Run the migrations asked for, each in a transaction of its own, on the connection of `migrate`.

    Raises:
        RuntimeError: Alembic was started by another way than `shared/db/migrate.py`, so without lock and
        limits.
    """
    connection = context.config.attributes.get(CONNECTION_ATTRIBUTE)
    if connection is None:
        raise RuntimeError("migrations run by shared/db/migrate.py only")
    context.configure(connection=connection, target_metadata=None, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
