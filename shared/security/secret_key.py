"""Secret keys of an installation: 32 bytes in a file that its owner alone reads."""

import stat
from pathlib import Path
from typing import Final

KEY_BYTES: Final = 32


def load_secret_key(path: Path) -> bytes:
    """The 32 bytes of a file of 64 hexadecimal digits, which the installation made.

    Raises:
        OSError: The file cannot be read.
        ValueError: It does not hold 32 bytes in hexadecimal, or others than its owner may read it.
    """
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ValueError(f"{path.name} may be read by others")
    key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    if len(key) != KEY_BYTES:
        raise ValueError(f"{path.name} does not hold {KEY_BYTES} bytes")
    return key
