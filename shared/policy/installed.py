"""The safeguards as a service's settings name them, read once at its start."""

from shared.clock import Clock
from shared.policy.bundle import read_trusted_keys
from shared.policy.catalogue import CATALOGUE_FOLDER
from shared.policy.engine import PolicyEngine
from shared.settings import ServiceSettings


def load_safeguards(settings: ServiceSettings, clock: Clock) -> PolicyEngine:
    """The safeguards of the settings' folder; a service that cannot load them does not start.

    Raises:
        CatalogueFault: The catalogue or the keys of its signers cannot be used.
    """
    keys_file = settings.policy_trusted_keys_file
    return PolicyEngine.load(
        settings.policy_folder or CATALOGUE_FOLDER,
        profile=settings.profile,
        trusted_keys={} if keys_file is None else read_trusted_keys(keys_file),
        clock=clock,
    )
