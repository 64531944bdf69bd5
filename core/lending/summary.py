"""The terms of a loan in a few written lines, for a text message. Every figure comes from the one ``Terms`` object."""

from __future__ import annotations

from core.decision.model import Terms

__all__ = ["in_writing", "reasons_in_writing"]


def in_writing(terms: Terms, link: str = "") -> str:
    """What the borrower agreed to, with the annual percentage rate first (12 CFR 1026.24(c); PBOC [2021] No. 3).

    It is a summary; ``link`` is the address of the whole, in a form to keep. No name and no number of a person is in
    it.
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
        f"{f'All terms and your payment plan, to keep: {link} ' if link else ''}"
        "If you did not ask for this, call us and say: not my loan."
    )


def reasons_in_writing(link: str) -> str:
    """Tells where the answer and its main reasons stand (12 CFR 1002.9(a)(2)); the text itself says neither."""
    return (
        f"Loanline: our answer to your request, with the main reasons, to keep: {link} "
        "If you did not ask for this, call us and say: not my loan."
    )
