"""The API from the key to the accepted offer, and every way in that must stay shut."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.usecases.api_access import Scope, revoke_key
from tests.ivr.api.door import APPLICATION, Door, bearer, door


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Door]:
    made = door(tmp_path)
    yield made
    made.storage.close()


def stored(house: Door) -> int:
    with house.storage.engine.begin() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM applications").scalar_one())


def refused(answer: Any, status: int, code: str, field: str | None = None) -> None:
    body = answer.json()
    assert (answer.status_code, body["code"], body.get("field")) == (status, code, field), body
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Zebulon" not in answer.text


def test_a_whole_application(house: Door) -> None:
    token = house.key()
    made = house.submit(token)
    assert made.status_code == 201, made.text
    case = made.json()
    assert (case["outcome"], case["status"]) == ("approve", "approved")
    assert case["offers"][0]["principal"] == "2517.00"
    assert "Zebulon" not in made.text
    address = f"/api/v1/applications/{case['case_id']}"
    assert house.client.get(address, headers=bearer(token)).json() == case
    assert house.client.get(f"{address}/offers", headers=bearer(token)).json() == {"offers": case["offers"]}
    receipt = house.client.get(f"{address}/receipt", headers=bearer(token)).json()
    assert (receipt["inputs_hash"], receipt["versions"]) == (case["inputs_hash"], case["versions"])
    accepted = house.client.post(f"{address}/acceptance", json={"offer": 0}, headers=bearer(token))
    assert accepted.json() == {"status": "accepted", "terms": case["offers"][0]}
    assert house.client.post(f"{address}/acceptance", json={"offer": 0}, headers=bearer(token)).status_code == 200
    refused(
        house.client.post(f"{address}/acceptance", json={"offer": 1}, headers=bearer(token)),
        409,
        "idempotency_mismatch",
    )
    assert house.client.get(address, headers=bearer(token)).json()["status"] == "accepted"


def test_the_same_delivery_is_one_application(house: Door) -> None:
    token = house.key()
    first = house.submit(token).json()
    assert house.submit(token).json() == first
    assert house.submit(token, dict(reversed(APPLICATION.items()))).json() == first
    assert stored(house) == 1
    refused(house.submit(token, APPLICATION | {"amount": "2518.00"}), 409, "idempotency_mismatch")
    refused(house.submit(token, APPLICATION | {"unconfirmed": ["purpose"]}), 409, "idempotency_mismatch")
    assert house.submit(token, delivery="delivery-2").json()["case_id"] != first["case_id"]
    assert stored(house) == 2


def test_partners_do_not_see_each_other(house: Door) -> None:
    mine, theirs = house.key("shop"), house.key("shop-two")
    case = house.submit(mine).json()["case_id"]
    refused(house.client.get(f"/api/v1/applications/{case}", headers=bearer(theirs)), 404, "not_found")
    assert house.submit(theirs).json()["case_id"] != case
    for odd in ("case_1", "api.shop.", case.upper(), f"{case}%00", "%ED%A0%80"):
        refused(house.client.get(f"/api/v1/applications/{odd}", headers=bearer(mine)), 404, "not_found")


@pytest.mark.parametrize("token", ["", "nonsense", "key_00000000000000000000.aaaaaaaaaaaaaaaaaaaaaaaa", "é"])
def test_without_a_good_key_nothing_opens(house: Door, token: str) -> None:
    answer = house.client.get(
        "/api/v1/applications/api.shop." + "0" * 32, headers={"Authorization": f"Bearer {token}".encode()}
    )
    refused(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_key_opens_its_scopes_only_until_it_is_taken_back(house: Door) -> None:
    plain = house.key(scopes=frozenset({Scope.SUBMIT}))
    for name in ("owner_verified", "risk"):
        refused(
            house.submit(plain, {key: value for key, value in APPLICATION.items() if key != name}), 403, "forbidden"
        )
    asked = {key: value for key, value in APPLICATION.items() if key not in {"owner_verified", "risk"}}
    made = house.submit(plain, asked).json()
    assert (made["outcome"], made["reasons"][0]["code"]) == ("incomplete", "owner_unverified")
    refused(house.client.get(f"/api/v1/applications/{made['case_id']}", headers=bearer(plain)), 403, "forbidden")
    revoke_key(house.storage, house.clock, plain.partition(".")[0], "tester")
    refused(house.submit(plain, asked), 401, "unauthenticated")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "-1.00"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": 2500}, "amount"),
        ({"amount": "0.00"}, "amount"),
        ({"monthly_income": "999999999999999.00"}, "monthly_income"),
        ({"monthly_debt": "1e9"}, "monthly_debt"),
        ({"currency": "ZZZ"}, "currency"),
        ({"currency": "EUR"}, "currency"),
        ({"jurisdiction": "CN"}, "jurisdiction"),
        ({"jurisdiction": "\N{SNOWMAN}"}, "jurisdiction"),
        ({"date_of_birth": "2027-01-01"}, "date_of_birth"),
        ({"date_of_birth": "1985-02-30"}, "date_of_birth"),
        ({"date_of_birth": "1850-01-01"}, "date_of_birth"),
        ({"term_months": 0}, "term_months"),
        ({"term_months": 12.5}, "term_months"),
        ({"term_months": True}, "term_months"),
        ({"full_name": "x" * 10_000}, "full_name"),
        ({"full_name": "Z"}, "full_name"),
        ({"phone": "911"}, "phone"),
        ({"purpose": "yacht"}, "purpose"),
        ({"case_id": "case_1"}, "case_id"),
        ({"checks": {}}, "checks"),
        ({"nickname": "Z"}, "nickname"),
        ({"unconfirmed": "all"}, "unconfirmed"),
        ({"risk": {"level": "fine"}}, "risk.level"),
        ({"consents": [{"scope": "credit_report"}]}, "consents[0].granted"),
    ],
)
def test_a_value_that_does_not_fit_is_named_and_nothing_stored(house: Door, changes: Any, field: str) -> None:
    refused(house.submit(house.key(), APPLICATION | changes), 422, house_code(field, changes), field)
    assert stored(house) == 0


def house_code(field: str, changes: Any) -> str:
    if field in {"full_name", "phone"} and len(str(changes[field])) <= 200:
        return "invalid_identity"
    return "invalid_input"


def test_a_missing_answer_is_named(house: Door) -> None:
    token = house.key()
    for name in ("jurisdiction", "phone", "purpose"):
        refused(
            house.submit(token, {key: value for key, value in APPLICATION.items() if key != name}),
            422,
            "invalid_input",
            name,
        )


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"", 422, "body"),
        (b"[]", 422, "body"),
        (b'{"amount": NaN}', 422, "number"),
        (b'{"amount": "1", "amount": "2"}', 422, "document"),
        (b'{"term_months": ' + b"9" * 5000 + b"}", 422, "number"),
        (b'{"full_name": "\\ud800"}', 422, "body"),
        (b"\xff\xfe", 422, "body"),
        (b"[" * 60_000, 422, "body"),
        (b'{"full_name": "' + b"x" * 70_000 + b'"}', 413, None),
    ],
)
def test_a_broken_document_is_a_typed_refusal(house: Door, body: bytes, status: int, field: str | None) -> None:
    headers = bearer(house.key()) | {"Idempotency-Key": "delivery-1", "Content-Type": "application/json"}
    answer = house.client.post("/api/v1/applications", content=body, headers=headers)
    refused(answer, status, "too_large" if status == 413 else "invalid_input", field)
    assert stored(house) == 0


def test_headers_are_needed(house: Door) -> None:
    token = house.key()
    refused(house.submit(token, delivery="short"), 422, "invalid_input", "Idempotency-Key")
    answer = house.client.post(
        "/api/v1/applications", content=b"{}", headers=bearer(token) | {"Idempotency-Key": "delivery-1"}
    )
    refused(answer, 422, "invalid_input", "Content-Type")


def test_unknown_doors_answer_in_the_same_shape(house: Door) -> None:
    refused(house.client.get("/api/v1/nowhere"), 404, "no_such_door")
    refused(house.client.request("DELETE", "/api/v1/applications"), 405, "no_such_door")


def test_when_storing_fails_nothing_is_there_and_the_partner_may_try_again(house: Door) -> None:
    token = house.key()
    with house.storage.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE receipts RENAME TO receipts_gone")
    refused(house.submit(token), 503, "storage_error")
    assert stored(house) == 0
    with house.storage.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE receipts_gone RENAME TO receipts")
    assert house.submit(token).status_code == 201


def test_an_unsettled_check_goes_to_a_person_and_cannot_be_accepted(house: Door) -> None:
    token = house.key()
    case = house.submit(token, APPLICATION | {"risk": {"level": "hold", "complete": True}}).json()
    assert (case["outcome"], case["offers"]) == ("review", [])
    answer = house.client.post(
        f"/api/v1/applications/{case['case_id']}/acceptance", json={"offer": 0}, headers=bearer(token)
    )
    refused(answer, 422, "invalid_input", "offer_index")
