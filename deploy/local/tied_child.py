"""Become another program that ends when the process that started it ends.

Called by path, before any of our packages can be found, so it uses the standard library only:

    python tied_child.py --parent PID --signal N [--uid U --gid G] -- PROGRAM ARGUMENT...

Linux clears the parent-death signal whenever credentials change, so identities change first,
the signal is set second, and the check that the parent still lives comes last.

Source: prctl(2), PR_SET_PDEATHSIG.
"""

import argparse
import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Change identity, tie this process to its parent, and replace it by the program."""
    arguments = _read_arguments()
    if arguments.gid is not None:
        os.setgroups([])
        os.setgid(arguments.gid)
    if arguments.uid is not None:
        os.setuid(arguments.uid)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, arguments.signal, 0, 0, 0)
    if os.getppid() != arguments.parent:
        # The parent died before the tie was made: nobody would ever end this child.
        sys.exit(1)
    os.execv(arguments.program[0], arguments.program)  # noqa: S606 - the program is our own caller's.


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--signal", type=int, required=True)
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("program", nargs="+")
    return parser.parse_args()


if __name__ == "__main__":
    main()
