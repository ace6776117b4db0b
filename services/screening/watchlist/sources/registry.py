"""Which reader reads which format, by the word that an import names it by (`?source=`)."""

from collections.abc import Mapping
from typing import Final

from services.screening.watchlist.sources.documents_csv import read_documents_csv
from services.screening.watchlist.sources.eu_csv import read_eu_csv
from services.screening.watchlist.sources.interpol import read_interpol
from services.screening.watchlist.sources.ofac_csv import read_ofac
from services.screening.watchlist.sources.opensanctions import read_opensanctions
from services.screening.watchlist.sources.read_list import ReadListFile
from services.screening.watchlist.sources.uk_csv import read_uk_csv
from services.screening.watchlist.sources.un_xml import read_un_list

READERS: Final[Mapping[str, ReadListFile]] = {
    "un": read_un_list,
    "ofac": read_ofac,
    "eu": read_eu_csv,
    "uk": read_uk_csv,
    "opensanctions": read_opensanctions,
    "interpol": read_interpol,
    "documents": read_documents_csv,
}
