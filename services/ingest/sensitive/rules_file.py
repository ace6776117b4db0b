"""A State's own rules, read from JSON or TOML at start: it may be stricter than the law, never laxer."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.ingest.sensitive.rules import (
    DEFAULT_RULES,
    FORBIDDEN_CLASSES,
    KEPT_REMARKS,
    Action,
    CodeRule,
    Rules,
    SensitiveClass,
)

MAX_RULES_BYTES = 1024 * 1024

_Code = Annotated[str, Field(pattern=r"^[A-Z0-9]{2,4}$")]
_Words = Annotated[str, Field(pattern=r"^[A-Z]{2,40}(?: [A-Z]{2,40}){0,7}$")]


class RulesRefused(ValueError):
    """A State's rules cannot be used; the text is one clear sentence."""


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _CodeRow(_Shape):
    action: Action
    group: Annotated[SensitiveClass | None, Field(alias="class")] = None


class _RulesShape(_Shape):
    version: Annotated[str, Field(pattern=r"^[!-~]{1,64}$")]
    codes: dict[_Code, _CodeRow] = {}
    words: dict[SensitiveClass, list[_Words]] = {}
    titles: list[Annotated[str, Field(pattern=r"^[A-Z]{2,20}$")]] = []
    kept_remarks: list[str] | None = None
    scrubs_group_names: bool = False
    scrubs_fare_bases: bool = False
    scrubs_agencies: bool = False


def read_rules(path: Path | None) -> Rules:
    """The rules of a State: the default ones, and what its file sets beside them or in their place.

    Args:
        path: A `.json` or `.toml` file of at most `MAX_RULES_BYTES`, in UTF-8; `None` for the default rules.

    Returns:
        Rules at least as strict as the default ones for what Article 13(4) names.

    Raises:
        RulesRefused: The file cannot be read, has another shape, or keeps what the law forbids to keep.

    Source:
        Directive (EU) 2016/681 Art. 13(4); `spec/sensitive.md` §2; decision 0014.
    """
    if path is None:
        return DEFAULT_RULES
    try:
        shape = _RulesShape.model_validate(_load(path))
    except ValidationError as errors:
        first = errors.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise RulesRefused(f"The sensitive-data rules have a fault at {place}: {first['msg']}.") from None
    faults = [*_laxities(shape)]
    if faults:
        raise RulesRefused(" ".join(faults))
    return _with(DEFAULT_RULES, shape)


def _load(path: Path) -> Any:
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise RulesRefused(f"The sensitive-data rules file cannot be read: {type(fault).__name__}.") from None
    if len(content) > MAX_RULES_BYTES:
        raise RulesRefused(f"The sensitive-data rules file is longer than {MAX_RULES_BYTES} bytes.")
    try:
        text = content.decode("utf-8")
        return tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except (ValueError, RecursionError):
        kind = "TOML" if path.suffix == ".toml" else "JSON"
        raise RulesRefused(f"The sensitive-data rules file is no {kind} in UTF-8.") from None


def _laxities(shape: _RulesShape) -> Iterator[str]:
    """Each way in which these rules would keep what may not be kept, as a sentence."""
    for code, row in shape.codes.items():
        default = DEFAULT_RULES.code_rule(code)
        if row.group in FORBIDDEN_CLASSES and row.action is not Action.DROP:
            yield f"Code {code} would reveal {row.group}: its action must be DROP."
        elif default.group in FORBIDDEN_CLASSES and row.action is not Action.DROP:
            yield f"Code {code} reveals {default.group}: no State's rules may {row.action} it."
        elif default.group in FORBIDDEN_CLASSES and row.group not in FORBIDDEN_CLASSES:
            yield f"Code {code} must stay in a class of Article 13(4)."
    for kind in sorted(set(shape.kept_remarks or ()) - KEPT_REMARKS):
        yield f"Remarks of kind {kind} are free text: no State's rules may keep them."


def _with(rules: Rules, shape: _RulesShape) -> Rules:
    listed = [(group, text) for group, texts in shape.words.items() for text in texts]
    words: Mapping[str, SensitiveClass] = {text: group for group, text in listed if " " not in text}
    phrases = {tuple(text.split()): group for group, text in listed if " " in text}
    codes = {code: CodeRule(row.action, row.group) for code, row in shape.codes.items()}
    return replace(
        rules,
        # The default's words come last, so that no State can give one of them another class.
        codes={**rules.codes, **codes},
        words={**words, **rules.words},
        phrases={**phrases, **rules.phrases},
        kept_remarks=rules.kept_remarks if shape.kept_remarks is None else frozenset(shape.kept_remarks),
        titles=frozenset(shape.titles),
        scrubs_group_names=shape.scrubs_group_names,
        scrubs_fare_bases=shape.scrubs_fare_bases,
        scrubs_agencies=shape.scrubs_agencies,
        version=shape.version,
    )
