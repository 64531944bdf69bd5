"""Every route of the console for every role; what a browser may send; what every answer carries."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.routing import Route, WebSocketRoute

from core.usecases.roles import Role, may
from ivr.console.door import Listed
from ivr.telemetry import configure_logging
from tests.ivr.console.office import Office, open_office

PUBLIC = {
    "/console",
    "/console/language",
    "/console/sign-in",
    "/console/static/{name:path}",
    "/console/demo",
    "/console/{rest:path}",
}
#: What ends the session; asked last.
LAST = "/console/sign-out"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path, demo=True) as office:
        yield office


def _address(path: str) -> str:
    return (
        path.replace("{call_id}", "CA1")
        .replace("{case_id}", "case_1")
        .replace("{field}", "amount")
        .replace("{dispute_id}", "d_1")
    )


async def _ask(client: httpx.AsyncClient, listed: Listed) -> int:
    if listed.path.endswith("/events"):  # endless: a wrong cursor ends them at once
        return (await client.get(_address(listed.path), params={"after": "other.1"})).status_code
    return (await client.request(listed.method, _address(listed.path))).status_code


def test_every_route_is_in_the_table_with_its_action(office: Office) -> None:
    served = set()
    for route in office.console.router.routes:
        if isinstance(route, WebSocketRoute):
            served.add(("WEBSOCKET", route.path))
        elif isinstance(route, Route):
            served |= {(method, route.path) for method in route.methods or () if method != "HEAD"}
    assert len(served) > 12
    assert served == {(listed.method, listed.path) for listed in office.console.table}
    assert {listed.path for listed in office.console.table if listed.action is None} == PUBLIC


@pytest.mark.parametrize("role", Role)
async def test_a_role_gets_what_the_table_allows_and_nothing_else(office: Office, role: Role) -> None:
    async with office.browser(role) as client:
        for listed in sorted(office.console.table, key=lambda listed: listed.path == LAST):
            if listed.action is None or listed.method == "WEBSOCKET":
                continue
            status = await _ask(client, listed)
            if may(role, listed.action):
                assert status not in {401, 403, 500}, listed
            else:
                assert status == 403, listed


async def test_what_a_role_may_not_is_logged(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    async with office.browser(Role.VIEWER) as client:
        assert (await client.get("/console/records/CA1")).status_code == 403
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if "console_forbidden" in line]
    assert [(line["route"], line["method"]) for line in lines] == [("/console/records/{call_id}", "GET")]
    assert "CA1" not in str(lines)


async def test_without_a_session_there_is_only_the_way_to_sign_in(office: Office) -> None:
    async with office.client() as client:
        for listed in office.console.table:
            if listed.action is None or listed.method == "WEBSOCKET":
                continue
            status = await _ask(client, listed)
            assert status == (303 if listed.method == "GET" else 401), listed
        client.cookies.set("loanline", "x" * 5000)
        assert (await client.get("/console/live")).status_code == 303


@pytest.mark.parametrize(
    ("headers", "fine"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "http://console.test"}, False),
        ({"origin": "http://console.test"}, True),
        ({"origin": "http://console.test.example.org"}, False),
        ({"origin": "http://other.test"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://[broken"}, False),
        ({}, False),
    ],
)
async def test_what_changes_something_must_come_from_our_own_pages(
    office: Office, headers: dict[str, str], fine: bool
) -> None:
    async with office.browser(Role.VIEWER) as client:
        del client.headers["sec-fetch-site"]
        answer = await client.post("/console/alive", headers=headers)
        assert answer.status_code == (204 if fine else 403)
        assert (await client.get("/console/live", headers=headers)).status_code == 200


async def test_no_route_takes_a_change_from_another_site(office: Office) -> None:
    """Asked without a session: whoever is of this site is sent to sign in, and the other site is refused before."""
    changing = [each for each in office.console.table if each.method not in {"GET", "WEBSOCKET"}]
    assert len(changing) > 12
    async with office.client() as client:
        ours = {each.path for each in changing if each.action and await _ask(client, each) == 403}
        client.headers["sec-fetch-site"] = "cross-site"
        theirs = {each.path: await _ask(client, each) for each in changing}
    assert ours == set()
    assert set(theirs.values()) == {403}, theirs


async def test_every_answer_carries_the_headers_that_keep_scripts_out(office: Office) -> None:
    async with office.browser(Role.VIEWER) as client:
        for path in (
            "/console/live",
            "/console/sign-in",
            "/console/static/app.js",
            "/console/calls/CA9",
            "/console/audit",
        ):
            headers = (await client.get(path)).headers
            policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
            assert policy["default-src"] == "'none'"
            assert policy["script-src"] == policy["style-src"] == "'self'"
            assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cross-origin-opener-policy"] == "same-origin"
        assert (await client.get("/console/live")).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", ["../door.py", "..%2f..%2fapp.py", "vendor/README.md", "nothing.js", "vendor"])
async def test_only_files_of_the_console_are_served(office: Office, name: str) -> None:
    async with office.client() as client:
        assert (await client.get(f"/console/static/{name}")).status_code == 404
