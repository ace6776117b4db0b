"""A person of OFAC's list as an entry, the same from the CSV and from the older XML."""

from collections.abc import Iterable, Sequence

from services.screening.watchlist.entry import EntryAddress, EntryName, Listing, WatchlistEntry
from services.screening.watchlist.sources.ofac_remarks import Remarks
from services.screening.watchlist.sources.read_list import ListToRead


def ofac_entry(
    file: ListToRead,
    number: str,
    programmes: Sequence[str],
    told: Remarks,
    *,
    names: Iterable[EntryName],
    addresses: Iterable[EntryAddress],
) -> WatchlistEntry:
    """The entry `<source>:<number>` with a listing for each programme.

    Args:
        file: Whose list it is, and which programmes carry a terrorism purpose here.
        number: The publisher's number of the person, which is a row's and no official reference.
        programmes: The programmes, each once.
        told: What the remarks say, and the elements that stand for them.
        names: The primary name, then the aliases; the weak ones of the remarks follow.
        addresses: In the order of the file.
    """
    return WatchlistEntry(
        id=f"{file.source}:{number}",
        names=(*names, *told.names),
        birth_dates=tuple(told.birth_dates),
        birth_places=tuple(told.birth_places),
        nationalities=tuple(told.nationalities),
        nationality_texts=tuple(told.nationality_texts),
        sex=told.sex,
        documents=tuple(told.documents),
        listings=tuple(
            Listing(file.source, programme=programme, terrorism=programme in file.regimes, row=number)
            for programme in programmes
        ),
        addresses=tuple(addresses),
        grounds=tuple(told.grounds),
    )
