"""The oracle: every name of the list against a traveller, word by word, by definition and without any net.

Far too slow for traffic. The tests hold the index against it: what it finds and screening does not is a match
lost.
"""

from collections.abc import Iterator, Sequence

from services.screening.matching.candidates import Row
from services.screening.matching.index import Index, joined_keys, neighbours, word_keys
from services.screening.matching.names import WHOLE, Word, read_name
from services.screening.matching.score import Judgement, Query, judge, weigh_name
from services.screening.matching.tokens import JOINED_WORTH, Rule, relate


def judge_every_entry(index: Index, query: Query) -> list[Judgement]:
    """What `Screener.judgements` must answer: every entry that a name or a document suggests."""
    judged = (_judge(index, query, entry) for entry in range(len(index.entries)))
    return [judgement for judgement in judged if judgement.is_suggested]


def _judge(index: Index, query: Query, entry: int) -> Judgement:
    names = [name for name, owner in enumerate(index.arrays["name_entry"].tolist()) if owner == entry]
    weighed = [weigh_name(index, query, name, _rows(index, query.words, name)) for name in names]
    return judge(index, query, entry, weighed, by_document=True)


def _rows(index: Index, sent: Sequence[Word], name: int) -> list[Row]:
    entry = index.entries[int(index.arrays["name_entry"][name])]
    listed = read_name(entry.names[int(index.arrays["name_source"][name])].text)
    rows = [*_word_rows(index, sent, listed), *_joined_rows(index, sent, listed)]
    return [row for row in rows if row[3] > 0]


def _word_rows(index: Index, sent: Sequence[Word], listed: Sequence[Word]) -> Iterator[Row]:
    """Each word against each word, and against listed neighbours written together."""
    for first, word in enumerate(sent):
        if word.is_initial:
            continue
        for place, other in enumerate(listed):
            if not other.is_initial:
                weight, rule = _related(index, word, other)
                yield first, 1, 1 << place, weight, rule, -1
        for place, count, text in neighbours(listed):
            total = sum(index.rarity.weight(each.text) for each in listed[place : place + count])
            worth = max(
                (worth for form, worth in word.forms if set(joined_keys(form)) & set(joined_keys(text))),
                default=0,
            )
            weight = total * JOINED_WORTH * worth // (WHOLE * WHOLE)
            yield first, 1, ((1 << count) - 1) << place, weight, Rule.JOINED, -1


def _related(index: Index, word: Word, other: Word) -> tuple[int, int]:
    """The best weight of any two spellings, and the rule that gives it."""
    weights = [(0, 0)]
    for listed, listed_worth in other.forms:
        value = (0, 0)
        for form, worth in word.forms:
            share, rule = relate(form, listed)
            rarer = min(index.rarity.weight(form), index.rarity.weight(listed))
            value = max(value, (rarer * share * worth // (WHOLE * WHOLE), -rule))
        weights.append((value[0] * listed_worth // WHOLE, value[1]))
    weight, rule_below = max(weights)
    return weight, -rule_below


def _joined_rows(index: Index, sent: Sequence[Word], listed: Sequence[Word]) -> Iterator[Row]:
    """The traveller's neighbours written together against each listed word."""
    for first, count, text in neighbours(sent):
        total = sum(index.rarity.weight(word.text) for word in sent[first : first + count])
        keys = set(joined_keys(text)) - {text}
        for place, other in enumerate(listed):
            meets = [each for each in other.forms if each[0] == text or keys & set(word_keys(each[0]))]
            weights = (
                min(total, index.rarity.weight(form)) * JOINED_WORTH // WHOLE * worth // WHOLE
                for form, worth in meets
            )
            if not other.is_initial:
                yield first, count, 1 << place, max(weights, default=0), Rule.JOINED, -1
