"""Machine code that weighs one listed name: which words stand for which, and what is left."""

# ruff: noqa: PLR0917 - a kernel has no keyword arguments.

from services.screening.matching import weights as w
from services.screening.matching.compiled import INT, inner, kernel
from services.screening.matching.crowd import RULE_BITS
from services.screening.matching.listing import (
    BATCH,
    CHOSEN,
    CONFIRMED,
    COUNT,
    CUT_PLACE,
    EDGE_COUNT,
    EDGE_FIRST,
    EDGE_PLACES,
    EDGE_RULE,
    EDGE_USED,
    EDGE_WEIGHT,
    FIRST,
    INITIALS,
    LISTED_LEFT,
    LISTING,
    MAX_EDGES,
    MAX_PLACES,
    ROOM,
    SENT_LEFT,
    WORDS,
    Batch,
    Listing,
    Room,
)
from services.screening.matching.names import MAX_WORDS
from services.screening.matching.tokens import Rule
from services.screening.matching.word_kernels import count_bits

_JOINED = int(Rule.JOINED)
_RULES = (1 << RULE_BITS) - 1
_HEAD_LETTER = 5
HEAD_LETTERS = 3


@inner(INT, LISTING, BATCH, ROOM, INT)
def gather_edges(listing: Listing, batch: Batch, room: Room, name: int) -> int:
    """Every pair of a traveller's unit and a word (or neighbours) of a name, into `room.edges`; how many."""
    edges, count = room.edges, 0
    start = listing.name_start[name]
    for at in range(start, listing.name_start[name + 1]):
        link = room.mark[listing.name_word[at]]
        while link and count < MAX_EDGES:
            unit, packed = room.chain_unit[link], room.chain_packed[link]
            edges[count, EDGE_FIRST] = batch.units[unit, FIRST]
            edges[count, EDGE_COUNT] = batch.units[unit, COUNT]
            edges[count, EDGE_PLACES] = 1 << (at - start)
            edges[count, EDGE_WEIGHT] = packed >> RULE_BITS
            edges[count, EDGE_RULE] = _RULES - (packed & _RULES)
            count += 1
            link = room.chain_next[link]
    link = room.joined_mark[name]
    while link and count < MAX_EDGES:
        edges[count, EDGE_FIRST] = room.joined_place[link]
        edges[count, EDGE_COUNT] = 1
        edges[count, EDGE_PLACES] = listing.joined_places[room.joined_row[link]]
        edges[count, EDGE_WEIGHT] = room.joined_weight[link]
        edges[count, EDGE_RULE] = _JOINED
        count += 1
        link = room.joined_next[link]
    return count


@inner(INT, ROOM, INT)
def choose_disjoint(room: Room, count: int) -> int:
    """Choose all edges where no two share a word; -1 where some do."""
    if count > MAX_WORDS:
        return -1
    sent = listed = 0
    for edge in range(count):
        words = ((1 << room.edges[edge, EDGE_COUNT]) - 1) << room.edges[edge, EDGE_FIRST]
        if sent & words or listed & room.edges[edge, EDGE_PLACES]:
            return -1
        sent |= words
        listed |= room.edges[edge, EDGE_PLACES]
        room.chosen[edge] = edge
    return count


@inner(INT, ROOM, INT)
def places_kept(room: Room, count: int) -> int:
    """The places (mask) of a name that are paired: those with an edge, at most `MAX_PLACES` of them."""
    strongest = room.most
    strongest[:] = 0
    kept = 0
    for edge in range(count):
        for place in range(MAX_WORDS):
            if room.edges[edge, EDGE_PLACES] >> place & 1:
                kept |= 1 << place
                strongest[place] = max(strongest[place], room.edges[edge, EDGE_WEIGHT])
    while count_bits(kept) > MAX_PLACES:
        weakest = -1
        for place in range(MAX_WORDS):
            if kept >> place & 1 and (weakest < 0 or strongest[place] <= strongest[weakest]):
                weakest = place
        kept &= ~(1 << weakest)
    return kept


@inner(INT, INT, INT)
def packed_places(places: int, kept: int) -> int:
    """A mask of places with the ones that are not kept left out."""
    packed = number = 0
    while kept:
        if kept & 1:
            packed |= (places & 1) << number
            number += 1
        kept >>= 1
        places >>= 1
    return packed


@inner(INT, ROOM, INT, INT, INT, INT, INT)
def reach(room: Room, word: int, used: int, edge: int, total: int, before: int) -> int:
    """Note that a set of the name's words can be used with some total; the first of equals stays."""
    if total > room.pairing[word, used]:
        room.pairing[word, used] = total
        room.pairing_edge[word, used] = edge
        room.pairing_before[word, used] = before
    return 0


@inner(INT, ROOM, INT, INT, INT)
def pair_layers(room: Room, count: int, words: int, sets: int) -> int:
    """Layer after layer of the traveller's words: the greatest sum for each set of the name's words."""
    for word in range(words + 1):
        for used in range(sets):
            room.pairing[word, used] = -1
    room.pairing[0, 0] = 0
    for word in range(words):
        for used in range(sets):
            total = room.pairing[word, used]
            if total < 0:
                continue
            reach(room, word + 1, used, -1, total, used)
            for edge in range(count):
                places = room.edges[edge, EDGE_USED]
                if room.edges[edge, EDGE_FIRST] == word and places and not used & places:
                    onward = word + room.edges[edge, EDGE_COUNT]
                    reach(room, onward, used | places, edge, total + room.edges[edge, EDGE_WEIGHT], used)
    return 0


@inner(INT, ROOM, INT, INT)
def choose_best(room: Room, count: int, words: int) -> int:
    """Choose the edges with the greatest sum in which no word is used twice; how many, in `room.chosen`.

    Of equal sums the one met first stays, so that the answer is the same everywhere.
    """
    kept = places_kept(room, count)
    sets = 1 << count_bits(kept)
    for edge in range(count):
        places = room.edges[edge, EDGE_PLACES]
        room.edges[edge, EDGE_USED] = 0 if places & ~kept else packed_places(places, kept)
    pair_layers(room, count, words, sets)
    best = 0
    for used in range(sets):
        if room.pairing[words, used] > room.pairing[words, best]:
            best = used
    chosen, word = 0, words
    while word > 0:
        edge, best = room.pairing_edge[word, best], room.pairing_before[word, best]
        if edge >= 0:
            room.chosen[chosen] = edge
            chosen += 1
            word -= room.edges[edge, EDGE_COUNT]
        else:
            word -= 1
    return chosen


@inner(INT, INT, INT, INT, INT, INT)
def is_initial_of(head: int, length: int, other_head: int, other_length: int, is_cut: int) -> int:
    """Whether a few letters begin the other side's word: one letter of either, or what was left by a cut."""
    letters = int(min(length, other_length))
    if length == other_length or not (letters == 1 or (is_cut and length <= HEAD_LETTERS)):
        return 0
    mask = (1 << _HEAD_LETTER * letters) - 1
    return 1 if head & mask == other_head & mask else 0


@inner(INT, LISTING, BATCH, ROOM, INT, INT, INT, INT)
def confirm_initials(
    listing: Listing, batch: Batch, room: Room, traveller: int, name: int, sent: int, listed: int
) -> int:
    """Pair single letters with words left over on the other side, into `room.initials`; how many."""
    confirmed = 0
    start = listing.name_start[name]
    cut_place = batch.travellers[traveller, CUT_PLACE]
    for place in range(batch.travellers[traveller, WORDS]):
        if not sent >> place & 1:
            continue
        for at in range(start, listing.name_start[name + 1]):
            word = listing.name_word[at]
            if listed >> (at - start) & 1 and is_initial_of(
                batch.heads[traveller, place], batch.lengths[traveller, place],
                listing.word_head[word], listing.word_length[word], 1 if place == cut_place else 0,
            ):  # fmt: skip
                room.initials[confirmed, 0] = place
                room.initials[confirmed, 1] = at - start
                confirmed += 1
                listed &= ~(1 << (at - start))
                break
    return confirmed


@inner(INT, INT)
def limited(total: int) -> int:
    """A name's weight: ever slower above the knee, and never below the floor."""
    beyond = total - w.NAME_KNEE
    if beyond > 0:
        return w.NAME_KNEE + beyond * w.NAME_RISE // (beyond + w.NAME_HALF)
    return max(total, w.NAME_FLOOR)


@inner(INT, INT, INT)
def left_over(sent: int, listed: int) -> int:
    """What words say that found no partner: so many of the traveller's and so many of the name's."""
    against = min(sent, listed)
    return (
        w.CONTRADICTION * against
        + w.NOT_LISTED * min(sent - against, w.MAX_OMISSIONS)
        + w.NOT_SENT * min(listed - against, w.MAX_OMISSIONS)
    )


@kernel(INT, LISTING, BATCH, ROOM, INT, INT)
def weigh_name(listing: Listing, batch: Batch, room: Room, traveller: int, name: int) -> int:
    """What one listed name says about the traveller's; `room` tells which words were paired and which left.

    Omission is cheap, contradiction is dear, order says nothing. The traveller's units are marked in `room`.
    """
    words = batch.travellers[traveller, WORDS]
    count = gather_edges(listing, batch, room, name)
    chosen = choose_disjoint(room, count)
    if chosen < 0:
        chosen = choose_best(room, count, words)
    total, common, sent_left = 0, 0, (1 << words) - 1
    listed_words = listing.name_start[name + 1] - listing.name_start[name]
    listed_left = (1 << listed_words) - 1
    for number in range(chosen):
        edge = room.chosen[number]
        total += room.edges[edge, EDGE_WEIGHT]
        common += room.edges[edge, EDGE_WEIGHT] < w.COMMON_WORD
        sent_left &= ~(((1 << room.edges[edge, EDGE_COUNT]) - 1) << room.edges[edge, EDGE_FIRST])
        listed_left &= ~room.edges[edge, EDGE_PLACES]
    confirmed = 0
    if sent_left and listed_left:
        confirmed = confirm_initials(listing, batch, room, traveller, name, sent_left, listed_left)
        for number in range(confirmed):
            sent_left &= ~(1 << room.initials[number, 0])
            listed_left &= ~(1 << room.initials[number, 1])
    sent_left &= ~batch.travellers[traveller, INITIALS]
    for place in range(listed_words):
        if listing.word_length[listing.name_word[listing.name_start[name] + place]] == 1:
            listed_left &= ~(1 << place)
    room.facts[CHOSEN], room.facts[CONFIRMED] = chosen, confirmed
    room.facts[SENT_LEFT], room.facts[LISTED_LEFT] = sent_left, listed_left
    return limited(
        total
        + w.COMMON_AGAIN * max(common - 1, 0)
        + w.INITIAL * min(confirmed, w.MAX_INITIALS)
        + left_over(count_bits(int(sent_left)), count_bits(int(listed_left)))
        + w.LOW_QUALITY * int(listing.name_is_low[name])
    )
