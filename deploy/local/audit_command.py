"""`./run audit verify`: check the audit logs of the running system, or an exported one."""

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, TextIO

import httpx

from deploy.local.installation import OWN_STATE
from deploy.local.layout import SERVICES, DataFolder
from deploy.local.token_command import token_of_person
from shared.audit.checkpoint import log_origin
from shared.audit.log_keys import verifier_keys_of
from shared.audit.verify import Findings, origin_of, read_sink, verify_export
from shared.audit.verify_witnesses import Cosigned, Counted, KeyUnreadable, count_cosignatures
from shared.errors import DomainError
from shared.web.purpose import OVERSIGHT

EXIT_HOLDS: Final = 0
EXIT_DOES_NOT_HOLD: Final = 1
EXIT_FAULT: Final = 2
AUDITOR: Final = "auditor"
FETCH_TIMEOUT_SECONDS: Final = 60.0


class ExportNotGiven(DomainError):
    """A service did not give its log out."""

    code = "AUDIT_EXPORT_NOT_GIVEN"
    sentence = "{service} did not give its audit log out ({reason})."


@dataclass(frozen=True)
class Verified:
    """What was found of one log, and what each known witness cosigned of it."""

    findings: Findings
    cosigned: dict[str, Cosigned]


@dataclass(frozen=True)
class Outside:
    """What a log is compared with that does not come from it: keys, published notes, witnesses."""

    keys: Sequence[str]
    sinks: Sequence[Path]
    witnesses: Sequence[str]

    def verify(self, export: Path) -> Verified:
        """Verify one exported file."""
        origin = origin_of(export)
        published = [note for sink in self.sinks for note in read_sink(sink, origin)]
        counted = count_cosignatures(published, self.witnesses)
        with export.open("rb") as stream:
            found = verify_export(stream, keys=self.keys, published=published)
        found.faults.extend(counted.faults)
        return Verified(found, {name: each for (_, name), each in sorted(counted.cosigned.items())})


def audit_verify(
    data: Path,
    service: str | None,
    export: Path | None,
    *,
    keys: Sequence[str] = (),
    sinks: Sequence[Path] = (),
    witnesses: Sequence[str] = (),
    as_json: bool = False,
    out: TextIO,
    err: TextIO,
    client: httpx.Client | None = None,
    token_of: Callable[[Path, str], str] = token_of_person,
) -> int:
    """Verify one service's log, every service's, or an exported file.

    Keys and published checkpoints of the data folder are used beside those given.

    Args:
        data: The data folder.
        service: One service; all when absent.
        export: A file to verify in place of the running system's logs.
        keys: Verifier keys (C2SP) obtained elsewhere; they then stand alone.
        sinks: Folders of published checkpoints obtained elsewhere.
        witnesses: Keys of witnesses (C2SP), whose cosignatures are counted.
        as_json: One JSON object a log on `out`; sentences otherwise.
        out: Where findings go.
        err: Where a fault goes, as one sentence.
        client: Another HTTP client, for tests.
        token_of: What gives the auditor's token, for tests.

    Returns:
        0 when every log holds, 1 when one does not, 2 when a log could not be had.

    Source:
        safeguards.md SG-41 (verification job).
    """
    folder = DataFolder(data.absolute())
    given = Outside(keys, sinks, witnesses)
    try:
        if export is not None:
            outside = _outside(folder, _service_of(export), given)
            verified = [outside.verify(export)]
        else:
            names = SERVICES if service is None else (service,)
            fetched = _Fetching(folder, client or _client(), token_of, err)
            verified = [_outside(folder, name, given).verify(log) for name, log in fetched.logs(names)]
    except KeyUnreadable as fault:
        print(fault, file=err)
        return EXIT_FAULT
    except (DomainError, OSError) as fault:
        print(
            fault.detail if isinstance(fault, DomainError) else f"The file cannot be read: {fault}", file=err
        )
        return EXIT_FAULT
    for found in verified:
        print(json.dumps(_as_json(found)) if as_json else _as_text(found), file=out)
    if not verified:
        return EXIT_FAULT
    return EXIT_HOLDS if all(found.findings.holds for found in verified) else EXIT_DOES_NOT_HOLD


@dataclass(frozen=True)
class _Fetching:
    """Asks the services of a running system for their logs, as its auditor."""

    folder: DataFolder
    client: httpx.Client
    token_of: Callable[[Path, str], str]
    err: TextIO

    def logs(self, names: Sequence[str]) -> Iterator[tuple[str, Path]]:
        """Each service and a file of its log, which lasts until the next one is asked for.

        A service that has no such route is passed over, with a sentence, only when all were asked for.

        Raises:
            NotRunning: No system runs on the data folder.
            ExportNotGiven: A service did not give its log out.
        """
        addresses = self.folder.running_system()
        with self.client, tempfile.TemporaryDirectory() as place:
            for name in names:
                export = Path(place) / "export.ndjson"
                status = self._fetch(f"{addresses[name]}/v1/audit/export", export)
                if status == httpx.codes.NOT_FOUND and len(names) > 1:
                    print(f"{name} gives no audit log out, so it was not verified.", file=self.err)
                    continue
                if status != httpx.codes.OK:
                    reason = "no answer" if status is None else f"HTTP {status}"
                    raise ExportNotGiven(service=name, reason=reason)
                yield name, export

    def _fetch(self, url: str, export: Path) -> int | None:
        """Write the answer to a file; gives its status, nothing when there was none."""
        headers = {
            "Authorization": f"Bearer {self.token_of(self.folder.path, AUDITOR)}",
            **OVERSIGHT.as_headers(),
        }
        try:
            with self.client.stream("GET", url, headers=headers) as answer, export.open("wb") as stream:
                for part in answer.iter_bytes():
                    stream.write(part)
                return answer.status_code
        except httpx.HTTPError:
            return None


def _outside(folder: DataFolder, service: str | None, given: Outside) -> Outside:
    """What was given, and what the data folder holds of a service."""
    own_sinks = [folder.checkpoints] if folder.checkpoints.is_dir() else []
    own_keys = [] if service is None or given.keys else _own_keys(folder, service)
    return Outside([*given.keys, *own_keys], [*given.sinks, *own_sinks], given.witnesses)


def _own_keys(folder: DataFolder, service: str) -> list[str]:
    return [str(key) for key in verifier_keys_of(folder.keys_of(service), OWN_STATE, service)]


def _service_of(export: Path) -> str | None:
    """The service of this installation that an export claims to come from."""
    origin = origin_of(export)
    return next((name for name in SERVICES if log_origin(OWN_STATE, name) == origin), None)


def _as_text(verified: Verified) -> str:
    findings = verified.findings
    verdict = "holds" if findings.holds else "DOES NOT HOLD"
    counts = (
        f"{findings.size} records, {findings.checkpoints} signed checkpoints, "
        f"{findings.published} published ones"
    )
    lines = [f"{findings.origin or 'The export'}: {verdict} ({counts})."]
    witnessed = Counted({(findings.origin, name): each for name, each in verified.cosigned.items()})
    told = [*witnessed.sentences(), *findings.faults, *findings.remarks]
    return "\n".join([*lines, *(f"  {sentence}" for sentence in told)])


def _as_json(verified: Verified) -> dict[str, object]:
    findings = verified.findings
    return {
        "origin": findings.origin,
        "holds": findings.holds,
        "records": findings.size,
        "checkpoints": findings.checkpoints,
        "published": findings.published,
        "witnesses": {name: asdict(each) for name, each in verified.cosigned.items()},
        "faults": findings.faults,
        "remarks": findings.remarks,
    }


def _client() -> httpx.Client:
    return httpx.Client(timeout=FETCH_TIMEOUT_SECONDS, trust_env=False)
