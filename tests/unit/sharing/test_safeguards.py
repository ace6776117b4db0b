"""Which agreement, law and key count, and who may read which reason."""

from datetime import date, timedelta

import pytest

from services.sharing.protocol.endpoints import is_allowed_endpoint
from services.sharing.registers.entries import Agreement, Suspension
from services.sharing.shares.safeguards import (
    choose_agreement,
    choose_legal_row,
    is_key_current,
    logged_reasons,
    shown_reasons,
)
from tests.unit.sharing.samples import (
    NOW,
    OWN,
    PORT,
    RECIPIENT_KEY,
    a_key,
    a_legal_row,
    an_agreement,
    an_authority,
)

OVER = an_agreement(id="A-OVER", valid_to=date(2026, 6, 1))
OTHER_PURPOSE = an_agreement(id="B-OTHER", purposes=("TERR_DETECT",))
SUSPENDED = an_agreement(id="C-SUSPENDED", suspended=Suspension(at=NOW, by="legal", why="misuse"))
IN_FORCE = an_agreement(id="D-IN-FORCE")


@pytest.mark.parametrize(
    ("between", "chosen"),
    [
        ((OVER, OTHER_PURPOSE, SUSPENDED, IN_FORCE), IN_FORCE),
        ((OVER, OTHER_PURPOSE, SUSPENDED), SUSPENDED),
        ((OVER, OTHER_PURPOSE), OTHER_PURPOSE),
        ((OVER,), OVER),
        ((), None),
    ],
)
def test_agreement_in_force_counts_before_a_suspended_one(
    between: tuple[Agreement, ...], chosen: Agreement | None
) -> None:
    assert choose_agreement(between, "TERR_TRAVEL", NOW) == chosen


def test_legal_row_in_force_counts_before_an_old_one() -> None:
    old = a_legal_row(id="A", valid_to=date(2026, 6, 1))
    new = a_legal_row(id="B")
    assert choose_legal_row((old, new), OWN, "share.send", "TERR_TRAVEL", NOW) == new
    assert choose_legal_row((old,), OWN, "share.send", "TERR_TRAVEL", NOW) == old
    assert choose_legal_row((new,), OWN, "share.send", "REDRESS", NOW) is None


def test_notice_sealed_to_a_former_key_is_not_current() -> None:
    newer = a_key("XBB-PIU-01.enc-2", "enc", RECIPIENT_KEY, not_before=NOW - timedelta(days=1))
    authority = an_authority()
    rotated = authority.model_copy(update={"keys": (*authority.keys, newer)})
    assert is_key_current(authority, "XBB-PIU-01.enc-1", NOW)
    assert not is_key_current(rotated, "XBB-PIU-01.enc-1", NOW)
    assert not is_key_current(an_authority(keys=()), None, NOW)
    assert not is_key_current(None, None, NOW)
    assert is_key_current(PORT, None, NOW)


@pytest.mark.parametrize(
    ("reasons", "roles", "shown"),
    [
        (("SG-35.PROTECTED_PERSON",), {"SUPERVISOR"}, ("NOT_AUTHORISED",)),
        (("SG-35.HOLD_REVIEW",), {"DPO"}, ("NOT_AUTHORISED",)),
        (("SG-35.PROTECTED_PERSON",), {"LEGAL"}, ("SG-35.PROTECTED_PERSON",)),
        (("SG-34.HUMAN_RIGHTS_RISK", "SG-34.INDIVIDUAL_RISK"), {"LIAISON"}, ("NOT_AUTHORISED",)),
        (
            ("SG-34.HUMAN_RIGHTS_RISK", "SG-34.INDIVIDUAL_RISK"),
            {"HUMAN_RIGHTS"},
            ("SG-34.HUMAN_RIGHTS_RISK", "SG-34.INDIVIDUAL_RISK"),
        ),
        (("SG-34.HUMAN_RIGHTS_RISK",), {"SUPERVISOR"}, ("SG-34.HUMAN_RIGHTS_RISK",)),
    ],
)
def test_protection_reads_as_not_authorised(
    reasons: tuple[str, ...], roles: set[str], shown: tuple[str, ...]
) -> None:
    assert shown_reasons(reasons, roles) == shown


def test_log_tells_as_little_as_the_least_cleared_reader_sees() -> None:
    assert logged_reasons(("SG-35.PROTECTED_PERSON", "SG-30.NOT_COVERED")) == (
        "NOT_AUTHORISED",
        "SG-30.NOT_COVERED",
    )


@pytest.mark.parametrize(
    ("address", "profile", "allowed"),
    [
        ("https://piu.xbb.example/v1/exchange", "production", True),
        ("http://piu.xbb.example/v1/exchange", "production", False),
        ("http://127.0.0.1:8105/v1/exchange", "local", True),
        ("http://127.0.0.1:8105/v1/exchange", "production", False),
        ("https://127.0.0.1/v1/exchange", "production", False),
        ("https://169.254.169.254/latest/meta-data", "production", False),
        ("https://10.0.0.7/v1/exchange", "local", False),
        ("https://[::1]/v1/exchange", "production", False),
        ("https://metadata.internal/v1", "production", False),
        ("https://user:secret@piu.xbb.example/", "production", False),
        ("https://piu.xbb.example/?to=elsewhere", "production", False),
        ("https://piu.xbb.example:99999/", "production", False),
        ("file:///etc/passwd", "local", False),
        ("https://" + "a" * 600, "production", False),
        ("", "local", False),
    ],
)
def test_only_safe_addresses_are_reached(address: str, profile: str, allowed: bool) -> None:
    assert is_allowed_endpoint(address, profile) is allowed
