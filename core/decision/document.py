"""A decision and a schedule as documents: one JSON shape for the terminal, the API and whoever reads them."""

from __future__ import annotations

from typing import Any

from core.codec import to_plain
from core.decision.model import Decision, Terms
from core.finance.irr import chinese_rates
from core.finance.rounding import shown
from core.finance.schedule import Instalment, totals
from core.jurisdiction.pack import Regime

__all__ = ["decision_document", "offer_document", "schedule_document"]


def decision_document(decision: Decision, steps: tuple[str, ...]) -> dict[str, Any]:
    """The JSON shape of a decision; amounts and rates as decimal strings."""
    return {
        "outcome": decision.outcome.value,
        "reasons": [{"code": one.code, "text": one.text, "spoken": one.spoken} for one in decision.reasons],
        "offers": [offer_document(terms) for terms in decision.offers],
        "score": decision.score,
        "versions": to_plain(decision.versions),
        "inputs_hash": decision.inputs_hash,
        "what_would_change": list(steps),
    }


def offer_document(terms: Terms) -> dict[str, Any]:
    """The JSON shape of one offer with its whole schedule."""
    return {
        "principal": str(terms.principal),
        "currency": terms.principal.currency,
        "rate": str(terms.rate),
        "apr": str(terms.apr),
        "apr_regime": terms.apr_regime,
        **_labelled(terms),
        "term_months": terms.term_months,
        "method": terms.method,
        "start": terms.start.isoformat(),
        "first_due": terms.instalments[0].due.isoformat(),
        "payment": str(terms.payment),
        "last_payment": str(terms.last_payment),
        "fees": str(terms.fees),
        "finance_charge": str(terms.finance_charge),
        "total": str(terms.total),
        **schedule_document(terms.instalments),
    }


def _labelled(terms: Terms) -> dict[str, Any]:
    """Where rates are internal rates of return, all three of them, each with its name (PBOC Announcement [2021] No. 3);
    the one held against the cap is ``apr``."""
    if terms.apr_regime != Regime.CN_IRR.value:
        return {}
    rates = chinese_rates(terms.principal.major, terms.fees.major, [row.payment.major for row in terms.instalments])
    named = (
        ("IRR a month", rates.monthly, 4),
        ("IRR a year, twelve months without compounding", rates.nominal, 2),
        ("IRR a year, compounded, all fees in", rates.effective, 2),
    )
    return {"rates": [{"label": label, "per_cent": str(shown(rate, places))} for label, rate, places in named]}


def schedule_document(rows: tuple[Instalment, ...]) -> dict[str, Any]:
    """The JSON shape of a schedule: rows and totals, amounts as decimal strings."""
    payment, principal, interest = totals(rows)
    return {
        "rows": [
            {
                "number": row.number,
                "due": row.due.isoformat(),
                "payment": str(row.payment),
                "principal": str(row.principal),
                "interest": str(row.interest),
                "balance": str(row.balance),
            }
            for row in rows
        ],
        "totals": {"payment": str(payment), "principal": str(principal), "interest": str(interest)},
    }
