from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from services.ingest.app import create_app
from services.ingest.settings import DEFAULT_MAX_BODY_BYTES, IngestSettings
from shared.audit.chain_watch import ChainWatch
from shared.security.keys import KeyFile, KeyFileError
from shared.settings import SettingsRefused
from tests.fakes import FakeIssuer, FixedClock
from tests.integration.ingest.conftest import FakeScreening, Ingest


@pytest.mark.parametrize("code", ["AUDIT_CHAIN_BROKEN", "AUDIT_SINK_CONFLICT"])
def test_broken_log_is_remembered(code: str) -> None:
    watch = ChainWatch()
    watch.report("AUDIT_SINK_UNAVAILABLE")
    assert watch.is_whole()
    watch.report(code)
    watch.report("AUDIT_SINK_UNAVAILABLE")
    assert not watch.is_whole()


async def test_with_a_broken_log_nothing_is_collected(
    ingest_settings: IngestSettings, ingest: Ingest, paxlst_a: bytes
) -> None:
    ports = ingest.app.state.ports
    watch = ChainWatch()
    watch.report("AUDIT_CHAIN_BROKEN")
    ingest.app.state.ports = ports.__class__(**{**ports.__dict__, "is_chain_ok": watch.is_whole})
    answer = await ingest.submit(paxlst_a)
    assert (answer.status_code, answer.json()["fault"]) == (403, "SG-41.CHAIN_BROKEN")


@pytest.mark.parametrize("text", ["5a" * 31, "zz" * 32, ""])
def test_service_does_not_start_without_its_digest_key(
    ingest_settings: IngestSettings, clock: FixedClock, text: str
) -> None:
    (ingest_settings.keys_folder / "digest.key").write_text(text, encoding="ascii")
    with pytest.raises(ValueError, match=r"digest.key|hexadecimal"):
        create_app(ingest_settings, clock=clock)


def test_authority_is_the_states_own_unless_told(ingest_settings: IngestSettings) -> None:
    assert ingest_settings.authority == "XAA-PIU-01"
    told = ingest_settings.model_copy(update={"own_authority": "XAA-BORDER-01"})
    assert told.authority == "XAA-BORDER-01"


async def test_body_limit_is_a_setting(
    ingest_settings: IngestSettings, clock: FixedClock, issuer: FakeIssuer
) -> None:
    small = ingest_settings.model_copy(update={"max_body_bytes": 1024})
    app = create_app(small, clock=clock, carrier=FakeScreening(clock))
    app.state.token_verifier = issuer.verifier("ingest")
    headers = {"Authorization": f"Bearer {issuer.carrier_token('XA')}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ingest.test") as http:
        answer = await http.post("/v1/messages", content=b"A" * 1025, headers=headers)
    assert answer.status_code == 413
    await app.state.ports.database.dispose()


def test_settings_are_read_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, ingest_settings: IngestSettings, tmp_path: Path
) -> None:
    environment = {
        "PROFILE": "local",
        "PORT": "8100",
        "OWN_STATE": "XAA",
        "DATABASE_URL": ingest_settings.database_url.get_secret_value(),
        "KEYS_FOLDER": str(tmp_path),
        "ISSUER_URL": "http://issuer.test",
        "ISSUER_JWKS_URL": "http://issuer.test/jwks",
        "SERVICE_KEYS_FILE": str(tmp_path / "service-keys.json"),
        "SCREENING_URL": "http://screening.test",
    }
    for name, value in environment.items():
        monkeypatch.setenv(f"INGEST_{name}", value)
    assert IngestSettings.from_environment().max_body_bytes == DEFAULT_MAX_BODY_BYTES
    monkeypatch.setenv("INGEST_MAX_BODY_BYTES", str(64 * 1024 * 1024))
    with pytest.raises(SettingsRefused, match="INGEST_MAX_BODY_BYTES"):
        IngestSettings.from_environment()


@pytest.mark.parametrize("name", ["service-token", "audit-checkpoint"])
def test_service_does_not_start_under_a_key_whose_life_is_over(
    ingest_settings: IngestSettings, clock: FixedClock, name: str
) -> None:
    path = ingest_settings.keys_folder / f"{name}.json"
    path.unlink()
    ended = clock.now() - timedelta(days=1)
    KeyFile.create(path, owner="ingest", use=name, not_before=ended - timedelta(days=1), not_after=ended)
    with pytest.raises(KeyFileError, match=f"{name}.*no key is in its life"):
        create_app(ingest_settings, clock=clock)
