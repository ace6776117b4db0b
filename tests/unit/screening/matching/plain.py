"""The matcher once more as plain Python, without machine code: for coverage, and to be held against it."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numba

import services.screening

_PACKAGE = "services.screening.matching"


@contextmanager
def plain_python() -> Iterator[ModuleType]:
    """The package loaded a second time with numba switched off; everything is put back afterwards."""
    compiled = {name: module for name, module in sys.modules.items() if name.startswith(_PACKAGE)}
    settings: Any = numba.config
    for name in compiled:
        del sys.modules[name]
    settings.DISABLE_JIT = 1
    try:
        yield importlib.import_module(_PACKAGE)
    finally:
        settings.DISABLE_JIT = 0
        for name in [name for name in sys.modules if name.startswith(_PACKAGE)]:
            del sys.modules[name]
        sys.modules.update(compiled)
        setattr(services.screening, "matching", compiled[_PACKAGE])  # noqa: B010 - a module has no such field


def plain_module(name: str) -> ModuleType:
    """A module of the package as plain Python."""
    with plain_python():
        return importlib.import_module(f"{_PACKAGE}.{name}")
