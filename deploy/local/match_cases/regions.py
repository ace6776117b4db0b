"""Naming communities of sixteen regions: which elements of names are common, and how rarer ones are made.

`communities/*.txt` were written for this project from general knowledge of how people are called; no register
or list was copied. An element stands with its bearers in a hundred where they are known to be many
(NGUYEN=38); the others follow by rank. Rarer elements are put together as the language does: two syllables of
a Chinese given name, a father's name and its ending, never more parts than names there have.

    community REGION | who they are | travellers of the region, in parts | States
    men ELEMENT=bearers ELEMENT ...            women, family: alike
    made_family share FIRST ... | SECOND ...   one of each column; also made_men, made_women, made_given
    before_men share ELEMENT ...               what never stands alone (MD, THI); also before_women
    given_count 1 1 2                          numbers of names of one's own; family_count alike
    chain 1 2                                  numbers of further names: the father's, the grandfather's
    women_family OV>OVA                        what a woman's family name ends in

A line that begins with blanks goes on with the one before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).with_name("communities")
_RANK_OFFSET = 8
_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Elements:
    """Name elements that many bear, and up to which share of all bearers each of them reaches."""

    words: tuple[str, ...]
    reached: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """Elements put together from one part of each column; `share` of all elements are such."""

    share: float
    columns: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Before:
    """Elements that stand before a given name and never alone; `share` of all people have one."""

    share: float
    elements: Elements


@dataclass(frozen=True, slots=True)
class Community:
    """How people of one naming community are called; the module tells what each field is."""

    name: str
    part: float
    states: tuple[str, ...]
    men: Elements
    women: Elements
    family: Elements
    before_men: Before
    before_women: Before
    made_men: tuple[Made, ...]
    made_women: tuple[Made, ...]
    made_family: tuple[Made, ...]
    women_family: tuple[tuple[str, str], ...]
    given_count: tuple[int, ...]
    family_count: tuple[int, ...]
    chain: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """A region of name origin and its communities."""

    name: str
    communities: tuple[Community, ...]

    @property
    def states(self) -> tuple[str, ...]:
        """The States of all its communities."""
        return tuple(state for community in self.communities for state in community.states)


def elements(text: str) -> Elements:
    """Read elements: what those with a number leave of a hundred falls on the others by their rank."""
    pairs = [each.partition("=") for each in text.split()]
    left = _HUNDRED - sum(float(share) for _, _, share in pairs if share)
    by_rank = [0.0 if share else 1 / (rank + _RANK_OFFSET) for rank, (_, _, share) in enumerate(pairs)]
    whole = sum(by_rank) or 1.0
    shares = [
        float(share) if share else left * one / whole
        for (_, _, share), one in zip(pairs, by_rank, strict=True)
    ]
    return Elements(tuple(word for word, _, _ in pairs), tuple(accumulate(shares)))


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Key and value of each line."""
    for line in text.replace("\n  ", " ").splitlines():
        key, _, value = line.partition(" ")
        if key:
            yield key, value


def _made(value: str) -> Made:
    share, _, columns = value.partition(" ")
    return Made(float(share), tuple(tuple(column.split()) for column in columns.split("|")))


def _before(values: list[str]) -> Before:
    share, _, text = values[0].partition(" ") if values else ("0", "", "")
    return Before(float(share), elements(text))


def _numbers(values: list[str], otherwise: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(number) for value in values for number in value.split()) or otherwise


def _community(name: str, lines: list[tuple[str, str]]) -> tuple[str, Community]:
    def of(*keys: str) -> list[str]:
        return [value for key, value in lines if key in keys]

    region, who, part, states = (each.strip() for each in name.split("|"))
    endings = [pair.partition(">") for value in of("women_family") for pair in value.split()]
    return region, Community(
        name=who,
        part=float(part),
        states=tuple(states.split()),
        men=elements(*of("men")),
        women=elements(*of("women")),
        family=elements(*of("family")),
        before_men=_before(of("before_men")),
        before_women=_before(of("before_women")),
        made_men=tuple(map(_made, of("made_men", "made_given"))),
        made_women=tuple(map(_made, of("made_women", "made_given"))),
        made_family=tuple(map(_made, of("made_family"))),
        women_family=tuple((ending, hers) for ending, _, hers in endings),
        given_count=_numbers(of("given_count"), (1,)),
        family_count=_numbers(of("family_count"), (1,)),
        chain=_numbers(of("chain"), (0,)),
    )


def read_regions(folder: Path = _FOLDER) -> tuple[Region, ...]:
    """Read every table of the folder, in the order of the files' names."""
    found: dict[str, list[Community]] = {}
    for file in sorted(folder.glob("*.txt")):
        blocks: list[tuple[str, list[tuple[str, str]]]] = []
        for key, value in _lines(file.read_text(encoding="ascii")):
            if key == "community":
                blocks.append((value, []))
            else:
                blocks[-1][1].append((key, value))
        for name, lines in blocks:
            region, community = _community(name, lines)
            found.setdefault(region, []).append(community)
    return tuple(Region(name, tuple(communities)) for name, communities in found.items())


REGIONS: Final = read_regions()
