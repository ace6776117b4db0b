"""UUIDs of the database's driver are UUIDs like any other."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from shared.db.driver_uuid import driver_uuid
from shared.identifiers import RandomIdentifiers
from shared.json_text import write_json
from tests.fakes import FixedClock

MOMENT = datetime(2027, 11, 14, 5, 0, 0, 123_000, tzinfo=UTC)
OCTETS = bytes(range(16))


def test_uuid_of_the_driver_is_the_uuid_of_its_octets() -> None:
    made, usual = driver_uuid(OCTETS), UUID(bytes=OCTETS)
    assert isinstance(made, UUID)
    assert (made, hash(made), str(made), made.bytes) == (usual, hash(usual), str(usual), OCTETS)
    assert write_json({"id": made}) == write_json({"id": usual})


@pytest.mark.parametrize("make", [driver_uuid, lambda octets: UUID(bytes=octets)])
def test_new_identifier_begins_with_the_time_and_is_of_version_7(make: object) -> None:
    identifiers = RandomIdentifiers(FixedClock(MOMENT), make)  # type: ignore[arg-type]
    first, second = (UUID(str(identifiers.new())) for _ in range(2))
    assert first != second
    assert {first.int >> 80, second.int >> 80} == {int(MOMENT.timestamp() * 1000)}
    assert (first.version, second.version) == (7, 7)
    assert first.variant == second.variant == "specified in RFC 4122"


def test_many_identifiers_are_of_one_moment_and_all_different() -> None:
    made = RandomIdentifiers(FixedClock(MOMENT), driver_uuid).many(300)
    assert len(set(made)) == 300
    assert {each.int >> 80 for each in made} == {int(MOMENT.timestamp() * 1000)}
    assert {(each.version, each.variant) for each in made} == {(7, "specified in RFC 4122")}
