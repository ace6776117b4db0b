"""The types of all facts, as Cedar's schema.

Two readings of one list: with every fact required, to check the policies when they are loaded (a policy that
reads a fact of the wrong name or type never starts); with every fact optional, to check each request, because
what is missing is found by the policy that reaches for it. `schema.cedarschema` holds the first; a test
compares it with the facts.
"""

from pathlib import Path
from typing import Final

from shared.policy.actions import ACTIONS
from shared.policy.facts.registry import RULE_FACTS, rules_judging

SCHEMA_FILE: Final = Path(__file__).with_name("schema.cedarschema")

_HEAD = """\
// The facts that the safeguards read, with their types. One record for each safeguard, filled from the
// request before Cedar is asked. Written by `python -m shared.policy`; a test compares the two.

entity Requester;
entity Subject;
"""


def cedar_schema(*, facts_are_required: bool) -> str:
    """The schema in Cedar's own notation."""
    mark = "" if facts_are_required else "?"
    parts = [_HEAD]
    for facts in RULE_FACTS.values():
        lines = [f"  {name}{mark}: {fact.cedar_type}," for name, fact in facts.all_facts.items()]
        parts.append(f"type {facts.record} = {{\n" + "\n".join(lines) + "\n};\n")
    for action in ACTIONS:
        records = [RULE_FACTS[rule_id].record for rule_id in rules_judging(action)]
        context = ", ".join(f"{record}{mark}: {record}" for record in records)
        parts.append(
            f'action "{action}" appliesTo {{\n'
            f"  principal: [Requester], resource: [Subject],\n  context: {{ {context} }}\n}};\n"
        )
    return "\n".join(parts)


def write_schema(path: Path = SCHEMA_FILE) -> bool:
    """Bring the file up to the facts; whether it had to change."""
    text = cedar_schema(facts_are_required=True)
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.write_text(text, encoding="utf-8")
    return True
