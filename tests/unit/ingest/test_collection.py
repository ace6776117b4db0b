import gc
from collections.abc import Iterator

import pytest

from services.ingest.errors import MalformedMessage
from services.ingest.formats.collection import LONG_BODY_BYTES, without_collecting


@pytest.fixture(autouse=True)
def _collecting() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_long_body_is_read_without_collecting_and_a_short_one_is_not() -> None:
    with without_collecting(LONG_BODY_BYTES):
        assert gc.isenabled()
    with without_collecting(LONG_BODY_BYTES + 1):
        assert not gc.isenabled()
    assert gc.isenabled()


def test_collecting_goes_on_when_the_last_of_several_long_bodies_is_read() -> None:
    with without_collecting(LONG_BODY_BYTES + 1):
        with without_collecting(LONG_BODY_BYTES + 1):
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_collecting_goes_on_after_a_body_that_cannot_be_read() -> None:
    with pytest.raises(MalformedMessage), without_collecting(LONG_BODY_BYTES + 1):
        raise MalformedMessage("TRUNCATED", "UNT", 1)
    assert gc.isenabled()


def test_collecting_that_was_off_stays_off() -> None:
    gc.disable()
    with without_collecting(LONG_BODY_BYTES + 1):
        assert not gc.isenabled()
    assert not gc.isenabled()
