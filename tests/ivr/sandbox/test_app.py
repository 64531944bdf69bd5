"""The sandbox's own manners: closed bodies, permission wanted, payments once."""

import httpx
import pytest

from tests.ivr.sandbox.serving import sandbox

PERMIT = {"permissible_purpose": "credit_application", "consent_id": "c1"}
PERSON = {"full_name": "Daniel Brooks", "date_of_birth": "1985-03-12", "national_id_last4": "7341"}


@pytest.mark.parametrize(
    ("path", "question"),
    [
        ("/bureau/reports", PERSON),
        ("/employment", PERSON),
        ("/phone-ownership", {"phone": "+14155550123", "full_name": "Daniel Brooks"}),
        ("/payee-name", {"account": "GB001234", "full_name": "Daniel Brooks"}),
        ("/negative-list", {"keys": ["k"]}),
    ],
)
async def test_every_provider_wants_a_purpose_and_a_consent(path: str, question: dict[str, object]) -> None:
    async with sandbox() as (url, _), httpx.AsyncClient() as http:
        assert (await http.post(url + path, json=question)).status_code == 403
        assert (await http.post(url + path, json=question | {"consent_id": "c1"})).status_code == 403
        assert (await http.post(url + path, json=question | PERMIT)).status_code == 200
        assert (await http.post(url + path, json=question | PERMIT | {"more": 1})).status_code == 422


async def test_the_same_person_has_the_same_file() -> None:
    async with sandbox() as (url, _), httpx.AsyncClient() as http:
        first = await http.post(f"{url}/bureau/reports", json=PERSON | PERMIT)
        again = await http.post(f"{url}/bureau/reports", json=PERSON | PERMIT)
        other = await http.post(f"{url}/bureau/reports", json=PERSON | PERMIT | {"full_name": "Maria Lopez"})
    assert first.content == again.content
    assert first.json()["report_id"] != other.json()["report_id"]
    assert first.json()["status"] == "hit"


async def test_a_payment_is_made_once_per_key() -> None:
    order = {
        "permissible_purpose": "payment",
        "consent_id": "c1",
        "idempotency_key": "k1",
        "amount": "2500.00",
        "currency": "USD",
        "account": "US00123",
        "reference": "a",
    }
    async with sandbox() as (url, _), httpx.AsyncClient() as http:
        first = await http.post(f"{url}/payments", json=order)
        again = await http.post(f"{url}/payments", json=order)
        assert first.status_code == again.status_code == 201
        assert first.json() == again.json()
        assert (await http.post(f"{url}/payments", json=order | {"amount": "2600.00"})).status_code == 409
        returned = await http.post(f"{url}/payments", json=order | {"idempotency_key": "k2", "account": "US00001"})
        assert returned.json()["status"] == "returned"
        assert len((await http.get(f"{url}/payments")).json()) == 2
