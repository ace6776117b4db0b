"""PostgreSQL: connections, roles, migrations, and the tables that every service has."""
