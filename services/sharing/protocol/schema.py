"""The exchange's JSON Schema, from the models: `python -m services.sharing.protocol.schema` renews the file.

The file is what a State without this product builds against; a test compares it with the models.

Source: sharing-protocol.md §9.1.
"""

import json
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from services.sharing.protocol.envelope import Acknowledgement, Envelope
from services.sharing.protocol.message_types import payload_type
from services.sharing.protocol.payloads import PAYLOADS

SCHEMA_FILE: Final = Path(__file__).parents[3] / "docs" / "exchange" / "ctx-1.0.schema.json"
SCHEMA_ID: Final = "urn:safeconduct:ctx-1.0"


def exchange_schema() -> dict[str, Any]:
    """The envelope's schema; under `x-payloads` the schema of each payload by its media type."""
    models: list[type[BaseModel]] = [Envelope, Acknowledgement, *dict.fromkeys(PAYLOADS.values())]
    references, shared = models_json_schema([(model, "validation") for model in models])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "ctx-1.0: exchange between designated authorities",
        "description": "The signed envelope; its payload is sealed and reads as `x-payloads` says.",
        **references[(Envelope, "validation")],
        "x-acknowledgement": references[(Acknowledgement, "validation")],
        "x-payloads": {
            payload_type(name): references[(model, "validation")] for name, model in PAYLOADS.items()
        },
        "$defs": shared["$defs"],
    }


def main() -> None:
    """Write the file."""
    SCHEMA_FILE.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(exchange_schema(), indent=2, ensure_ascii=False)
    SCHEMA_FILE.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
