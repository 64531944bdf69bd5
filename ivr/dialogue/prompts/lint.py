"""What must not be said on the line, and every prompt filled with example figures to look at.

Sources: Reg Z 12 CFR 1026.26(b) (a spoken cost is the annual percentage rate, never a daily one alone); PBOC [2021]
No. 3 (the annual rate first); no inducement, no card data, no claim to detect lies (ARCHITECTURE.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from core.jurisdiction.library import packaged
from core.money import Money
from ivr.dialogue import spoken
from ivr.dialogue.prompts.catalogue import Catalogue, load_catalogue

__all__ = ["BANNED", "examples", "faults"]

BANNED = {
    r"\bper day\b|\bdaily\b|\ba day\b[^.]*\brate\b|\brate\b[^.]*\ba day\b": "a daily rate (Reg Z 1026.26(b))",
    r"\bguarantee|\binstant\b|\bno risk\b|\bfree money\b|\bpre-?approved\b": "an inducement",
    r"\bhurry\b|\bonly today\b|\blast chance\b": "pressure",
    r"\blie\b|\blying\b|\btruth\b": "a claim about lying",
    r"\bcard number\b|\bcvv\b|\bpin\b": "card data",
}

_EXAMPLE = Money.parse("2500.00", "USD")


def _figures(disclosures: Mapping[str, str]) -> dict[str, str]:
    payment = Money.parse("222.01", "USD")
    figures = {
        "value": spoken.money(_EXAMPLE),
        "first": spoken.money(_EXAMPLE),
        "second": spoken.money(payment),
        "full_name": "Mary Jones",
        "national_id_last4": spoken.digits("0073"),
        "date_of_birth": spoken.day(date(1985, 3, 12)),
        "phone": spoken.digits("23"),
        "amount": spoken.money(_EXAMPLE),
        "term_months": spoken.months(12),
        "reason": "your payments would be too high for your income.",
        "principal": spoken.money(_EXAMPLE),
        "apr": spoken.decimal(Decimal("11.90")),
        "count": spoken.count(12),
        "payment": spoken.money(payment),
        "last_payment": spoken.money(payment),
        "first_due": spoken.day(date(2027, 1, 21)),
        "total": spoken.money(Money.parse("2664.12", "USD")),
        "hours": spoken.count(24),
        "days": spoken.count(30),
        "digits": spoken.digits("50382", group=5),
        "told": "you earned three thousand dollars a month, you were working full time",
    }
    return figures | {name: text.format_map(figures) for name, text in disclosures.items()}


def examples(language: str = "en-US", jurisdiction: str = "us") -> dict[str, str]:
    """Every prompt by id, filled. Raises ``InvalidInput`` when one has a variable that nothing fills."""
    catalogue = load_catalogue(language)
    figures = _figures({text.disclosure_id: text.text for text in packaged(jurisdiction).disclosures})
    return {prompt_id: catalogue.render(prompt_id, figures).text for prompt_id in catalogue.texts}


def faults(language: str = "en-US", jurisdiction: str = "us") -> list[str]:
    """One sentence for each thing that must not be said, over all prompts as they are spoken."""
    catalogue: Catalogue = load_catalogue(language)
    found = []
    for prompt_id, text in examples(language, jurisdiction).items():
        for pattern, what in BANNED.items():
            if re.search(pattern, text.lower()):
                found.append(f"{prompt_id} of {catalogue.language} holds {what}")
    return found
