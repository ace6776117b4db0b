"""A watchlist entry: an allegation with an owner, and the identifiers by which a person is recognised.

Values only. Absent facts are `None` or empty, never invented. Dates are as precise as their source.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, Final, Self

from shared.personal import Personal
from shared.travel import PartialDate, Sex
from shared.travel.json_values import (
    optional_date,
    optional_flag,
    optional_text,
    records,
    text,
    texts,
    whole,
)


class NameKind(StrEnum):
    """What a name is to the person who bears it."""

    PRIMARY = "PRIMARY"
    ALIAS = "ALIAS"
    FORMER = "FORMER"
    ORIGINAL_SCRIPT = "ORIGINAL_SCRIPT"


class NameQuality(StrEnum):
    """How well the source says that the name identifies the person."""

    GOOD = "GOOD"
    LOW = "LOW"
    UNKNOWN = "UNKNOWN"


class BirthDateKind(StrEnum):
    """How much of a birth date the source knows."""

    EXACT = "EXACT"
    YEAR = "YEAR"
    APPROXIMATE = "APPROXIMATE"
    BETWEEN = "BETWEEN"


#: What JSON has as it is: nearly every field, of which a list of twenty thousand people has three million.
_AS_IT_IS: Final = frozenset({type(None), str, int, bool})


def _plain(value: Any) -> Any:
    """A field of an entry as JSON has it."""
    if isinstance(value, tuple):
        return [each if type(each) is str else _plain(each) for each in value]
    if isinstance(value, EntryPart):
        return value.as_json()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, PartialDate | date):
        return str(value)
    return value


class EntryPart(Personal):
    """Base of the values inside an entry: each is a JSON object of its fields, in their order."""

    __slots__ = ()

    def as_json(self) -> dict[str, Any]:
        """The object of `matching-interface.md`, every key present."""
        names: Mapping[str, object] = self.__dataclass_fields__  # type: ignore[attr-defined]
        return {
            name: value if type(value := getattr(self, name)) in _AS_IT_IS else _plain(value)
            for name in names
        }


@dataclass(frozen=True, slots=True, repr=False)
class BirthDate(EntryPart):
    """A birth date: `date` for EXACT, `year` for YEAR and APPROXIMATE, both years (inclusive) for BETWEEN."""

    kind: BirthDateKind
    date: PartialDate | None = None
    year: int | None = None
    from_year: int | None = None
    to_year: int | None = None
    note: str | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read a birth date of `matching-interface.md`.

        Raises:
            KeyError: The kind, or what the kind needs, is missing.
            ValueError: The kind is not one of ours, or the date is none.
        """
        kind = BirthDateKind(text(value, "kind"))
        return cls(
            kind=kind,
            date=PartialDate.parse(text(value, "date")) if kind is BirthDateKind.EXACT else None,
            year=whole(value, "year") if kind in {BirthDateKind.YEAR, BirthDateKind.APPROXIMATE} else None,
            from_year=whole(value, "from_year") if kind is BirthDateKind.BETWEEN else None,
            to_year=whole(value, "to_year") if kind is BirthDateKind.BETWEEN else None,
            note=optional_text(value, "note"),
        )

    def as_json(self) -> dict[str, Any]:
        """The object of `matching-interface.md`: the keys that the kind has, and a note if any."""
        return {key: value for key, value in EntryPart.as_json(self).items() if value is not None}


@dataclass(frozen=True, slots=True, repr=False)
class BirthPlace(EntryPart):
    """Where the person was born; `country` is three letters, `country_text` what could not be mapped."""

    city: str | None = None
    country: str | None = None
    region: str | None = None
    country_text: str | None = None
    note: str | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read a birth place; every key may be absent."""
        return cls(*(optional_text(value, field.name) for field in fields(cls)))


@dataclass(frozen=True, slots=True, repr=False)
class EntryName(EntryPart):
    """One name of the person. Birth data that the source gives for this alias alone stays tied to it.

    `surname` and `given_names` only where the source says which is which.
    """

    text: str
    kind: NameKind = NameKind.PRIMARY
    quality: NameQuality = NameQuality.UNKNOWN
    surname: str | None = None
    given_names: str | None = None
    note: str | None = None
    birth_dates: tuple[BirthDate, ...] = ()
    birth_places: tuple[BirthPlace, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read a name of `matching-interface.md`; only `text` is required."""
        return cls(
            text=text(value, "text"),
            kind=NameKind(optional_text(value, "kind") or NameKind.PRIMARY),
            quality=NameQuality(optional_text(value, "quality") or NameQuality.UNKNOWN),
            surname=optional_text(value, "surname"),
            given_names=optional_text(value, "given_names"),
            note=optional_text(value, "note"),
            birth_dates=tuple(BirthDate.from_json(each) for each in records(value, "birth_dates")),
            birth_places=tuple(BirthPlace.from_json(each) for each in records(value, "birth_places")),
        )


@dataclass(frozen=True, slots=True, repr=False)
class EntryDocument(EntryPart):
    """A document of the person: `type` P, I, V, L or O; `issuer` three letters; `note` as the source has it.

    A source may name a second State (`other_issuer`): where it was issued beside who issued it.
    `issuer_text` keeps a State that could not be mapped, `type_text` the source's own word for the document.
    """

    number: str
    type: str | None = None
    issuer: str | None = None
    note: str | None = None
    other_issuer: str | None = None
    issuer_text: str | None = None
    type_text: str | None = None
    issued: date | None = None
    issued_at: str | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read a document of `matching-interface.md`; only `number` is required."""
        return cls(
            number=text(value, "number"),
            type=optional_text(value, "type"),
            issuer=optional_text(value, "issuer"),
            note=optional_text(value, "note"),
            other_issuer=optional_text(value, "other_issuer"),
            issuer_text=optional_text(value, "issuer_text"),
            type_text=optional_text(value, "type_text"),
            issued=optional_date(value, "issued"),
            issued_at=optional_text(value, "issued_at"),
        )

    @property
    def issuers(self) -> frozenset[str]:
        """The States that the source connects with the document, mapped ones only."""
        return frozenset(state for state in (self.issuer, self.other_issuer) if state)


@dataclass(frozen=True, slots=True, repr=False)
class EntryAddress(EntryPart):
    """An address as the source has it; not used for matching."""

    street: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    country_text: str | None = None
    note: str | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read an address; every key may be absent."""
        return cls(*(optional_text(value, field.name) for field in fields(cls)))


@dataclass(frozen=True, slots=True, repr=False)
class Listing(EntryPart):
    """Who put the person on which list: the source's name, its reference, programme (regime) and purpose.

    `row` is the source's internal row, kept as provenance; `updated_on` the newest of its change dates.
    """

    source: str
    reference: str | None = None
    programme: str | None = None
    terrorism: bool | None = None
    row: str | None = None
    listed_on: date | None = None
    updated_on: date | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read a listing of `matching-interface.md`; only `source` is required."""
        return cls(
            source=text(value, "source"),
            reference=optional_text(value, "reference"),
            programme=optional_text(value, "programme"),
            terrorism=optional_flag(value, "terrorism"),
            row=optional_text(value, "row"),
            listed_on=optional_date(value, "listed_on"),
            updated_on=optional_date(value, "updated_on"),
        )


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class WatchlistEntry(EntryPart):
    """One person on the watchlist, with every identifier that the sources give.

    `grounds` are the sources' words on why (comments, functions); they are never parsed into identifiers.
    `nationality_texts` are States' names that the reviewed table does not know.

    Source: `spec/watchlist-governance.md` §2; `spec/matching-interface.md`.
    """

    id: str
    names: tuple[EntryName, ...]
    category: str | None = None
    birth_dates: tuple[BirthDate, ...] = ()
    birth_places: tuple[BirthPlace, ...] = ()
    nationalities: tuple[str, ...] = ()
    sex: Sex | None = None
    documents: tuple[EntryDocument, ...] = ()
    listings: tuple[Listing, ...] = ()
    addresses: tuple[EntryAddress, ...] = ()
    grounds: tuple[str, ...] = ()
    nationality_texts: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read the entry object of `matching-interface.md`; keys that it does not know are ignored.

        Raises:
            KeyError: `id`, `names`, or a required key inside is missing.
            ValueError: A closed value or a date is none, or a member is of another kind.
        """
        sex = optional_text(value, "sex")
        return cls(
            id=text(value, "id"),
            names=tuple(EntryName.from_json(each) for each in records(value, "names", is_required=True)),
            category=optional_text(value, "category"),
            birth_dates=tuple(BirthDate.from_json(each) for each in records(value, "birth_dates")),
            birth_places=tuple(BirthPlace.from_json(each) for each in records(value, "birth_places")),
            nationalities=texts(value, "nationalities"),
            sex=None if sex is None else Sex(sex),
            documents=tuple(EntryDocument.from_json(each) for each in records(value, "documents")),
            listings=tuple(Listing.from_json(each) for each in records(value, "listings")),
            addresses=tuple(EntryAddress.from_json(each) for each in records(value, "addresses")),
            grounds=texts(value, "grounds"),
            nationality_texts=texts(value, "nationality_texts"),
        )
