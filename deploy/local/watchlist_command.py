"""`./run watchlist import` and `approve`: a list file into screening, held until two people have approved it.

Where no system runs on the data folder, PostgreSQL and screening are started for the while of the command.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from deploy.local.api import Api
from deploy.local.faults import Unknown
from deploy.local.import_progress import shown_import
from deploy.local.layout import DataFolder, Ports
from deploy.local.list_location import read_location
from deploy.local.seed import seed_screening
from deploy.local.supervisor import LocalSystem, running
from deploy.local.terminal import OUTPUT, Steps, print_json
from deploy.local.token_command import local_issuer
from shared.clock import SystemClock

REGISTER_IDS: Final = {
    "un": "UN_SC",
    "ofac": "OFAC_SDN",
    "eu": "EU_FSF",
    "uk": "UK_SANCTIONS",
    "opensanctions": "OPENSANCTIONS",
    "interpol": "INTERPOL",
    "documents": "DOCUMENTS",
    "national": "NATIONAL",
}
#: A State's own sheet, whose rows become drafts of nominations and no version of a list.
NATIONAL: Final = "national"
#: The longest that an import or a release of a million names is waited for.
LONGEST_SECONDS: Final = 1_800.0
APPROVERS: Final = "one LIST_STEWARD (such as steward) and one APPROVER (such as supervisor)"


@dataclass(frozen=True, slots=True)
class ListWanted:
    """A list to import: a file, its format (one of `REGISTER_IDS`), and what is known of it.

    `source_id` is the source in the register, the format's usual one when absent; without `sha256`, the
    digest that the publisher states, the version is held; `dated_at` says of when the file is, where it does
    not say so itself.
    """

    location: str
    file_format: str
    source_id: str | None = None
    sha256: str | None = None
    dated_at: datetime | None = None


def watchlist_import(data: Path, wanted: ListWanted, *, as_json: bool) -> int:
    """Import a list file as the list steward; a national sheet as drafts of this person's nominations.

    Args:
        data: The data folder.
        wanted: Which file, of which format and source.
        as_json: One line with the version's report.

    Returns:
        0 when it is in force, held, or already loaded.

    Raises:
        ListUnreadable, Declined, LocalFault: In one sentence, why not.
    """
    read = read_location(wanted.location)
    if wanted.file_format == NATIONAL:
        return _draft_sheet(data, wanted, read.content, as_json=as_json)
    query = {"source": wanted.file_format, "as": wanted.source_id or REGISTER_IDS[wanted.file_format]}
    if wanted.sha256 is not None:
        query["sha256"] = wanted.sha256
    dated_at = wanted.dated_at or read.dated_at
    if dated_at is not None:
        query["dated"] = dated_at.isoformat()
    with (
        screening_api(data) as api,
        api.another() as asking,
        shown_import(lambda: _imports(asking), query["as"]),
    ):
        report = api.post(
            "steward",
            "screening",
            "/v1/watchlist/imports",
            params=query,
            content=read.content,
            timeout=LONGEST_SECONDS,
        )
    if as_json:
        print_json(report)
    else:
        OUTPUT.print(as_sentences(report), markup=False, soft_wrap=True)
    return 0


def _imports(api: Api) -> dict[str, Any]:
    told: dict[str, Any] = api.get("steward", "screening", "/v1/watchlist/imports")
    return told


def _draft_sheet(data: Path, wanted: ListWanted, content: bytes, *, as_json: bool) -> int:
    query = {"as": wanted.source_id or REGISTER_IDS[NATIONAL]}
    with screening_api(data) as api:
        made = api.post("steward", "screening", "/v1/nominations/sheet", params=query, content=content)
    if as_json:
        print_json(made)
    else:
        OUTPUT.print(drafts_as_sentences(made), markup=False, soft_wrap=True)
    return 0


def drafts_as_sentences(made: dict[str, Any]) -> str:
    """What a sheet made, for a person; each fault on a line."""
    outcomes = [each["outcome"] for each in made["drafted"]]
    counts = ", ".join(f"{outcomes.count(each)} {each.lower()}" for each in ("NEW", "CHANGED", "UNCHANGED"))
    said = (
        f"{made['source_id']}: {made['drafted_count']} drafts ({counts}), {made['faults_count']} faults.\n"
        "Drafts screen nobody. Submit each for a second person's decision within 30 days."
    )
    return "\n".join([said, *(fault["sentence"] for fault in made["faults"])])


def watchlist_approve(data: Path, source_id: str, person: str, *, as_json: bool) -> int:
    """Approve the held version of a source as one of two people.

    Raises:
        Unknown: Nothing of this source is held, or there is no such person.
        Declined: The safeguards or the roles refuse.
    """
    with screening_api(data) as api:
        if api.issuer.directory.person(person) is None:
            known = ", ".join(row.subject for row in api.issuer.directory.people)
            raise Unknown(kind="person", name=person, known=known)
        version = held_version(api, source_id)
        path = f"/v1/watchlist/versions/{version['version_id']}/approval"
        report = api.post(person, "screening", path, json={}, timeout=LONGEST_SECONDS)
    if as_json:
        print_json(report)
    else:
        OUTPUT.print(as_sentences(report), markup=False, soft_wrap=True)
    return 0


def held_version(api: Api, source_id: str) -> dict[str, Any]:
    """The version of a source that waits for approval; the newest, if several do.

    Raises:
        Unknown: None does.
    """
    versions = api.get("steward", "screening", "/v1/watchlist")["versions"]
    held = [row for row in versions if row["state"] == "HELD"]
    mine = [row for row in held if row["source"] == source_id]
    if not mine:
        waiting = ", ".join(sorted({row["source"] for row in held})) or "none that wait"
        raise Unknown(kind="held list version of source", name=source_id, known=waiting)
    newest: dict[str, Any] = max(mine, key=lambda row: str(row["imported_at"]))
    return newest


def as_sentences(report: dict[str, Any]) -> str:
    """A version's report for a person."""
    facts = (
        f"{report['source']}: {report['stored']} of {report['individuals']} persons are kept, "
        f"{report['entities_left_out']} organisations left out, {report['faults_count']} faults.\n"
        f"{_faults(report['faults'])}"
        f"Persons by regime: {_counted(report['by_regime'])}.\n"
        f"File of {report['generated_at']}, SHA-256 {report['sha256']}.\n"
    )
    command = f"./run watchlist approve --source {report['source']} --as PERSON"
    approvers = ", ".join(f"{row['person']} ({row['role']})" for row in report["approvers"])
    said = f" Approved so far by {approvers}." if approvers else ""
    last = {
        "IN_FORCE": "It is in force. Rows of a partner's list (OFAC_SDN) screen nobody until adopted.",
        "ALREADY_LOADED": "This file was loaded before; nothing changed.",
        "HELD": f"It is held until two people approve it, {APPROVERS}: {command}.{said}",
    }
    return facts + last.get(str(report["state"]), f"State: {report['state']}.")


@contextmanager
def screening_api(data: Path) -> Iterator[Api]:
    """Calls to screening: of the system that runs, or of one that runs for the while of the block."""
    folder = DataFolder(data.absolute())
    if folder.is_claimed():
        with Api(folder.running_system(), local_issuer(folder.path)) as api:
            yield api
        return
    steps = Steps()
    with folder.claimed():
        system = LocalSystem(folder, Ports.starting_at(0), steps, services=("screening",))
        with running(system, steps.shown()), Api(system.addresses(), local_issuer(folder.path)) as api:
            seed_screening(api, SystemClock().now().date())
            yield api


def _faults(faults: Sequence[Mapping[str, Any]]) -> str:
    """A line with what the faults are, the most frequent first; nothing where there is none."""
    counts = Counter(str(fault["code"]) for fault in faults)
    return f"Faults: {_counted(counts)}; --json names each with its line.\n" if counts else ""


def _counted(by_regime: Mapping[str, int]) -> str:
    """`Al-Qaida 252, Taliban 135`: the regimes, the largest first."""
    ordered = sorted(by_regime.items(), key=lambda row: (-row[1], row[0]))
    return ", ".join(f"{regime} {number}" for regime, number in ordered) or "none"
