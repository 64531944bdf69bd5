"""The sandbox's people. What a provider says of somebody follows from the identity alone, so tests can count on it.

The last four digits of the national id choose how the credit bureau behaves:

====  ====================================================================
9001  nobody of that name (``no_hit``)
9002  a thin file: one line, opened lately
9003  the file is frozen by its owner
9004  one line is disputed
9005  a fraud alert is on the file
9006  the answer comes, but only after ``slow_seconds``
9007  every answer is a 500
9008  the first two answers are 503, the third is good
9009  the body is not JSON
9010  the body is JSON of another shape
9011  the report is dated long ago
====  ====================================================================

Everybody else has an ordinary file, drawn from a hash of the identity. At the other providers the last two digits of
the telephone number choose: ``91`` the number is somebody else's, ``92`` it was ported this week, ``93`` nothing is
known. An employer is known for everybody but last four ``9001``; a payee's account that ends in ``000`` belongs to
somebody else, and one that ends in ``001`` to nobody. ``LISTED`` are on the shared fraud list, under ``LIST_SECRET``.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

__all__ = [
    "BAD_JSON",
    "FAILS",
    "FLAKY",
    "LISTED",
    "LIST_SECRET",
    "OTHER_SHAPE",
    "SLOW",
    "credit_report",
    "employment",
    "payee",
    "phone",
]

LIST_SECRET = b"the sandbox's own list"
LISTED = ("+14155550194",)
SLOW, FAILS, FLAKY, BAD_JSON, OTHER_SHAPE = "9006", "9007", "9008", "9009", "9010"
_KINDS = ("card", "car", "personal", "mortgage", "student")


def _draw(*parts: str) -> bytes:
    return hashlib.sha256("\x1f".join(parts).encode()).digest()


def _line(seed: int, today: date) -> dict[str, Any]:
    limit = 500 * (1 + seed % 20)
    balance = limit * (seed % 7) // 10
    return {
        "kind": _KINDS[seed % len(_KINDS)],
        "opened": (today - timedelta(days=400 + 13 * seed)).isoformat(),
        "limit": f"{limit}.00",
        "balance": f"{balance}.00",
        "monthly_payment": f"{max(25, balance // 30)}.00",
        "worst_days_late_24m": 30 if seed % 11 == 0 else 0,
        "disputed": False,
    }


def credit_report(name: str, born: str, last4: str, today: date) -> dict[str, Any]:
    """A bureau's answer for one identity on one day."""
    draw = _draw(name.lower(), born, last4)
    lines = [_line(seed, today) for seed in draw[: 3 + draw[31] % 4]]
    report: dict[str, Any] = {
        "report_id": "rep_" + draw.hex()[:16],
        "status": "hit",
        "as_of": today.isoformat(),
        "currency": "USD",
        "lines": lines,
        "inquiries_6m": draw[30] % 4,
        "alerts": [],
    }
    if last4 == "9001":
        report |= {"status": "no_hit", "lines": [], "inquiries_6m": 0}
    elif last4 == "9002":
        lately = (today - timedelta(days=90)).isoformat()
        report |= {"status": "thin", "lines": [_line(1, today) | {"opened": lately}]}
    elif last4 == "9003":
        report |= {"status": "frozen", "lines": [], "inquiries_6m": 0}
    elif last4 == "9004":
        lines[0] |= {"disputed": True, "worst_days_late_24m": 90}
    elif last4 == "9005":
        report["alerts"] = ["fraud_alert"]
    elif last4 == "9011":
        report["as_of"] = (today - timedelta(days=400)).isoformat()
    return report


def employment(name: str, born: str, last4: str) -> dict[str, Any]:
    """What the social-security register says: months of contributions and the monthly wage they imply."""
    if last4 == "9001":
        return {"known": False}
    draw = _draw("work", name.lower(), born, last4)
    return {
        "known": True,
        "months_contributed": 6 + draw[0],
        "monthly_wage": f"{2000 + 20 * draw[1]}.00",
        "currency": "USD",
    }


def phone(number: str) -> dict[str, Any]:
    """Who has the number, since when, and whether it was moved to another card or carrier lately."""
    ending = number[-2:]
    if ending == "93":
        return {"known": False}
    return {
        "known": True,
        "owner_match": ending != "91",
        "line_type": "mobile",
        "days_since_port": 3 if ending == "92" else 900,
        "forwarded": False,
        "carrier": "Northline Mobile" if int(ending[-1]) % 2 else "Plains Wireless",
    }


def payee(account: str) -> str:
    """``match``, ``no_match`` or ``unknown``."""
    return {"000": "no_match", "001": "unknown"}.get(account[-3:], "match")
