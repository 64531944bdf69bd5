"""Random documents built from the OpenAPI document's own shapes, and broken ones: never a 500, never half a row.

``schemathesis`` (the extra ``fuzz``) does the same for longer; see ``docs/api.md``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ivr.api.schema import COMPONENTS
from tests.ivr.api.door import APPLICATION, Door, bearer, door

FIELDS = sorted(COMPONENTS["schemas"]["Application"]["properties"])
SCRAPS = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(),
    some.floats(),
    some.text(max_size=40),
    some.sampled_from(["2500.00", "1985-03-12", "US", "-1", "1e400", "NaN", "+14155550123", "\ud800", "\x00", "٣٤"]),
)
VALUES = some.recursive(
    SCRAPS,
    lambda one: some.lists(one, max_size=3) | some.dictionaries(some.text(max_size=8), one, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    made = door(tmp_path_factory.mktemp("api"))
    yield made
    made.storage.close()


@pytest.fixture(scope="module")
def token(house: Door) -> str:
    return house.key()


def checked(answer: Any) -> None:
    assert answer.status_code in {200, 201, 401, 403, 404, 405, 409, 413, 422}, answer.text
    if answer.status_code >= 400:
        body = answer.json()
        assert set(body) - {"field"} == {"type", "title", "status", "detail", "code"}
        assert (answer.status_code == 422) <= ("field" in body)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(changes=some.dictionaries(some.sampled_from(FIELDS), VALUES, max_size=4), number=some.integers(0, 10**6))
def test_no_document_breaks_it(house: Door, token: str, changes: dict[str, Any], number: int) -> None:
    headers = bearer(token) | {"Idempotency-Key": f"random-{number:08}", "Content-Type": "application/json"}
    body = json.dumps(APPLICATION | changes).encode()
    checked(house.client.post("/api/v1/applications", content=body, headers=headers))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    body=some.binary(max_size=200),
    path=some.sampled_from(["", "/x/acceptance", "/api.shop." + "0" * 32 + "/acceptance"]),
)
def test_no_bytes_break_it(house: Door, token: str, body: bytes, path: str) -> None:
    headers = bearer(token) | {"Idempotency-Key": "bytes-bytes", "Content-Type": "application/json"}
    checked(house.client.post(f"/api/v1/applications{path}", content=body, headers=headers))


def test_the_document_says_what_is_answered(house: Door) -> None:
    document = house.client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    shapes = document["components"]["schemas"]
    # Somebody whom the random documents above have not already made ask too often.
    fresh = APPLICATION | {"full_name": "Wilhelmina Overstreet", "national_id_last4": "4028", "phone": "+14155550171"}
    case = house.submit(house.key("other"), fresh).json()
    assert set(case) == set(shapes["Case"]["properties"])
    # Several named rates are said where the pack has several; the United States know one.
    assert set(case["offers"][0]) | {"rates"} == set(shapes["Offer"]["properties"])
    named = {part["$ref"] for part in _refs(document)}
    assert named <= {f"#/components/schemas/{name}" for name in shapes}
    assert set(APPLICATION) <= set(shapes["Application"]["properties"])


def _refs(node: Any) -> Iterator[dict[str, str]]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node
        for value in node.values():
            yield from _refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from _refs(value)
