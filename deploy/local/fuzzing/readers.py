"""Everything that reads what others send, each with inputs of its kind and the errors that it declares."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from random import Random
from typing import Any, Final

from deploy.local.fuzzing.harness import Reader
from deploy.local.fuzzing.messages import example, keep, made_bytes, message_readers
from deploy.local.fuzzing.mutation import mixed, mutated_json, noise
from deploy.local.fuzzing.notices import notice_reader
from deploy.local.fuzzing.sheets import sheet_readers
from deploy.local.layout import ROOT
from deploy.local.scripted_day import LIST_FILE
from services.ingest.errors import MalformedMessage
from services.ingest.formats.mrz import parse_mrz
from services.screening.errors import MalformedMrz
from services.screening.front_line.document_number import read_document_number
from services.screening.matching.matcher import Matcher
from services.screening.watchlist.entry import WatchlistEntry
from services.screening.watchlist.sources.errors import MalformedList
from services.screening.watchlist.sources.read_list import ListToRead, ReadList
from services.screening.watchlist.sources.un_xml import TERRORISM_REGIMES, read_un_list
from shared.policy.engine import PolicyEngine
from shared.travel.traveller import Traveller

VECTORS: Final = ROOT / "tests" / "data" / "safeguards-vectors.json"
TODAY: Final = date(2027, 11, 14)
_MRZ_SIGNS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"
_MRZ_LAYOUTS: Final = ((2, 44), (2, 36), (3, 30), (1, 44), (4, 30))
# The specimen of Doc 9303 part 4, whose person and State do not exist.
_SPECIMEN: Final = (
    b"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
)


class NoJsonObject(ValueError):
    """The bytes are no JSON object, so the reader of its content is not reached."""


def readers() -> Iterator[Reader]:
    """All readers, quickest to explain first."""
    yield from message_readers()
    yield from sheet_readers()
    zones = mixed((20, partial(made_bytes, [_SPECIMEN])), (20, _retyped_zone), (10, _made_zone), (1, noise))
    yield Reader("mrz", (MalformedMessage,), _read_mrz, zones, _SPECIMEN)
    yield Reader("mrz_number", (MalformedMrz,), _read_mrz_number, zones, _SPECIMEN)
    un_list = _short_list()
    yield Reader(
        "un_list",
        (MalformedList,),
        _read_un_list,
        mixed((45, partial(made_bytes, [un_list])), (1, noise)),
        un_list,
    )
    yield notice_reader()
    people = [person for name in ("paxlst-a.json", "paxlst-b.json") for person in example(name)["travellers"]]
    entries = [entry.as_json() for entry in _read_un_list(un_list).entries]
    yield _json_reader("traveller", (KeyError, ValueError), _ReadTraveller(un_list), people)
    yield _json_reader("watchlist_entry", (KeyError, ValueError), _read_entry, entries)
    requests = [vector["request"] for vector in json.loads(VECTORS.read_bytes())["vectors"]]
    engine = PolicyEngine.load(profile="production", trusted_keys={})
    yield _json_reader("policy_request", (), engine.decide, requests)


def _json_reader(name: str, declared: tuple[type[Exception], ...], read: Any, seeds: list[Any]) -> Reader:
    def read_bytes(content: bytes) -> object:
        return read(_object_of(content))

    good = json.dumps(seeds[0]).encode()
    return Reader(
        name, (*declared, NoJsonObject), read_bytes, mixed((45, partial(_made_json, seeds)), (1, noise)), good
    )


def _read_mrz(content: bytes) -> None:
    parse_mrz(content.decode("latin-1"), TODAY)


def _read_mrz_number(content: bytes) -> None:
    read_document_number(content.decode("latin-1"))


def _read_un_list(content: bytes) -> ReadList:
    return read_un_list(ListToRead(content, "UN", TERRORISM_REGIMES))


class _ReadTraveller:
    """A traveller is read and compared with a list: what the reader lets in must not stop the matcher."""

    def __init__(self, un_list: bytes) -> None:
        self._matcher = Matcher.compile(_read_un_list(un_list).entries)

    def __call__(self, value: dict[str, Any]) -> None:
        traveller = Traveller.from_json(value)
        keep(traveller.as_record())
        self._matcher.unscreenable(traveller)
        self._matcher.screen([traveller], floor=0.5)


def _read_entry(value: dict[str, Any]) -> None:
    keep(WatchlistEntry.from_json(value).as_json())


def _object_of(content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        raise NoJsonObject from None
    if not isinstance(value, dict):
        raise NoJsonObject
    return value


def _made_json(seeds: Sequence[Any], random: Random) -> bytes:
    return mutated_json(random.choice(seeds), random)


def _retyped_zone(random: Random) -> bytes:
    """The specimen with one sign in place of another."""
    place = random.randrange(len(_SPECIMEN))
    return _SPECIMEN[:place] + random.choice(_MRZ_SIGNS).encode() + _SPECIMEN[place + 1 :]


def _made_zone(random: Random) -> bytes:
    lines, width = random.choice(_MRZ_LAYOUTS)
    return "\n".join("".join(random.choices(_MRZ_SIGNS, k=width)) for _ in range(lines)).encode()


def _short_list() -> bytes:
    """The demonstration's list, cut to its first individuals: small enough to be mutated often."""
    head, mark, _ = LIST_FILE.read_bytes().partition(b"</INDIVIDUALS>")
    individuals = head.split(b"</INDIVIDUAL>")[:3]
    return b"</INDIVIDUAL>".join([*individuals, b""]) + mark + b"</CONSOLIDATED_LIST>"
