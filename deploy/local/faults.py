"""What can go wrong on the machine itself, each told in one sentence that says what to do.

LocalFault
├── PortTaken            another program listens there
├── DiskFull             the folder's disk has no room
├── FolderImpossible     no folder can be made at the data folder's path
├── FolderInUse          another Safeconduct runs on the same data folder
├── DatabaseFailed       PostgreSQL did not start, or refused a set-up statement
├── NotReady             a process did not become ready in time
├── CannotLeaveRoot      PostgreSQL refuses to run as root, and no other identity could be taken
├── NotRunning           a command needs a running system
└── Unknown              a command names somebody whom this installation does not know
"""

from shared.errors import DomainError


class LocalFault(DomainError):
    """A fault of this machine or of this installation, never of the data."""

    code = "LOCAL_FAULT"
    sentence = "Safeconduct could not start on this machine."


class PortTaken(LocalFault):
    """Another program listens on a port that we were told to use."""

    code = "PORT_TAKEN"
    sentence = (
        "Port {port} of 127.0.0.1 is taken by another program; "
        "choose another first port with --port N, or --port 0 for free ones."
    )


class DiskFull(LocalFault):
    """The disk under a folder has not enough room."""

    code = "DISK_FULL"
    sentence = (
        "The disk that holds {folder} has too little room: Safeconduct needs at least {needed_mebibytes} MiB "
        "free there; make room or choose another folder with --data."
    )


class FolderImpossible(LocalFault):
    """No folder can be made at the path that was given."""

    code = "FOLDER_IMPOSSIBLE"
    sentence = "The data folder {folder} cannot be made: {reason}; choose another one with --data."


class FolderInUse(LocalFault):
    """A running system already uses the data folder."""

    code = "FOLDER_IN_USE"
    sentence = (
        "Another Safeconduct (process {pid}) already runs on {folder}; end it first, "
        "or start this one with another --data folder and another --port."
    )


class DatabaseFailed(LocalFault):
    """PostgreSQL did not start, or refused a statement of the set-up."""

    code = "DATABASE_FAILED"
    sentence = "PostgreSQL could not {action}: {reason} (its log: {log})."


class NotReady(LocalFault):
    """A process of ours ended, or did not answer in time, while we waited for it."""

    code = "NOT_READY"
    sentence = "{process} did not become ready within {seconds} seconds: {reason} (its log: {log})."


class CannotLeaveRoot(LocalFault):
    """Root may not run PostgreSQL, and neither way around it is open."""

    code = "CANNOT_LEAVE_ROOT"
    sentence = (
        "PostgreSQL refuses to run as root and this machine offers no unprivileged identity: {reason}; "
        "run Safeconduct as an ordinary user."
    )


class NotRunning(LocalFault):
    """A command needs a running system, and none runs on the data folder."""

    code = "NOT_RUNNING"
    sentence = "No Safeconduct runs on {folder}; start one with `./run up` (the same --data)."


class Unknown(LocalFault):
    """A command names somebody or something that this installation does not have."""

    code = "UNKNOWN"
    sentence = "This installation knows no {kind} {name}; it knows {known}."
