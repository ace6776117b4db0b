"""The travellers of one message: the same person sent twice becomes one, and nobody else is lost over it."""

from dataclasses import fields, replace

from shared.travel.message import TRAVELLER_MERGED, Fault, Severity
from shared.travel.traveller import Traveller

MAX_DOCUMENTS = 25


class People:
    """Travellers in the order sent, each once.

    The same person is the same carrier reference under the same name, else the same name and birth date.
    The same reference under another name is another person: airlines reuse references.

    Source:
        `spec/paxlst.md` §9.5.
    """

    def __init__(self) -> None:
        self.travellers: list[Traveller] = []
        self._places: dict[tuple[object, ...], int] = {}

    def add(self, traveller: Traveller, ordinal: int) -> list[Fault]:
        """Add a traveller; the warnings tell that it was merged with the same person read before."""
        key = _person_key(traveller)
        place = self._places.get(key) if key is not None else None
        if place is None:
            if key is not None:
                self._places[key] = len(self.travellers)
            self.travellers.append(traveller)
            return []
        known = self.travellers[place]
        self.travellers[place] = _merged(known, traveller)
        merged = Fault(
            Severity.WARNING,
            TRAVELLER_MERGED,
            traveller=ordinal,
            carrier_reference=traveller.carrier_reference,
            locator=traveller.record_locator,
        )
        if len(known.documents) + len(traveller.documents) <= MAX_DOCUMENTS:
            return [merged]
        return [merged, replace(merged, code="MAX_DOCUMENTS")]


def _person_key(traveller: Traveller) -> tuple[object, ...] | None:
    name = "".join(f"{traveller.surname}{traveller.given_names or ''}".upper().split())
    if traveller.carrier_reference is not None:
        return (traveller.carrier_reference, name)
    return None if traveller.birth_date is None else (None, name, traveller.birth_date)


def _merged(first: Traveller, second: Traveller) -> Traveller:
    """The first report, its gaps filled from the second, with the documents of both."""
    gaps = {
        each.name: getattr(second, each.name)
        for each in fields(Traveller)
        if getattr(first, each.name) in (None, ())
    }
    known = {(each.type, each.number) for each in first.documents}
    more = [each for each in second.documents if (each.type, each.number) not in known]
    return replace(first, **{**gaps, "documents": (*first.documents, *more)[:MAX_DOCUMENTS]})
