"""Database addresses, written in one place so that a password is always escaped."""

from urllib.parse import quote


def database_url(host: str, port: int, database: str, user: str, password: str) -> str:
    """The SQLAlchemy address of one database for one role, over asyncpg."""
    return f"postgresql+asyncpg://{quote(user, safe='')}:{quote(password, safe='')}@{host}:{port}/{database}"
