"""The travellers of one message: the same person sent twice becomes one, and nobody else is lost over it."""

from dataclasses import fields, replace

from shared.travel.message import TRAVELLER_MERGED, Fault, Severity
from shared.travel.partial_date import PartialDate
from shared.travel.traveller import Traveller

MAX_DOCUMENTS = 25


class People:
    """Travellers in the order sent, each once.

    The same person is the same carrier reference under the same name; where one of two has no reference, the
    same name and birth date. The same reference under another name is another person, because airlines reuse
    references; so is the same name under another reference.

    Source:
        `spec/paxlst.md` §9.5.
    """

    def __init__(self) -> None:
        self.travellers: list[Traveller] = []
        self._by_reference: dict[tuple[str, str], int] = {}
        # Made when the first without a reference comes: on most lists everybody has one.
        self._by_birth: dict[tuple[str, PartialDate], int] | None = None

    def add(self, traveller: Traveller, ordinal: int) -> list[Fault]:
        """Add a traveller; the warnings tell that it was merged with the same person read before."""
        name, reference = _plain_name(traveller), traveller.carrier_reference
        place = None if reference is None else self._by_reference.get((reference, name))
        if place is None and (reference is None or self._by_birth is not None):
            place = self._place_by_birth(traveller, name)
        at = len(self.travellers) if place is None else place
        if reference is not None:
            self._by_reference[reference, name] = at
        if place is None:
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

    def _place_by_birth(self, traveller: Traveller, name: str) -> int | None:
        """Where the same name and birth date stand, unless both have a reference; noted where it is new."""
        if self._by_birth is None:
            self._by_birth = {}
            for at, known in enumerate(self.travellers):
                if known.birth_date is not None:
                    self._by_birth.setdefault((_plain_name(known), known.birth_date), at)
        if traveller.birth_date is None:
            return None
        at = len(self.travellers)
        place = self._by_birth.setdefault((name, traveller.birth_date), at)
        is_other = place == at or None not in (
            traveller.carrier_reference,
            self.travellers[place].carrier_reference,
        )
        return None if is_other else place


def _plain_name(traveller: Traveller) -> str:
    return "".join(f"{traveller.surname}{traveller.given_names or ''}".upper().split())


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
