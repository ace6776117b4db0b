"""Scores pairs with nomenklatura's logic-v2, in a Python that has it and nothing of ours.

It reads one JSON object from its input: `entries`, by identifier the properties of a FollowTheMoney `Person`,
and `travellers`, a list of pairs: such properties, and the identifiers to weigh them against. It prints
`scores`, a list of so many numbers for each traveller in the same order, and `seconds` of processor time that
weighing took.
"""

import json
import sys
from time import process_time
from typing import Any

from followthemoney import model
from nomenklatura.matching import LogicV2


def _person(identifier: str, properties: dict[str, list[str]]) -> Any:
    person = model.make_entity("Person")
    person.id = identifier
    for name, values in properties.items():
        person.add(name, values)
    return person


def main() -> None:
    """Answer the one question."""
    question = json.load(sys.stdin)
    config = LogicV2.default_config()
    entries = {key: _person(key, properties) for key, properties in question["entries"].items()}
    # Each has an identifier of its own: by it nomenklatura keeps what it worked out of a person.
    travellers = [
        (_person(f"traveller {number}", properties), pile)
        for number, (properties, pile) in enumerate(question["travellers"])
    ]
    began = process_time()
    scores = [
        [LogicV2.compare(person, entries[key], config).score for key in pile] for person, pile in travellers
    ]
    json.dump({"scores": scores, "seconds": process_time() - began}, sys.stdout)


if __name__ == "__main__":
    main()
