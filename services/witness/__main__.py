"""`python -m services.witness`: make a witness, name the logs that it watches, serve, show evidence.

python -m services.witness FILE init court.example/witness
python -m services.witness FILE add-log "safeconduct/XAA/ingest+1f2e3d4c+AQ…"
python -m services.witness FILE serve --port 8190
python -m services.witness FILE evidence
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import uvicorn

from services.witness.app import create_witness
from services.witness.store import WitnessFile
from shared.audit.checkpoint import KEY_NAME, VerifierKey
from shared.errors import DomainError


def main(arguments: Sequence[str], out: TextIO = sys.stdout, err: TextIO = sys.stderr) -> int:
    """Do one command; 0 when it was done, 1 when there is something to look at, 2 when it failed."""
    given = _parser().parse_args(arguments)
    try:
        return _run(given, out)
    except DomainError as fault:
        print(fault.detail, file=err)
        return 2


def _run(given: argparse.Namespace, out: TextIO) -> int:
    if given.command == "init":
        print(WitnessFile.create(given.file, given.name).cosigner().key, file=out)
        return 0
    file = WitnessFile(given.file)
    if given.command == "add-log":
        file.add_log(VerifierKey.parse(given.key))
        return 0
    if given.command == "evidence":
        return _show_evidence(file, out)
    print(f"{file.cosigner().key} witnesses {len(file.logs())} logs.", file=out, flush=True)
    uvicorn.run(create_witness(file), host=given.host, port=given.port, log_level="warning")
    return 0


def _show_evidence(file: WitnessFile, out: TextIO) -> int:
    """Every refused request whose note a log had signed."""
    found = file.evidence()
    for each in found:
        print(f"{each.at} {each.origin} {each.status}\n{each.request.decode()}", file=out)
    print(f"{len(found)} refused requests are to be looked at.", file=out)
    return 1 if found else 0


def _name(text: str) -> str:
    if not KEY_NAME.fullmatch(text):
        raise argparse.ArgumentTypeError("a name has neither space nor plus")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.witness", description="Witness audit logs.")
    parser.add_argument("file", type=Path, help="the witness's key and memory, one file")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("init", help="make a new witness").add_argument("name", type=_name)
    commands.add_parser("add-log", help="witness a log").add_argument("key", help="the log's verifier key")
    commands.add_parser("evidence", help="show refused requests that a log had signed")
    serve = commands.add_parser("serve", help="answer logs until ended")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8190)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
