"""Accounts and sessions: who gets in, for how long, and what is written down about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from core.security.totp import code_at
from core.storage.opening import open_storage
from core.storage.store import SqlStorage
from core.usecases import staff
from core.usecases.roles import Role
from tests.core.storage.people import OPEN

PASSWORD = "a long enough password"


class MovingClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def pass_by(self, **span: float) -> None:
        self.time += timedelta(**span)


class CountedIds:
    def __init__(self) -> None:
        self.made = 0

    def new(self, prefix: str) -> str:
        return f"{prefix}_{self.token()}"

    def digits(self, count: int) -> str:
        return "0" * count

    def token(self) -> str:
        self.made += 1
        return f"token-{self.made}"


class Office:
    """A store with one supervisor in it."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.ids, self.folder = MovingClock(), CountedIds(), folder
        self.storage: SqlStorage = open_storage(folder, folder / "keyring.json", None, self.clock)
        OPEN.append(self.storage)
        self.secret = staff.add(self.storage, self.clock, "m.reyes", Role.SUPERVISOR, PASSWORD, "os.root")

    def code(self) -> str:
        return code_at(self.secret, int(self.clock.now().timestamp()) // 30)

    def sign_in(self, who: str = "m.reyes", password: str = PASSWORD, code: str | None = None) -> str:
        return staff.sign_in(self.storage, self.clock, self.ids, who, password, self.code() if code is None else code)

    def visitor(self, token: str, *, active: bool = True) -> staff.Visitor:
        return staff.visitor(self.storage, self.clock, token, active=active)

    def actions(self) -> list[str]:
        rows = self.storage.verify_audit().rows
        return [self.storage.prove(str(number))["row"]["action"] for number in range(1, rows + 1)]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_who_signs_in_is_known_by_the_token(office: Office) -> None:
    who = office.visitor(office.sign_in())
    assert (who.staff_id, who.role) == ("m.reyes", Role.SUPERVISOR)
    assert office.actions() == ["staff.added", "staff.signed_in"]


@pytest.mark.parametrize(
    "try_it",
    [
        lambda office: office.sign_in(who="nobody"),
        lambda office: office.sign_in(who="Not an id!"),
        lambda office: office.sign_in(password="a long enough passworD"),
        lambda office: office.sign_in(password="x" * 5000),
        lambda office: office.sign_in(code="000000" if office.code() != "000000" else "000001"),
        lambda office: office.sign_in(code=""),
    ],
)
def test_every_refusal_says_the_same(office: Office, try_it: Callable[[Office], str]) -> None:
    with pytest.raises(Unauthenticated, match=r"^Name, password or code is wrong; try again\.$"):
        try_it(office)


@pytest.mark.parametrize("who", ["m.reyes", "nobody.here", "Not an id!", "closed.one"])
def test_every_refusal_is_written_down_whoever_it_was(office: Office, who: str) -> None:
    """As much work for a name that nobody has: else the time tells who works here."""
    staff.add(office.storage, office.clock, "closed.one", Role.VIEWER, PASSWORD, "os.root")
    staff.close(office.storage, office.clock, "closed.one", "os.root")
    before = office.actions()
    with pytest.raises(Unauthenticated):
        office.sign_in(who=who, password="a long enough passworD")
    assert office.actions() == [*before, "staff.refused"]
    row = office.storage.prove(str(len(before) + 1))["row"]
    assert row["subject"] == (who if who in {"m.reyes", "closed.one"} else "nobody")


def test_a_code_is_good_once_and_a_refusal_is_a_row(office: Office) -> None:
    office.sign_in()
    with pytest.raises(Unauthenticated):
        office.sign_in()
    office.clock.pass_by(seconds=30)
    office.sign_in()
    assert office.actions() == ["staff.added", "staff.signed_in", "staff.refused", "staff.signed_in"]


def test_after_a_hundred_wrong_tries_in_a_row_the_account_waits(office: Office) -> None:
    with office.storage.begin() as work:
        for _ in range(staff.MOST_FAILURES):
            work.staff.refused("m.reyes")
        work.commit()
    with pytest.raises(Unauthenticated):
        office.sign_in()
    office.secret = staff.renew(office.storage, office.clock, "m.reyes", PASSWORD, "os.root")
    office.sign_in()


def test_a_session_goes_idle_after_fifteen_minutes(office: Office) -> None:
    token = office.sign_in()
    for _ in range(3):
        office.clock.pass_by(minutes=14)
        office.visitor(token)
    office.clock.pass_by(minutes=14)
    office.visitor(token, active=False)  # a page that updates itself keeps nobody signed in
    office.clock.pass_by(minutes=1)
    with pytest.raises(Unauthenticated):
        office.visitor(token)


def test_a_session_ends_after_eight_hours_whatever_happens(office: Office) -> None:
    token = office.sign_in()
    for _ in range(47):
        office.clock.pass_by(minutes=10)
        office.visitor(token)
    office.clock.pass_by(minutes=10)
    with pytest.raises(Unauthenticated):
        office.visitor(token)


def test_signing_in_again_gives_another_session_and_signing_out_ends_one(office: Office) -> None:
    first = office.sign_in()
    office.clock.pass_by(seconds=30)
    second = office.sign_in()
    assert first != second
    staff.sign_out(office.storage, office.clock, office.visitor(first))
    with pytest.raises(Unauthenticated):
        office.visitor(first)
    office.visitor(second)


@pytest.mark.parametrize("end", [staff.close, lambda *args: staff.renew(*args[:3], PASSWORD, args[3])])
def test_sessions_end_with_the_account(office: Office, end: Callable[..., object]) -> None:
    token = office.sign_in()
    end(office.storage, office.clock, "m.reyes", "os.root")
    with pytest.raises(Unauthenticated):
        office.visitor(token)
    office.clock.pass_by(seconds=30)
    with pytest.raises(Unauthenticated):
        office.sign_in()


def test_an_operator_ends_every_session_and_the_account_stays(office: Office) -> None:
    token = office.sign_in()
    staff.sign_out_everywhere(office.storage, office.clock, "m.reyes", "os.root")
    with pytest.raises(Unauthenticated):
        office.visitor(token)
    office.clock.pass_by(seconds=31)
    office.visitor(office.sign_in())
    with pytest.raises(NotFound):
        staff.sign_out_everywhere(office.storage, office.clock, "j.doe", "os.root")


def test_accounts_that_do_not_fit(office: Office) -> None:
    with pytest.raises(Conflict):
        staff.add(office.storage, office.clock, "m.reyes", Role.VIEWER, PASSWORD, "os.root")
    with pytest.raises(InvalidInput):
        staff.add(office.storage, office.clock, "Maria Reyes", Role.VIEWER, PASSWORD, "os.root")
    with pytest.raises(InvalidInput):
        staff.add(office.storage, office.clock, "j.doe", Role.VIEWER, "short", "os.root")
    with pytest.raises(NotFound):
        staff.close(office.storage, office.clock, "j.doe", "os.root")
    with pytest.raises(NotFound):
        staff.renew(office.storage, office.clock, "j.doe", PASSWORD, "os.root")
    with office.storage.begin() as work:
        assert [row[0] for row in work.staff.everyone()] == ["m.reyes"]


def test_neither_password_nor_secret_nor_token_lies_open_in_the_files(office: Office) -> None:
    token = office.sign_in()
    with office.storage.begin() as work:
        account = work.staff.get("m.reyes")
        assert account is not None
        assert repr(account) == "StaffAccount(m.reyes, supervisor)"
    office.storage.close()
    stored = b"".join(path.read_bytes() for path in office.folder.iterdir() if path.is_file())
    for secret in (PASSWORD.encode(), office.secret, office.secret.hex().encode(), b"$argon2id$", token.encode()):
        assert secret not in stored
