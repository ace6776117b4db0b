import pytest

from shared.db.migrate import migrations_folder
from shared.db.roles import SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_a_history(service: str) -> None:
    assert (migrations_folder(service) / "env.py").is_file()
