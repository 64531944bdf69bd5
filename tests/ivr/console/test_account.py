"""One's own account: a new password and an end to sessions, each only for who proves again who it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from core.security.totp import code_at
from core.usecases import staff
from core.usecases.roles import Role
from tests.ivr.console.office import PASSWORD, Office, open_office

NEW = "seven brown kettles sing"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        yield office


class Person:
    def __init__(self, office: Office) -> None:
        self.office = office
        self.secret = staff.add(office.storage, office.clock, "m.reyes", Role.VIEWER, PASSWORD, "os.root")

    def code(self) -> str:
        """A fresh one each time: a code is good once."""
        self.office.clock.pass_by(seconds=30)
        return code_at(self.secret, int(self.office.clock.now().timestamp()) // 30)

    async def enter(self, client: httpx.AsyncClient, password: str = PASSWORD) -> int:
        form = {"staff": "m.reyes", "password": password, "code": self.code(), "next": ""}
        answer = await client.post("/console/sign-in", data=form)
        return answer.status_code

    async def change(self, client: httpx.AsyncClient, **changes: str) -> httpx.Response:
        form = {"password": PASSWORD, "code": self.code(), "new": NEW, "again": NEW} | changes
        return await client.post("/console/account/password", data=form)


async def signed_in(client: httpx.AsyncClient) -> bool:
    return (await client.get("/console/account")).status_code == 200


async def test_a_new_password_ends_every_session_and_begins_another(office: Office) -> None:
    person = Person(office)
    async with office.client() as here, office.client() as elsewhere, office.client() as later:
        assert [await person.enter(here), await person.enter(elsewhere)] == [303, 303]
        before = here.cookies["loanline"]
        answer = await person.change(here)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/account?done=1")
        assert here.cookies["loanline"] != before
        assert "The password is changed" in (await here.get("/console/account?done=1")).text
        assert not await signed_in(elsewhere)
        elsewhere.cookies.set("loanline", before, domain="console.test")
        assert not await signed_in(elsewhere)
        assert await person.enter(later) == 401
        assert await person.enter(later, NEW) == 303
    assert ("m.reyes", "staff.password_changed", "m.reyes") in office.actions()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "not the password at all"}, "wrong"),
        ({"code": "000000"}, "wrong"),
        ({"again": "seven brown kettles sang"}, "differ"),
        ({"new": PASSWORD, "again": PASSWORD}, "another"),
        ({"new": "a tram", "again": "a tram"}, "12 to 128"),
        ({"new": "needforspeed", "again": "needforspeed"}, "leaked"),
    ],
)
async def test_what_is_wrong_changes_nothing(office: Office, changes: dict[str, str], words: str) -> None:
    person = Person(office)
    async with office.client() as here, office.client() as elsewhere:
        await person.enter(here)
        await person.enter(elsewhere)
        answer = await person.change(here, **changes)
        assert answer.status_code == 422
        assert words in answer.text
        assert not any(secret in answer.text for secret in (PASSWORD, NEW, *changes.values()))
        assert await signed_in(here)
        assert await signed_in(elsewhere)
        assert await person.enter(elsewhere) == 303


async def test_guessing_the_present_password_is_limited_like_signing_in(office: Office) -> None:
    person = Person(office)
    async with office.client() as here:
        await person.enter(here)
        for _ in range(5):
            assert (await person.change(here, password="wrong password, wrong")).status_code == 422
        assert (await person.change(here)).status_code == 429
        assert (await here.post("/console/account/sessions", data={"code": person.code()})).status_code == 429
    refused = [each for each in office.actions() if each[1] == "staff.refused"]
    assert len(refused) == 5


async def test_own_sessions_are_seen_and_ended_with_a_fresh_code(office: Office) -> None:
    person = Person(office)
    async with office.client() as here, office.client() as second, office.client() as third:
        for client in (here, second, third):
            await person.enter(client)
        page = (await here.get("/console/account")).text
        marks = [part.partition('"')[0] for part in page.split('name="mark" value="')[1:]]
        assert len(marks) == 3
        assert marks[-1] == ""
        assert (
            await here.post("/console/account/sessions", data={"mark": marks[0], "code": "000000"})
        ).status_code == 422
        assert await signed_in(third)
        ended = await here.post("/console/account/sessions", data={"mark": marks[0], "code": person.code()})
        assert ended.status_code == 303
        assert [await signed_in(client) for client in (here, second, third)] == [True, True, False]
        gone = await here.post("/console/account/sessions", data={"mark": marks[0], "code": person.code()})
        assert gone.status_code == 422
        await here.post("/console/account/sessions", data={"mark": "", "code": person.code()})
        assert [await signed_in(client) for client in (here, second)] == [True, False]


async def test_nobody_sees_or_ends_the_sessions_of_another(office: Office) -> None:
    person = Person(office)
    async with office.client() as here, office.browser(Role.OPERATOR, "o.other") as other:
        await person.enter(here)
        mark = staff.visitor(office.storage, office.clock, other.cookies["loanline"]).session.hex()[:12]
        assert mark not in (await here.get("/console/account")).text
        answer = await here.post("/console/account/sessions", data={"mark": mark, "code": person.code()})
        assert answer.status_code == 422
        assert await signed_in(other)


async def test_a_session_that_went_idle_is_not_shown(office: Office) -> None:
    person = Person(office)
    async with office.client() as here, office.client() as second:
        await person.enter(second)
        office.clock.pass_by(minutes=16)
        await person.enter(here)
        assert (await here.get("/console/account")).text.count("<tr>") == 2, "the head and this one"
