"""Inner loops as machine code: one decorator, types with names, and a cache that cannot be stale.

A kernel is a plain function over arrays and integers. `kernel` compiles it once, when it is defined, for the
one signature that it has; the machine code is kept on disk, so that the next process loads it in
milliseconds. A kernel allocates nothing and gives back numbers only, so that it counts no references: for the
sixty arrays that it is given, every call of another kernel would count each up and down, which was half of
its time. With numba's `DISABLE_JIT` the same functions run as plain Python: the tests hold both against
each other. There, small integers of numpy overflow where machine code widens them, so that a kernel makes an
`int` of what it multiplies.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba import types

Function = TypeVar("Function", bound=Callable[..., Any])

INT, BOOL = types.int64, types.boolean
_pair: Callable[..., Any] = types.UniTuple
SPAN = _pair(INT, 2)
I8, I16, I32, I64 = (
    types.Array(each, 1, "C") for each in (types.int8, types.int16, types.int32, types.int64)
)
TABLE, TABLE64 = (types.Array(each, 2, "C") for each in (types.int32, types.int64))
# Compiled lists are never written to, and arrays mapped from a file cannot be.
FIXED_I8, FIXED_I16, FIXED_I32, FIXED_I64, FIXED_U8 = (
    types.Array(each, 1, "C", readonly=True)
    for each in (types.int8, types.int16, types.int32, types.int64, types.uint8)
)
FIXED_TABLE16 = types.Array(types.int16, 2, "C", readonly=True)
FIXED_TABLE = types.Array(types.int32, 2, "C", readonly=True)


def record_of(cls: type, *fields: Any) -> Any:
    """The type of a named tuple of arrays, for a signature."""
    named_tuple: Callable[..., Any] = types.NamedTuple
    return named_tuple(fields, cls)


@cache
def digest_of_package() -> str:
    """What changes with any line of this package: kernels and snapshots of other code are not used."""
    sources = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        sources.update(path.read_bytes())
    return sources.hexdigest()[:16]


def cache_folder(environment: Path) -> Path:
    """Where machine code is kept: in the virtual environment, or for this process where that is read-only.

    A folder in a place that everybody may write to is new and private each time: code that another account
    put there under a name that can be guessed would be run. What a read-only environment holds already, as an
    image does, is copied into it: numba wants a folder that it may write to.

    numba looks at a function's own file only to see whether its cache is stale. The folder is named by the
    content of every file of this package, so that a changed weight or table is met as well.
    """
    kept = environment / "kernels" / digest_of_package()
    if os.access(environment, os.W_OK):
        return kept
    own = Path(tempfile.mkdtemp(prefix="safeconduct-")) / "kernels" / digest_of_package()
    if kept.is_dir():
        shutil.copytree(kept, own)
    return own


_settings: Any = numba.config
if not _settings.CACHE_DIR:
    _settings.CACHE_DIR = str(cache_folder(Path(sys.prefix)))
_compile: Callable[..., Any] = numba.njit


def kernel_folder() -> str:
    """Where this process keeps machine code, for one that it starts."""
    return str(_settings.CACHE_DIR)


def kernel(result: Any, *arguments: Any, is_inner: bool = False) -> Callable[[Function], Function]:
    """Compile a function for these types at once; it runs without Python's lock.

    An inner kernel is called by other kernels only, which spares the code that reads Python's values.
    """

    def compiled(function: Function) -> Function:
        make = _compile(
            result(*arguments),
            cache=True,
            nogil=True,
            no_cfunc_wrapper=True,
            no_cpython_wrapper=is_inner,
            forceinline=is_inner,
            _nrt=False,
        )
        made: Function = make(function)
        return made

    return compiled


def inner(result: Any, *arguments: Any) -> Callable[[Function], Function]:
    """A kernel that only kernels call."""
    return kernel(result, *arguments, is_inner=True)
