"""What the load sent and what was acknowledged, written down before anything else happens."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One message that got a 2xx: after that moment losing it is a fault.

    `references` are the carrier's own for the travellers, in the order sent; `planted` those of listed
    people.
    """

    transaction: str
    designator: str
    receipt_id: str
    references: tuple[str, ...]
    planted: tuple[str, ...]


class LoadJournal:
    """Append-only lines in a file, so that a killed load generator leaves a usable journal too."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._path.touch()

    def acknowledged(self, message: Acknowledged) -> None:
        """Write one acknowledgement down, at once."""
        with self._path.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(message)) + "\n")

    def __iter__(self) -> Iterator[Acknowledged]:
        for line in self._path.read_text(encoding="utf-8").splitlines():
            yield _acknowledged(json.loads(line))


def _acknowledged(value: dict[str, object]) -> Acknowledged:
    references, planted = value["references"], value["planted"]
    assert isinstance(references, list)
    assert isinstance(planted, list)
    return Acknowledged(
        transaction=str(value["transaction"]),
        designator=str(value["designator"]),
        receipt_id=str(value["receipt_id"]),
        references=tuple(references),
        planted=tuple(planted),
    )
