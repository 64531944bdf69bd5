"""The outside of a node over HTTP: credit bureau, work register, carrier, shared list; payee names and the bank."""

from __future__ import annotations

import random

import httpx

from core.ports import Clock, Storage
from core.usecases.funding import Funding
from core.usecases.verify import Verifier
from core.verification.clients import (
    HttpCreditBureau,
    HttpNegativeList,
    HttpPayeeNames,
    HttpPayments,
    HttpPhoneOwners,
    HttpWorkRegister,
)
from core.verification.provider import Patience, Provider

__all__ = ["PATIENCE", "funding", "outside_checks"]

#: All checks of one application fit into two seconds: two tries within one deadline just below.
PATIENCE = Patience(deadline=1.9, attempt=0.9, tries=2, pause=0.05)


def outside_checks(
    base_url: str, http: httpx.AsyncClient, clock: Clock, list_secret: bytes, patience: Patience = PATIENCE
) -> Verifier:
    """Who is asked about an applicant who agreed to it. ``list_secret`` keys the entries of the shared list."""

    def provider(name: str) -> Provider:
        return Provider(name, base_url, http, clock=clock, random=random.random, patience=patience)

    return Verifier(
        HttpCreditBureau(provider("credit bureau")),
        HttpWorkRegister(provider("work register")),
        HttpPhoneOwners(provider("carrier")),
        HttpNegativeList(provider("shared list"), list_secret),
        clock,
        seconds=patience.deadline + 0.1,
    )


def funding(base_url: str, http: httpx.AsyncClient, storage: Storage, clock: Clock) -> Funding:
    """Who pays loans out: the register that knows whose an account is, and the bank."""

    def provider(name: str) -> Provider:
        return Provider(name, base_url, http, clock=clock, random=random.random)

    return Funding(storage, clock, HttpPayeeNames(provider("payee register")), HttpPayments(provider("bank")))
