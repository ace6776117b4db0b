"""JSON of the database and the bus: what is written is read back, and what is no JSON is refused."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticSerializationError

from shared.contracts import TravellersScreenedV1
from shared.json_text import read_json, write_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_what_is_written_is_read_back_equal_here_and_elsewhere(value: object) -> None:
    text = write_json(value)
    assert read_json(text) == json.loads(text) == value


def test_contracts_dates_and_identifiers_are_text() -> None:
    moment = datetime(2027, 11, 14, 5, tzinfo=UTC)
    reply = TravellersScreenedV1(screened=2, unscreenable=0, screened_at=moment)
    assert read_json(write_json(reply)) == reply.as_json()
    assert read_json(write_json([UUID(int=1), moment])) == [str(UUID(int=1)), "2027-11-14T05:00:00Z"]


def test_letters_of_every_script_stay_letters() -> None:
    assert write_json({"surname": "Ñandú Ж"}) == '{"surname":"Ñandú Ж"}'


@pytest.mark.parametrize("value", ["\ud800", object()])
def test_what_no_database_keeps_is_refused(value: object) -> None:
    with pytest.raises(PydanticSerializationError):
        write_json([value])


@pytest.mark.parametrize("text", ["", "{", "nonsense", b"\xff"])
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"JSON|EOF|expected|column|utf"):
        read_json(text)
