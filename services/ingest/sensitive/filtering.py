"""The filter: one parsed message in, the same message without what may never be kept out."""

from collections import Counter
from dataclasses import replace

from services.ingest.sensitive.names import given_without_titles, name_without_titles
from services.ingest.sensitive.reservations import filter_reservation
from services.ingest.sensitive.rules import DEFAULT_RULES, Rules
from services.ingest.sensitive.services import plain_seat
from services.ingest.sensitive.words import classify_text
from shared.travel.message import Dropped, ParsedMessage
from shared.travel.traveller import Traveller


def filter_message(message: ParsedMessage, rules: Rules = DEFAULT_RULES) -> ParsedMessage:
    """The message without what may never be kept, and how many values of each class were removed.

    Remarks are dropped whole, after the reader took contacts, ticket limits and the agency from them; service
    codes that reveal belief, health, origin, opinion or sexual life are dropped with all that was said of
    them; card and account numbers keep their last four digits; titles of clergy and office go from names.
    Addresses, names and States are what the law asks for, and stay as sent. The counts are for the sender's
    own eyes (`./run parse`): on a message with one traveller they would name the person, so that only daily
    totals of a carrier are stored. Cost is linear in the message.

    Args:
        message: As a reader gave it, from any format.
        rules: The State's own, at least as strict as the default ones.

    Source:
        Directive (EU) 2016/681 Art. 13(4), 6(1); ICAO Annex 9 ch. 9 D; SG-05; `spec/sensitive.md` §2 to §6.
    """
    counts: Counter[str] = Counter(classify_text(text, rules) for text in message.free_texts)
    return replace(
        message,
        free_texts=(),
        travellers=tuple(_filter_traveller(each, rules) for each in message.travellers),
        reservations=tuple(filter_reservation(each, rules, counts) for each in message.reservations),
        dropped=Dropped(**counts),
    )


def _filter_traveller(traveller: Traveller, rules: Rules) -> Traveller:
    name, given = traveller.name_sent, traveller.given_names
    kept_name = name if name is None else name_without_titles(name, rules)
    kept_given = given if given is None else given_without_titles(given, rules)
    seat = plain_seat(traveller.seat)
    # Most travellers have nothing to lose, and a copy of each would cost more than all the looking.
    if kept_name is name and kept_given is given and seat is traveller.seat:
        return traveller
    return replace(traveller, name_sent=kept_name, given_names=kept_given, seat=seat)
