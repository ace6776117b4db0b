from sqlalchemy.engine import make_url

from shared.db.urls import database_url


def test_password_with_special_characters_survives() -> None:
    url = make_url(database_url("127.0.0.1", 5432, "ingest", "ingest_app", "p@ss:w/rd?#%"))
    assert (url.host, url.port, url.database, url.username) == ("127.0.0.1", 5432, "ingest", "ingest_app")
    assert url.password == "p@ss:w/rd?#%"
    assert url.drivername == "postgresql+asyncpg"
