"""The shapes of the API for its OpenAPI document. A test holds them against what is really answered."""

from __future__ import annotations

from typing import Any

from core.catalogue import Employment, Purpose
from core.money import CURRENCY_DIGITS

__all__ = ["COMPONENTS", "answers", "refusals"]

_AMOUNT = {"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,4})?$", "examples": ["2500.00"]}
_PLACE = {"type": "string", "minLength": 1, "maxLength": 200}
_DATE = {"type": "string", "format": "date"}


def _object(properties: dict[str, Any], needed: list[str] | None = None, *, closed: bool = False) -> dict[str, Any]:
    shape = {"type": "object", "properties": properties, "required": list(properties) if needed is None else needed}
    return shape | {"additionalProperties": False} if closed else shape


_NEEDED = [
    "jurisdiction",
    "full_name",
    "national_id_last4",
    "date_of_birth",
    "phone",
    "monthly_income",
    "employment",
    "monthly_debt",
    "amount",
    "term_months",
    "purpose",
]

COMPONENTS: dict[str, Any] = {
    "schemas": {
        "Application": _object(
            {
                "jurisdiction": {"type": "string", "enum": ["US", "CN"]},
                "full_name": {"type": "string", "minLength": 3, "maxLength": 120},
                "national_id_last4": {"type": "string", "pattern": "^[0-9]{4}$"},
                "date_of_birth": _DATE,
                "phone": {"type": "string", "pattern": r"^\+[1-9][0-9]{6,14}$"},
                "monthly_income": _AMOUNT,
                "employment": {"type": "string", "enum": [one.value for one in Employment]},
                "monthly_debt": _AMOUNT,
                "amount": _AMOUNT,
                "term_months": {"type": "integer", "minimum": 1, "maximum": 1200},
                "purpose": {"type": "string", "enum": [one.value for one in Purpose]},
                "currency": {"type": "string", "enum": sorted(CURRENCY_DIGITS)},
                "unconfirmed": {"type": "array", "items": {"type": "string", "enum": _NEEDED[1:]}},
                "owner_verified": {"type": "boolean", "description": "Needs the scope applications.attest."},
                "risk": {
                    **_object(
                        {
                            "level": {"type": "string", "enum": ["none", "observe", "step_up", "hold"]},
                            "complete": {"type": "boolean"},
                            "reasons": {"type": "array", "maxItems": 20, "items": _PLACE},
                        },
                        ["level"],
                        closed=True,
                    ),
                    "description": "Needs the scope applications.attest.",
                },
                "consents": {
                    "type": "array",
                    "description": "Needs the scope applications.attest. With a granted credit_report we ask a bureau.",
                    "items": _object(
                        {
                            "scope": _PLACE,
                            "granted": {"type": "boolean"},
                            "text_id": _PLACE,
                            "text_hash": _PLACE,
                            "at": {"type": "string", "format": "date-time"},
                        },
                        closed=True,
                    ),
                },
            },
            _NEEDED,
            closed=True,
        ),
        "Reason": _object({name: {"type": "string"} for name in ("code", "text", "spoken")}),
        "Offer": _object(
            {
                **dict.fromkeys(("principal", "payment", "last_payment", "fees", "finance_charge", "total"), _AMOUNT),
                "rate": {"type": "string"},
                "apr": {"type": "string"},
                "apr_regime": {"type": "string"},
                "rates": {"type": "array", "items": {"type": "object"}},
                "currency": {"type": "string"},
                "term_months": {"type": "integer"},
                "method": {"type": "string"},
                "start": _DATE,
                "first_due": _DATE,
                "rows": {"type": "array", "items": {"type": "object"}},
                "totals": {"type": "object"},
            }
        ),
        "Case": _object(
            {
                "case_id": {"type": "string"},
                "status": {"type": "string"},
                "received_at": {"type": "string", "format": "date-time"},
                "outcome": {"type": "string", "enum": ["approve", "decline", "review", "incomplete"]},
                "reasons": {"type": "array", "maxItems": 4, "items": {"$ref": "#/components/schemas/Reason"}},
                "offers": {"type": "array", "items": {"$ref": "#/components/schemas/Offer"}},
                "score": {"type": ["integer", "null"]},
                "versions": {"type": "object"},
                "inputs_hash": {"type": "string"},
                "what_would_change": {"type": "array", "items": {"type": "string"}},
            }
        ),
        "Offers": _object({"offers": {"type": "array", "items": {"$ref": "#/components/schemas/Offer"}}}),
        "Acceptance": _object({"offer": {"type": "integer", "minimum": 0, "maximum": 9}}, closed=True),
        "Accepted": _object({"status": {"type": "string"}, "terms": {"$ref": "#/components/schemas/Offer"}}),
        "Receipt": _object(
            {
                "case_id": {"type": "string"},
                "kind": {"type": "string"},
                "at": {"type": "string", "format": "date-time"},
                "outcome": {"type": "string"},
                "versions": {"type": "object"},
                "inputs_hash": {"type": "string"},
                "bundle_sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            }
        ),
        "Problem": _object(
            {
                "type": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "code": {"type": "string"},
                "field": {"type": "string"},
            },
            ["type", "title", "status", "detail", "code"],
        ),
    },
    "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
}


def answers(status: int, shape: str, what: str) -> dict[int | str, dict[str, Any]]:
    """The good answer of an operation, and every refusal it may give."""
    schema = {"$ref": f"#/components/schemas/{shape}"}
    return {status: {"description": what, "content": {"application/json": {"schema": schema}}}, **refusals()}


def refusals() -> dict[int | str, dict[str, Any]]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    said = {
        401: "No key, or a wrong one.",
        403: "The key lacks a scope.",
        404: "No such case of this partner.",
        409: "The state does not allow it, or the delivery key came with other content.",
        410: "The case was destroyed on purpose.",
        413: "The document is too large.",
        422: "A value does not fit; the field is named.",
        503: "Nothing was stored; try again.",
    }
    return {status: {"description": text, "content": content} for status, text in said.items()}
