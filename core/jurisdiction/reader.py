"""Read a pack from TOML. The schema is closed: one unknown, missing or misplaced key rejects the whole pack."""

from __future__ import annotations

import hashlib
import string
import tomllib
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from core.catalogue import Purpose
from core.errors import InvalidMoney, PackError
from core.jurisdiction.pack import (
    Cap,
    Clock,
    ClockUnit,
    ConsentMode,
    ConsentRule,
    CoolingOff,
    Disclosure,
    Notice,
    Pack,
    Product,
    Regime,
)
from core.money import CURRENCY_DIGITS, Money
from core.risk import ConsentClass

__all__ = ["METHODS", "Table", "digest_of", "parse_pack", "parse_toml"]

#: Repayment methods a product may allow, as ``core.finance.schedule`` names them.
METHODS = ("equal_instalment", "equal_principal", "bullet", "interest_only")

T = TypeVar("T")
_REQUIRED_TEXTS = ("recording_consent", "automated_voice", "key_facts", "right_to_withdraw")


class Table:
    """One TOML table, read key by key. ``done`` refuses whatever nobody asked for.

    Every method raises ``PackError`` with the dotted name of the key.
    """

    def __init__(self, values: object, name: str) -> None:
        if not isinstance(values, dict):
            raise PackError(f"{name} must be a table; correct it.")
        self._values: dict[str, Any] = dict(values)
        self._name = name

    def _take(self, key: str, kind: type[T]) -> T:
        if key not in self._values:
            raise PackError(f"{self._name}.{key} is missing; add it.")
        value = self._values.pop(key)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise PackError(f"{self._name}.{key} must be a {kind.__name__}; correct it.")
        return value

    def text(self, key: str) -> str:
        value = self._take(key, str)
        if not value.strip():
            raise PackError(f"{self._name}.{key} must not be empty; write it.")
        return value

    def texts(self, key: str) -> list[str]:
        values = self._take(key, list)
        if not values or not all(isinstance(value, str) for value in values):
            raise PackError(f"{self._name}.{key} must be a list of strings; correct it.")
        return values

    def whole(self, key: str, low: int, high: int) -> int:
        value = self._take(key, int)
        if not low <= value <= high:
            raise PackError(f"{self._name}.{key} must be from {low} to {high}; correct it.")
        return value

    def wholes(self, key: str, low: int, high: int) -> list[int]:
        values = self._take(key, list)
        if not values or not all(type(value) is int and low <= value <= high for value in values):
            raise PackError(f"{self._name}.{key} must be a list of numbers from {low} to {high}; correct it.")
        return values

    def flag(self, key: str) -> bool:
        return self._take(key, bool)

    def day(self, key: str) -> date:
        return self._take(key, date)

    def maybe_day(self, key: str) -> date | None:
        return self.day(key) if key in self._values else None

    def number(self, key: str, low: str, high: str) -> Decimal:
        text = self._take(key, str)
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or not Decimal(low) <= value <= Decimal(high):
            raise PackError(f"{self._name}.{key} must be a decimal string from {low} to {high}; correct it.")
        return value

    def money(self, key: str, currency: str) -> Money:
        try:
            return Money.parse(self._take(key, str), currency)
        except InvalidMoney:
            raise PackError(f"{self._name}.{key} must be an amount such as 2500.00; correct it.") from None

    def one_of(self, key: str, choices: dict[str, T]) -> T:
        text = self.text(key)
        if text not in choices:
            raise PackError(f"{self._name}.{key} must be one of {', '.join(choices)}; correct it.")
        return choices[text]

    def table(self, key: str) -> Table:
        return Table(self._take(key, dict), f"{self._name}.{key}")

    def tables(self, key: str, read: Callable[[Table], T]) -> tuple[T, ...]:
        found = []
        for index, values in enumerate(self._take(key, list)):
            table = Table(values, f"{self._name}.{key}.{index}")
            found.append(read(table))
            table.done()
        return tuple(found)

    def done(self) -> None:
        if self._values:
            raise PackError(f"{self._name}.{min(self._values)} is not a known key; remove it.")


def parse_toml(text: str, name: str) -> Table:
    """Raises ``PackError`` when ``text`` is not TOML."""
    try:
        return Table(tomllib.loads(text), name)
    except tomllib.TOMLDecodeError:
        raise PackError(f"{name} is not valid TOML; correct it.") from None


def digest_of(*texts: str) -> str:
    """SHA-256 over the SHA-256 of each text, in hex; of one text just its own."""
    hashes = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


def parse_pack(text: str) -> Pack:
    """Read one pack. Raises ``PackError`` naming the key that does not fit; nothing of a bad pack is used."""
    root = parse_toml(text, "pack")
    head = root.table("pack")
    head.whole("schema", 1, 1)
    jurisdiction = head.text("jurisdiction")
    currency = head.one_of("currency", {code: code for code in CURRENCY_DIGITS})
    language = head.text("language")
    eligibility, affordability = root.table("eligibility"), root.table("affordability")
    features = root.table("features")
    pack = Pack(
        jurisdiction=jurisdiction,
        version=head.text("version"),
        currency=currency,
        language=language,
        in_force_from=head.day("in_force_from"),
        in_force_until=head.maybe_day("in_force_until"),
        regime=head.one_of("rate_regime", _named(Regime)),
        min_age=eligibility.whole("min_age", 16, 30),
        debt_service_limit=affordability.number("debt_service_limit", "0.01", "1"),
        caps=root.tables("caps", lambda table: _cap(table, jurisdiction)),
        products=root.tables("products", lambda table: _product(table, currency)),
        consents=root.tables("consents", _consent),
        clocks=root.tables("clocks", _clock),
        notices=root.tables("notices", _notice),
        cooling_off=root.tables("cooling_off", lambda table: _cooling(table, currency)),
        features={consent: features.one_of(consent.value, _MODES) for consent in ConsentClass},
        disclosures=root.tables("disclosures", lambda table: _disclosure(table, language)),
        sources=(text,),
        digest=digest_of(text),
    )
    for table in (head, eligibility, affordability, features, root):
        table.done()
    _check(pack)
    return pack


_MODES = {mode.name.lower(): mode for mode in ConsentMode}
_UNITS = {unit.value: unit for unit in ClockUnit}
_PURPOSES = {purpose.value: purpose for purpose in Purpose}


def _named(kind: type[Regime]) -> dict[str, Regime]:
    return {member.value: member for member in kind}


def _cap(table: Table, jurisdiction: str) -> Cap:
    return Cap(
        table.day("since"),
        table.one_of("regime", _named(Regime)),
        table.number("per_cent", "0.01", "100"),
        jurisdiction,
        table.text("source"),
    )


def _product(table: Table, currency: str) -> Product:
    product_id = table.text("id")
    purposes, methods = table.texts("purposes"), table.texts("methods")
    unknown = [one for one in purposes if one not in _PURPOSES] + [one for one in methods if one not in METHODS]
    if unknown:
        raise PackError(f"pack.products.{product_id} names {unknown[0]}, which is not known; correct it.")
    return Product(
        product_id,
        frozenset(_PURPOSES[one] for one in purposes),
        table.money("min_amount", currency),
        table.money("max_amount", currency),
        table.whole("min_months", 1, 120),
        table.whole("max_months", 1, 120),
        tuple(methods),
        table.flag("by_person"),
    )


def _consent(table: Table) -> ConsentRule:
    return ConsentRule(table.text("scope"), table.one_of("mode", _MODES), table.text("before"), table.text("source"))


def _clock(table: Table) -> Clock:
    return Clock(
        table.text("id"),
        table.whole("amount", 1, 10_000),
        table.one_of("unit", _UNITS),
        table.flag("at_least"),
        table.text("source"),
    )


def _notice(table: Table) -> Notice:
    return Notice(
        table.text("id"), table.text("when"), table.flag("written"), table.text("clock"), table.text("source")
    )


def _cooling(table: Table, currency: str) -> CoolingOff:
    return CoolingOff(table.money("up_to", currency), table.whole("hours", 0, 24 * 60))


def _disclosure(table: Table, language: str) -> Disclosure:
    text = table.text("text").strip()
    try:
        fields = tuple(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
    except ValueError:
        fields = ("",)
    if not all(field.isidentifier() for field in fields):
        raise PackError("pack.disclosures.text has a brace that names no field; correct it.")
    return Disclosure(table.text("id"), table.text("version"), language, text, fields, digest_of(text))


def _check(pack: Pack) -> None:
    """What no single key can say: order, doubles and references."""
    if pack.in_force_until is not None and pack.in_force_until < pack.in_force_from:
        raise PackError("pack.pack.in_force_until is before in_force_from; correct it.")
    if not pack.caps:
        raise PackError("pack.caps is empty; a pack without a rate cap lends nothing, add one.")
    for product in pack.products:
        if product.min_amount > product.max_amount or product.min_months > product.max_months:
            raise PackError(f"pack.products.{product.product_id} has a minimum above its maximum; correct it.")
    served = [purpose for product in pack.products for purpose in product.purposes]
    names = {
        "products": [product.product_id for product in pack.products],
        "products.purposes": [purpose.value for purpose in served],
        "clocks": [clock.clock_id for clock in pack.clocks],
        "notices": [notice.notice_id for notice in pack.notices],
        "disclosures": [text.disclosure_id for text in pack.disclosures],
        "consents": [rule.scope for rule in pack.consents],
    }
    for key, listed in names.items():
        doubled = sorted({name for name in listed if listed.count(name) > 1})
        if doubled:
            raise PackError(f"pack.{key} names {doubled[0]} twice; keep one.")
    for notice in pack.notices:
        if notice.clock_id not in names["clocks"]:
            raise PackError(f"pack.notices.{notice.notice_id} names a clock that is not there; add {notice.clock_id}.")
    missing = [one for one in _REQUIRED_TEXTS if one not in names["disclosures"]]
    if missing:
        raise PackError(f"pack.disclosures lacks {missing[0]}; add it.")
    steps = [step.up_to for step in pack.cooling_off]
    if steps != sorted(steps):
        raise PackError("pack.cooling_off must rise by up_to; sort it.")
