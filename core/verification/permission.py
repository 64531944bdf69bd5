"""Why we may ask. Without a granted consent and a lawful purpose no request leaves the house.

Permissible purposes: Fair Credit Reporting Act section 604 (15 U.S.C. 1681b); separate consent for credit data:
PIPL articles 23 and 29.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.errors import Forbidden
from core.privacy import ConsentRecord

__all__ = ["Permission", "Purpose"]


class Purpose(StrEnum):
    """What the data is asked for."""

    CREDIT_APPLICATION = "credit_application"
    FRAUD_PREVENTION = "fraud_prevention"
    PAYMENT = "payment"


@dataclass(frozen=True, slots=True)
class Permission:
    """One purpose and the consent it rests on. ``consent_id`` names the consent's row and goes with every request.

    Raises ``Forbidden`` when there is no consent id.
    """

    purpose: Purpose
    consent_id: str
    given_at: datetime

    def __post_init__(self) -> None:
        if not self.consent_id.strip():
            raise Forbidden("No consent is on file: ask the applicant before any provider is asked.")

    @classmethod
    def from_consent(cls, consent: ConsentRecord | None, consent_id: str, purpose: Purpose, scope: str) -> Permission:
        """The permission a consent of ``scope`` gives. Raises ``Forbidden`` for none, another scope, or a refusal."""
        if consent is None or not consent.granted or consent.scope != scope:
            raise Forbidden("No consent for this is on file: ask the applicant before any provider is asked.")
        return cls(purpose, consent_id, consent.at)

    def require(self, *purposes: Purpose) -> None:
        """Raises ``Forbidden`` unless the purpose is one of these."""
        if self.purpose not in purposes:
            raise Forbidden("This provider may not be asked for that purpose: use a permission for its own.")
