"""Signing in as a browser does it: cookies, limits, the way back, the demonstration."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter
from starlette.responses import Response

from core.security.totp import code_at
from core.usecases import staff
from core.usecases.roles import Role
from ivr.console.door import Door
from tests.core.usecases.test_staff import MovingClock
from tests.ivr.console.office import PASSWORD, Office, open_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        yield office


class Person:
    def __init__(self, office: Office, name: str = "m.reyes") -> None:
        self.office, self.name = office, name
        self.secret = staff.add(office.storage, office.clock, name, Role.SUPERVISOR, PASSWORD, "os.root")

    async def enter(self, client: httpx.AsyncClient, **changes: str) -> httpx.Response:
        code = code_at(self.secret, int(self.office.clock.now().timestamp()) // 30)
        form = {"staff": self.name, "password": PASSWORD, "code": code, "next": "/console/today"} | changes
        return await client.post("/console/sign-in", data=form)


async def test_in_and_out(office: Office) -> None:
    person = Person(office)
    async with office.client() as client:
        answer = await person.enter(client)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/today")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert (await client.get("/console/live")).status_code == 200
        token = client.cookies["loanline"]
        assert (await client.post("/console/sign-out")).status_code == 303
        client.cookies.set("loanline", token, domain="console.test")
        assert (await client.get("/console/live")).status_code == 303


async def test_a_new_session_ends_the_one_this_browser_had(office: Office) -> None:
    person = Person(office)
    async with office.client() as client:
        await person.enter(client)
        first = client.cookies["loanline"]
        office.clock.pass_by(seconds=30)
        await person.enter(client)
        assert client.cookies["loanline"] != first
        client.cookies.set("loanline", first, domain="console.test")
        assert (await client.get("/console/live")).status_code == 303


async def test_five_tries_for_one_account_in_a_quarter_of_an_hour(office: Office) -> None:
    person = Person(office)
    async with office.client() as client:
        for _ in range(5):
            assert (await person.enter(client, password="wrong password, wrong")).status_code == 401
        assert (await person.enter(client)).status_code == 429
        office.clock.pass_by(minutes=15, seconds=1)
        assert (await person.enter(client)).status_code == 303


async def test_twenty_tries_from_one_address(office: Office) -> None:
    person = Person(office)
    async with office.client() as client, office.client("198.51.100.4") as elsewhere:
        for number in range(20):
            assert (await person.enter(client, staff=f"u.{number}", password="x")).status_code == 401
        assert (await person.enter(client)).status_code == 429
        assert (await person.enter(elsewhere)).status_code == 303


@pytest.mark.parametrize(
    "goal",
    [
        "//evil.test/",
        "https://evil.test",
        "/console//evil.test",
        "/console/\\evil",
        "javascript:1",
        "/console/sign-out",
    ],
)
async def test_nobody_is_sent_elsewhere_after_signing_in(office: Office, goal: str) -> None:
    person = Person(office)
    async with office.client() as client:
        assert (await person.enter(client, next=goal)).headers["location"] == "/console/"


async def test_a_refusal_keeps_neither_name_nor_password_on_the_page(office: Office) -> None:
    person = Person(office)
    async with office.client() as client:
        answer = await person.enter(client, password="wrong password, wrong")
        assert "Name, password or code is wrong" in answer.text
        assert "wrong password, wrong" not in answer.text
        assert (await client.post("/console/sign-in", content=b"x" * 20_000)).status_code == 422
        assert (await client.post("/console/sign-in", content=b"\xff=%ff")).status_code in {401, 422}


async def test_the_demonstration_signs_in_on_its_own_machine_only(tmp_path: Path) -> None:
    async with open_office(tmp_path, demo=True) as office:
        async with office.client("203.0.113.7") as away:
            assert (await away.post("/console/demo", data={"role": "supervisor"})).status_code == 403
        async with office.client("127.0.0.1") as here:
            for name in ("evil.example", "evil.example:8080", "[bad", "127.0.0.1.evil.example"):  # led here by its name
                rebound = await here.post("/console/demo", data={"role": "supervisor"}, headers={"host": name})
                assert rebound.status_code == 403, name
            for name in ("127.0.0.1:8080", "localhost:8080", "[::1]:8080"):
                named = await here.post("/console/demo", data={"role": "viewer"}, headers={"host": name})
                assert named.status_code == 303, name
            assert (await here.post("/console/demo", data={"role": "king"})).status_code == 403
            for _ in range(2):
                assert (await here.post("/console/demo", data={"role": "auditor"})).status_code == 303
            assert (await here.get("/console/live")).status_code == 200
        assert ("demo.auditor", "staff.signed_in", "demo.auditor") in office.actions()


async def test_without_demo_mode_there_is_no_such_door(office: Office) -> None:
    async with office.client("127.0.0.1") as client:
        assert (await client.post("/console/demo", data={"role": "viewer"})).status_code in {404, 405}


def test_over_https_the_cookie_is_bound_to_the_host(office: Office) -> None:
    door = Door(
        APIRouter(), office.storage, MovingClock(), "https://line.example.org", lambda *_: Response(), lambda _: None
    )
    response = Response()
    door.let_in(response, "token")
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-loanline=token;")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


async def test_the_console_speaks_chinese_when_asked(tmp_path: Path) -> None:
    async with open_office(tmp_path) as office, office.browser(Role.SUPERVISOR) as client:
        assert 'lang="en"' in (await client.get("/console/live")).text
        asked = {"language": "zh-CN", "next": "/console/live"}
        answer = await client.post("/console/language", data=asked)
        assert answer.headers["location"] == "/console/live"
        shown = (await client.get("/console/live")).text
        assert '<html lang="zh-CN">' in shown
        assert "实时通话" in shown
        assert (await client.post("/console/language", data={"language": "xx"})).status_code == 404
        away = await client.post("/console/language", data=asked | {"next": "//elsewhere.test/console/"})
        assert away.headers["location"] == "/console/"
        client.cookies.set("loanline-language", "../../etc", domain="console.test", path="/console")
        assert (await client.get("/console/live")).status_code == 200
