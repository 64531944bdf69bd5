"""What goes wrong tells nobody's data: error pages, addresses on pages, and where a browser is sent."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from core.usecases.roles import Role
from tests.ivr.api.door import APPLICATION, bearer, door
from tests.ivr.console.office import Office, keyed_to_the_end, open_office
from tests.ivr.small_line import SmallLine

#: Of the caller of ``keyed_to_the_end``: telephone, last four, birth date, sums.
CANARIES = ("4155550123", "555-0123", "0073", "1985-03-03", "03031985", "4200.00", "2500.00")
_ADDRESS = re.compile(r'(?:href|src|action|hx-get|hx-post|sse-connect|formaction)="([^"]*)"')


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    line = SmallLine(tmp_path)
    await keyed_to_the_end(line)
    async with open_office(tmp_path, line) as office:
        yield office


def _told(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


def _filled(path: str, case_id: str) -> str:
    known = {"call_id": "CA1", "case_id": case_id, "field": "amount", "dispute_id": "d_1", "rest:path": "nowhere"}
    return re.sub(r"{([^}]*)}", lambda found: known.get(found[1], "x"), path)


async def _answers(client: httpx.AsyncClient, office: Office, case_id: str) -> AsyncIterator[httpx.Response]:
    for listed in office.console.table:
        if listed.method == "WEBSOCKET" or listed.path.endswith(("/events", "/sign-out")):
            continue
        for form in ({}, {"reason": "x", "amount": "-1", "why": "short", "note": "\x00"}):
            yield await client.request(listed.method, _filled(listed.path, case_id), data=form)


@pytest.mark.parametrize("role", Role)
async def test_of_every_role_on_every_route(office: Office, role: Role) -> None:
    with office.storage.begin() as work:
        case_id = work.records.read("CA1").case_id
    errors = addresses = 0
    async with office.browser(role) as client:
        async for answer in _answers(client, office, case_id):
            found = [*_ADDRESS.findall(answer.text), answer.headers.get("location", ""), str(answer.url)]
            addresses += len(found)
            assert not _told(" ".join(found)), answer.url.path
            if answer.status_code >= 400:
                errors += 1
                assert not _told(answer.text), answer.url.path
    assert errors > 10
    assert addresses > 100


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "6175550177 or so"),
        ("national_id_last4", "8113x"),
        ("date_of_birth", "12281991"),
        ("monthly_income", "7317.00.0"),
        ("amount", "7317.00 dollars"),
        ("full_name", "Zebulon 6175550177"),
        ("purpose", "my dog Marmaduke"),
    ],
)
def test_a_refused_document_is_not_quoted(tmp_path: Path, field: str, value: str) -> None:
    desk = door(tmp_path)
    answer = desk.submit(desk.key(), APPLICATION | {field: value})
    assert answer.status_code == 422
    assert field in answer.text
    assert not [part for part in (value, *value.split()) if len(part) > 3 and part in answer.text]
    missing = desk.client.get("/api/v1/applications/6175550177", headers=bearer(desk.key("other")))
    assert missing.status_code == 404
    assert "6175550177" not in missing.text
