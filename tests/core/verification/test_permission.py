"""No consent, no call out."""

from datetime import UTC, datetime

import pytest

from core.errors import Forbidden
from core.privacy import ConsentRecord, How
from core.verification.permission import Permission, Purpose

NOW = datetime(2026, 10, 1, tzinfo=UTC)


def consent(*, granted: bool = True, scope: str = "credit_report") -> ConsentRecord:
    return ConsentRecord(scope, granted, "consent.credit", "0" * 64, NOW, How.CALL)


def test_a_granted_consent_gives_a_permission() -> None:
    permission = Permission.from_consent(consent(), "c1", Purpose.CREDIT_APPLICATION, "credit_report")
    assert (permission.consent_id, permission.given_at) == ("c1", NOW)
    permission.require(Purpose.CREDIT_APPLICATION, Purpose.PAYMENT)


@pytest.mark.parametrize("given", [None, consent(granted=False), consent(scope="recording")])
def test_anything_else_gives_none(given: ConsentRecord | None) -> None:
    with pytest.raises(Forbidden, match="ask the applicant"):
        Permission.from_consent(given, "c1", Purpose.CREDIT_APPLICATION, "credit_report")


def test_a_permission_needs_its_consent_and_serves_its_purpose_only() -> None:
    with pytest.raises(Forbidden):
        Permission(Purpose.PAYMENT, "  ", NOW)
    with pytest.raises(Forbidden):
        Permission(Purpose.PAYMENT, "c1", NOW).require(Purpose.CREDIT_APPLICATION)
