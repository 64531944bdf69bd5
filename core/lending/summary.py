"""The terms of a loan in a few written lines, for a text message. Every figure comes from the one ``Terms`` object."""

from __future__ import annotations

from core.decision.model import Terms

__all__ = ["in_writing"]


def in_writing(terms: Terms) -> str:
    """What the borrower agreed to, with the annual percentage rate first (12 CFR 1026.24(c); PBOC [2021] No. 3).

    It is a summary: the full disclosures follow in a form to keep. No name and no number of a person is in it.
    """
    currency = terms.principal.currency
    last = ""
    if terms.last_payment != terms.payment:
        last = f" (the last one {terms.last_payment})"
    fees = f", fees {terms.fees}" if terms.fees else ""
    return (
        f"Loanline: APR {terms.apr}%. You borrow {terms.principal} {currency} and pay {len(terms.instalments)} monthly "
        f"payments of {terms.payment}{last}, first on {terms.instalments[0].due.isoformat()}; in total "
        f"{terms.total}{fees}. No money moves before the time to change your mind is over. "
        "If you did not ask for this, call us and say: not my loan."
    )
