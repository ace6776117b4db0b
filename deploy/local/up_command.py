"""`./run up`: everything runs on this machine until it is ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.api import Api
from deploy.local.layout import DataFolder, Ports
from deploy.local.seed import seed
from deploy.local.supervisor import Interrupted, LocalSystem, Report, running
from deploy.local.terminal import EXIT_INTERRUPTED, OUTPUT, Steps, print_json, say
from deploy.local.token_command import local_issuer
from shared.clock import SystemClock


def up(data: Path, first_port: int, *, with_simulator: bool, as_json: bool) -> int:
    """Start the services, say where they are, and stay until SIGINT or SIGTERM.

    Returns:
        The process's exit code: 0 when it was ended, 130 when it was ended before it was ready.

    Raises:
        LocalFault: In one sentence, why it could not start.
    """
    folder = DataFolder(data.absolute())
    steps = Steps()
    with folder.claimed():
        system = LocalSystem(folder, Ports.starting_at(first_port), steps, with_simulator=with_simulator)
        try:
            with running(system, steps.shown()):
                with steps.shown(), prepared(system, folder, steps):
                    pass
                announce(system, as_json=as_json)
                system.run()
        except Interrupted:
            return EXIT_INTERRUPTED
    return 0


@contextmanager
def prepared(system: LocalSystem, folder: DataFolder, report: Report) -> Iterator[Api]:
    """Put in force what the demonstration world needs; gives the way to call its services.

    Raises:
        Declined: A service refused a proposal.
    """
    report("putting laws, routes and registers in force, each by two people")
    with Api(system.addresses(), local_issuer(folder.path)) as api:
        seed(api, folder, system.ports.url("simulator"), SystemClock())
        yield api


def announce(system: LocalSystem, *, as_json: bool) -> None:
    """Say that everything answers, and where."""
    addresses = system.addresses()
    if as_json:
        print_json({"ready": True, **addresses})
        return
    for service, url in addresses.items():
        OUTPUT.print(f"{service:<10}{url}", markup=False, soft_wrap=True)
    say("Everything runs, as a demonstration: nothing in it may be acted upon. Ctrl-C ends it.")
