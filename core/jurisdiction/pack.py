"""What a place's law and the lender's licence allow there: a jurisdiction pack, as plain frozen data.

A pack is a data file with a closed schema (``reader``); its hash goes into every decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum

from core.catalogue import Purpose
from core.errors import PackError
from core.money import Money
from core.risk import ConsentClass

__all__ = [
    "Cap",
    "Clock",
    "ClockUnit",
    "ConsentMode",
    "ConsentRule",
    "CoolingOff",
    "Disclosure",
    "Notice",
    "Pack",
    "Product",
    "Regime",
]


class Regime(StrEnum):
    """How an annual rate is computed."""

    US_APP_J = "us_app_j"
    EU_APRC = "eu_aprc"
    CN_IRR = "cn_irr"


class ConsentMode(IntEnum):
    """The consent something needs, from none to never; a higher one is stricter."""

    NONE = 0
    ORAL = 1
    SEPARATE = 2
    WRITTEN = 3
    FORBIDDEN = 4


class ClockUnit(StrEnum):
    HOURS = "hours"
    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Cap:
    """From ``since`` on, the rate by ``regime``, all fees in, must not exceed ``per_cent`` a year."""

    since: date
    regime: Regime
    per_cent: Decimal
    jurisdiction: str
    source: str


@dataclass(frozen=True, slots=True)
class Product:
    """What may be lent for ``purposes``. ``by_person`` products are decided by a person, never by the line."""

    product_id: str
    purposes: frozenset[Purpose]
    min_amount: Money
    max_amount: Money
    min_months: int
    max_months: int
    methods: tuple[str, ...]
    by_person: bool


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """``scope`` may not begin ``before`` the consent of this ``mode`` is on record."""

    scope: str
    mode: ConsentMode
    before: str
    source: str


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit by its id. ``at_least`` limits (retention) are longer when stricter, others shorter."""

    clock_id: str
    amount: int
    unit: ClockUnit
    at_least: bool
    source: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What must be sent when something happens, in writing or spoken, and the clock it runs on."""

    notice_id: str
    when: str
    written: bool
    clock_id: str
    source: str


@dataclass(frozen=True, slots=True)
class CoolingOff:
    """Amounts up to ``up_to`` wait ``hours`` before pay-out; leaving within them is free."""

    up_to: Money
    hours: int


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A text the line speaks. ``fields`` are the names in braces it is filled with; ``text_hash`` is SHA-256."""

    disclosure_id: str
    version: str
    language: str
    text: str
    fields: tuple[str, ...]
    text_hash: str


@dataclass(frozen=True, slots=True)
class Pack:
    """One jurisdiction's rules, or the strictest of several. ``digest`` is the SHA-256 of ``sources``."""

    jurisdiction: str
    version: str
    currency: str
    language: str
    in_force_from: date
    in_force_until: date | None
    regime: Regime
    min_age: int
    debt_service_limit: Decimal
    caps: tuple[Cap, ...]
    products: tuple[Product, ...]
    consents: tuple[ConsentRule, ...]
    clocks: tuple[Clock, ...]
    notices: tuple[Notice, ...]
    cooling_off: tuple[CoolingOff, ...]
    features: dict[ConsentClass, ConsentMode]
    disclosures: tuple[Disclosure, ...]
    sources: tuple[str, ...]
    digest: str

    def require_in_force(self, day: date) -> None:
        """Raise ``PackError`` unless the pack applies on ``day``."""
        if day < self.in_force_from or (self.in_force_until is not None and day > self.in_force_until):
            raise PackError(
                f"The pack {self.jurisdiction} {self.version} is not in force on {day}; activate one that is."
            )

    def caps_on(self, day: date) -> tuple[Cap, ...]:
        """The caps of ``day``, one for each place and regime. Raises ``PackError`` when there is none."""
        latest: dict[tuple[str, Regime], Cap] = {}
        for cap in self.caps:
            key = (cap.jurisdiction, cap.regime)
            if cap.since <= day and (key not in latest or latest[key].since < cap.since):
                latest[key] = cap
        if not latest:
            raise PackError(f"The pack {self.jurisdiction} {self.version} has no rate cap for {day}; add one.")
        return tuple(latest[key] for key in sorted(latest))

    def product_for(self, purpose: Purpose) -> Product | None:
        """The product that serves ``purpose``, or ``None`` where nothing may be lent for it."""
        return next((product for product in self.products if purpose in product.purposes), None)

    def clock(self, clock_id: str) -> Clock:
        """Raises ``PackError`` when the pack has no such clock."""
        for clock in self.clocks:
            if clock.clock_id == clock_id:
                return clock
        raise PackError(f"The pack {self.jurisdiction} {self.version} has no clock {clock_id}; add it.")

    def cooling_off_hours(self, amount: Money) -> int:
        """Hours between acceptance and pay-out; the longest of all steps above the last one."""
        for step in self.cooling_off:
            if amount <= step.up_to:
                return step.hours
        return max((step.hours for step in self.cooling_off), default=0)

    def disclosure(self, disclosure_id: str) -> Disclosure:
        """Raises ``PackError`` when the pack has no such text."""
        for text in self.disclosures:
            if text.disclosure_id == disclosure_id:
                return text
        raise PackError(f"The pack {self.jurisdiction} {self.version} has no disclosure {disclosure_id}; add it.")
