"""The lender's own policy: limits and prices as a hashed data file with a closed schema, like the packs."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from importlib.resources import files

from core.errors import PackError
from core.jurisdiction.pack import Pack
from core.jurisdiction.reader import Table, digest_of, parse_toml
from core.money import Money

__all__ = ["Band", "Policy", "Rules", "ScoreBand", "packaged_policy", "parse_policy"]


@dataclass(frozen=True, slots=True)
class Band:
    """``rate`` per cent a year while debt service with the new loan is at most ``up_to`` of income."""

    up_to: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """From ``least`` points on: ``add`` per cent a year more, and at most ``limit``."""

    least: int
    add: Decimal
    limit: Money


@dataclass(frozen=True, slots=True)
class Rules:
    """The policy in one currency. ``bands`` rise in both debt service and rate; the last reaches the limit.

    ``score_bands`` rise in points and limit and fall in surcharge; a score under the first is declined. Without a
    score the loan is at most ``unscored_limit``, and with ``report_needed`` it waits for a credit report. A person
    who approves more than ``second_person_above`` needs another one. Who asked ``most_asked`` times in thirty days is
    looked at by a person; who has ``most_open_loans`` gets no other; nobody owes us more than ``most_owed``.
    """

    debt_service_limit: Decimal
    residual_income: Money
    amount_step: Money
    fee_per_cent: Decimal
    terms: tuple[int, ...]
    bands: tuple[Band, ...]
    report_needed: bool
    unscored_limit: Money
    second_person_above: Money
    most_asked: int
    most_open_loans: int
    most_owed: Money
    score_bands: tuple[ScoreBand, ...]

    def band_of(self, score: int) -> ScoreBand | None:
        """The highest band whose points are reached; ``None`` for a score under all of them."""
        return next((band for band in reversed(self.score_bands) if score >= band.least), None)

    def at_score(self, score: int | None) -> Rules:
        """These rules with the score's surcharge on every rate; the first band's for a score under all of them."""
        if score is None or not self.score_bands:
            return self
        add = (self.band_of(score) or self.score_bands[0]).add
        return replace(self, bands=tuple(Band(band.up_to, band.rate + add) for band in self.bands))

    def most_at(self, score: int | None) -> Money:
        """The largest loan at a score; zero for a score under every band."""
        if score is None or not self.score_bands:
            return self.unscored_limit
        band = self.band_of(score)
        return band.limit if band else Money.zero(self.unscored_limit.currency)

    def rate_for(self, debt_service: Decimal) -> Decimal:
        """The rate of the first band that holds; the last one's above all of them."""
        return next((band.rate for band in self.bands if debt_service <= band.up_to), self.bands[-1].rate)


@dataclass(frozen=True, slots=True)
class Policy:
    version: str
    most_offers: int
    by_jurisdiction: tuple[tuple[str, Rules], ...]
    source: str
    digest: str

    def rules_for(self, pack: Pack) -> Rules:
        """The rules of the pack's first jurisdiction. Raises ``PackError`` when the policy has none."""
        for jurisdiction, rules in self.by_jurisdiction:
            if jurisdiction == pack.jurisdiction and rules.residual_income.currency == pack.currency:
                return rules
        raise PackError(f"The policy {self.version} has no rules for {pack.jurisdiction}; add them.")


def parse_policy(text: str) -> Policy:
    """Read a policy. Raises ``PackError`` naming the key that does not fit."""
    root = parse_toml(text, "policy")
    head, places = root.table("policy"), root.table("rules")
    head.whole("schema", 1, 1)
    policy = Policy(
        version=head.text("version"),
        most_offers=head.whole("most_offers", 1, 5),
        by_jurisdiction=tuple((code, _rules(places.table(code), currency)) for code, currency in _CURRENCIES.items()),
        source=text,
        digest=digest_of(text),
    )
    for table in (head, places, root):
        table.done()
    return policy


@cache
def packaged_policy() -> Policy:
    """The policy that comes with the product."""
    return parse_policy((files("core.decision") / "policy.toml").read_text("utf-8"))


_CURRENCIES = {"US": "USD", "CN": "CNY"}


def _rules(table: Table, currency: str) -> Rules:
    rules = Rules(
        table.number("debt_service_limit", "0.01", "1"),
        table.money("residual_income", currency),
        table.money("amount_step", currency),
        table.number("fee_per_cent", "0", "20"),
        tuple(table.wholes("terms", 1, 120)),
        table.tables("bands", lambda row: Band(row.number("up_to", "0.01", "1"), row.number("rate", "0", "100"))),
        table.flag("report_needed"),
        table.money("unscored_limit", currency),
        table.money("second_person_above", currency),
        table.whole("most_asked", 1, 1000),
        table.whole("most_open_loans", 1, 100),
        table.money("most_owed", currency),
        table.tables(
            "score_bands",
            lambda row: ScoreBand(
                row.whole("from", 0, 2000), row.number("add", "0", "100"), row.money("limit", currency)
            ),
        ),
    )
    table.done()
    rising = [(band.up_to, band.rate) for band in rules.bands]
    if not rising or any(late[0] <= early[0] or late[1] < early[1] for early, late in itertools.pairwise(rising)):
        raise PackError("policy.rules.bands must rise in up_to and never fall in rate; correct them.")
    if rules.bands[-1].up_to < rules.debt_service_limit:
        raise PackError("policy.rules.bands must reach the debt service limit; add a band.")
    if rules.amount_step.minor <= 0 or rules.residual_income.minor < 0:
        raise PackError("policy.rules amount_step must be above zero and residual_income not below; correct them.")
    if rules.unscored_limit.minor < 0 or rules.second_person_above.minor < 0:
        raise PackError("policy.rules unscored_limit and second_person_above must not be below zero; correct them.")
    if any(
        late.least <= early.least or late.add > early.add or late.limit < early.limit
        for early, late in itertools.pairwise(rules.score_bands)
    ):
        raise PackError("policy.rules.score_bands must rise in from, never fall in limit nor rise in add; correct it.")
    return rules
