"""Masked values: closed with the public half, opened with the private one, under the record's own name."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from joserfc.jwk import ECKey, OKPKey

from services.ingest.retention.errors import VaultUnreadable
from services.ingest.retention.masking import RESERVATION_KEPT, TRAVELLER_KEPT, OpenVault, Vault
from shared.travel.reservation import Reservation
from shared.travel.traveller import Traveller

ONE = UUID("01930000-0000-7000-8000-000000000001")
OTHER = UUID("01930000-0000-7000-8000-000000000002")


@pytest.fixture
def key() -> OKPKey:
    return OKPKey.generate_key("X25519", private=True)


def written(folder: Path, key: OKPKey | ECKey, *, private: bool) -> Path:
    path = folder / "key.json"
    path.write_text(json.dumps(key.as_dict(private=private)))
    return path


def test_what_was_closed_opens_for_its_record_alone(tmp_path: Path, key: OKPKey) -> None:
    data_key = Vault.load(written(tmp_path, key, private=False)).new_key()
    sealed = data_key.close(ONE, '{"surname": "ESPERANTO"}')
    vault = OpenVault.load(written(tmp_path, key, private=True))
    assert vault.open(ONE, data_key.sealed, sealed) == {"surname": "ESPERANTO"}
    with pytest.raises(VaultUnreadable):
        vault.open(OTHER, data_key.sealed, sealed)


def test_another_vaults_key_opens_nothing(tmp_path: Path, key: OKPKey) -> None:
    data_key = Vault(key).new_key()
    sealed = data_key.close(ONE, "{}")
    other = OpenVault(OKPKey.generate_key("X25519", private=True))
    with pytest.raises(VaultUnreadable):
        other.open(ONE, data_key.sealed, sealed)


def test_a_public_key_opens_nothing(tmp_path: Path, key: OKPKey) -> None:
    with pytest.raises(VaultUnreadable):
        OpenVault.load(written(tmp_path, key, private=False))


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"kty": "OKP"}'])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key.json"
    path.write_text(text)
    with pytest.raises(VaultUnreadable):
        Vault.load(path)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    signing = OKPKey.generate_key("Ed25519", private=True)
    with pytest.raises(VaultUnreadable):
        Vault.load(written(tmp_path, signing, private=False))


def test_only_known_members_that_name_nobody_stay_clear() -> None:
    named = {
        "surname", "given_names", "name_sent", "birth_date", "documents", "address", "phones", "emails",
        "nationality", "sex", "birth_place", "residence", "seat", "bags", "redress_number", "travellers",
        "contacts", "payments", "remarks", "services", "addresses", "history", "check_ins",
    }  # fmt: skip
    assert set(TRAVELLER_KEPT) <= set(Traveller(surname="ESPERANTO").as_json())
    assert set(RESERVATION_KEPT) - {"party_size", "ticketed_at", "changed_at", "is_withdrawn"} <= set(
        Reservation(locator="ABC123").as_record()
    )
    assert not named & {*TRAVELLER_KEPT, *RESERVATION_KEPT}
