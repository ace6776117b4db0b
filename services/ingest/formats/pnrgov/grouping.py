"""The groups of one PNR: the same tag stands in different groups; one segment of look-ahead tells which."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import zip_longest

from services.ingest.formats.separators import Segment


class GroupKind(StrEnum):
    """A segment group of PNRGOV, by what it is about."""

    PNR = "GR.1"
    TRAVELLER = "GR.2"
    TICKET = "GR.3"
    PAYMENT = "GR.4"
    LEG = "GR.5"
    CHECK_IN = "GR.6"
    BOARDING = "GR.7"
    SPLIT = "GR.8"
    OTHER_SERVICE = "GR.9"
    HISTORY = "GR.10"
    HISTORY_ITEM = "GR.11"


class Group:
    """One group: its own segments and, by their kind, the groups inside it, in the order sent.

    A group that the sender did not open, but whose segments came, begins with the first of them.
    """

    __slots__ = ("groups", "kind", "segments")

    def __init__(self, kind: GroupKind, segments: list[Segment]) -> None:
        self.kind = kind
        self.segments = segments
        self.groups: dict[GroupKind, list[Group]] = {}

    def first(self, tag: str) -> Segment | None:
        """The first own segment with a tag."""
        return next((segment for segment in self.segments if segment.tag == tag), None)

    def all_of(self, kind: GroupKind) -> Sequence["Group"]:
        """The groups of a kind directly inside this one."""
        return self.groups.get(kind, ())


PNR_UPDATED = "700"
NO_FLIGHT = frozenset(["OPEN", "ARNK"])

_ADMITTED = {
    GroupKind.PNR: "SRC RCI SSR DAT IFT ORG ADD EBD LTS",
    GroupKind.TRAVELLER: "FTI IFT REF EBD FAR SSR ADD",
    GroupKind.TICKET: "MON PTK TXD DAT IFT",
    GroupKind.PAYMENT: "IFT ADD",
    GroupKind.LEG: "TRA RPI APD SSR RCI IFT",
    GroupKind.CHECK_IN: "ORG",
    GroupKind.BOARDING: "TIF SSD TBD",
    GroupKind.SPLIT: "RCI",
    GroupKind.OTHER_SERVICE: "TVL RPI",
    GroupKind.HISTORY: "DAT",
    GroupKind.HISTORY_ITEM: "RCI TIF SSR IFT TBD TVL RPI",
}
_ADMITS = {kind: frozenset(tags.split()) for kind, tags in _ADMITTED.items()}
_BOARDING = (GroupKind.CHECK_IN, GroupKind.BOARDING)
# Which groups a segment opens, outermost first: more than one where the sender left the outer one out.
_OPENS: dict[GroupKind, dict[str, tuple[GroupKind, ...]]] = {
    GroupKind.PNR: {
        "TIF": (GroupKind.TRAVELLER,),
        "FOP": (GroupKind.PAYMENT,),
        "TVL": (GroupKind.LEG,),
        "EQN": (GroupKind.SPLIT,),
        "MSG": (GroupKind.OTHER_SERVICE,),
        "ABI": (GroupKind.HISTORY,),
        "SAC": (GroupKind.HISTORY, GroupKind.HISTORY_ITEM),
    },
    GroupKind.TRAVELLER: {
        **dict.fromkeys(("TKT", "MON", "PTK", "TXD"), (GroupKind.TICKET,)),
        "FOP": (GroupKind.TICKET, GroupKind.PAYMENT),
    },
    GroupKind.TICKET: {"FOP": (GroupKind.PAYMENT,)},
    GroupKind.LEG: {
        **dict.fromkeys(("DAT", "ORG"), (GroupKind.CHECK_IN,)),
        **dict.fromkeys(("TRI", "SSD", "TBD"), _BOARDING),
    },
    GroupKind.CHECK_IN: dict.fromkeys(("TRI", "SSD", "TBD"), (GroupKind.BOARDING,)),
    GroupKind.HISTORY: dict.fromkeys(("SAC", *_ADMITS[GroupKind.HISTORY_ITEM]), (GroupKind.HISTORY_ITEM,)),
}
# What a tag does in a group: nothing where it is admitted, else the groups that it opens.
_STEPS: dict[GroupKind, dict[str, tuple[GroupKind, ...]]] = {
    kind: {**_OPENS.get(kind, {}), **dict.fromkeys(tags, ())} for kind, tags in _ADMITS.items()
}
# A segment of these ends the groups inside; a remark to a leg does not end the leg's check-in.
_ENDS_INNER = frozenset([GroupKind.TRAVELLER, GroupKind.HISTORY])
_ONLY_IN_TRAVELLER = frozenset(["FTI", "REF", "FAR", "TKT"])
_MAY_START_ANEW = frozenset(["TIF", "ADD"])


def group_pnr(segments: Sequence[Segment]) -> tuple[Group, list[Segment]]:
    """Put the segments of one PNR, from SRC on and at least that, into their groups.

    The order of the guide is not asked for: a segment belongs to the innermost open group that admits it.

    Returns:
        The PNR's group, and the segments that no open group admits.

    Source:
        PNRGOV guide, segment table; `spec/pnrgov.md` §2.
    """
    grouping = _Grouping(segments[0])
    take = grouping.take
    for segment, following in zip_longest(segments[1:], segments[2:]):
        take(segment, following)
    return grouping.pnr, grouping.misplaced


class _Grouping:
    """One pass over a PNR: which groups are open, outermost first."""

    def __init__(self, opening: Segment) -> None:
        self.pnr = Group(GroupKind.PNR, [opening])
        self.misplaced: list[Segment] = []
        self._open = [self.pnr]
        self._last_leg: Group | None = None

    def take(self, segment: Segment, following: Segment | None) -> None:
        tag = segment.tag
        if tag == "TVL" and self._last_leg is not None and _is_code_share(segment, self._last_leg):
            self._last_leg.segments.append(segment)
            return
        for depth in range(len(self._open) - 1, -1, -1):
            group = self._open[depth]
            opened = _STEPS[group.kind].get(tag)
            if opened is None:
                continue
            if opened:
                if tag != "DAT" or not _is_of_pnr(group, segment):
                    self._enter(depth, opened, segment)
                    return
            elif tag not in _MAY_START_ANEW or not _starts_anew(group, segment, following):
                if group.kind in _ENDS_INNER:
                    del self._open[depth + 1 :]
                group.segments.append(segment)
                return
        self.misplaced.append(segment)

    def _enter(self, depth: int, kinds: tuple[GroupKind, ...], segment: Segment) -> None:
        del self._open[depth + 1 :]
        for kind in kinds:
            group = Group(kind, [])
            self._open[-1].groups.setdefault(kind, []).append(group)
            self._open.append(group)
        self._open[-1].segments.append(segment)
        if self._open[-1].kind is GroupKind.LEG:
            self._last_leg = self._open[-1]


def _is_code_share(segment: Segment, leg: Group) -> bool:
    """Whether a TVL only names the operating carrier's flight of the leg before it."""
    is_bare = not any("".join(element).strip() for element in segment.elements[:3])
    return is_bare and segment.get(4).upper() not in NO_FLIGHT and bool(leg.segments[0].get(3, 1))


def _starts_anew(group: Group, segment: Segment, following: Segment | None) -> bool:
    """Whether a segment that the group could hold begins something else: a traveller after the flights."""
    if segment.tag == "TIF" and group.kind is GroupKind.BOARDING:
        boarding, named = group.segments[0].get(1, 3), segment.get(1, 2)
        is_another = bool(boarding and named) and boarding != named
        is_traveller = following is not None and following.tag in _ONLY_IN_TRAVELLER
        return is_another or is_traveller or group.first("TIF") is not None
    return segment.tag == "ADD" and group.kind is GroupKind.PAYMENT and group.segments[-1].tag == "ADD"


def _is_of_pnr(group: Group, segment: Segment) -> bool:
    """Whether a DAT inside a leg tells of the PNR's last change, so that it opens no check-in."""
    return group.kind is GroupKind.LEG and segment.get(0) == PNR_UPDATED
