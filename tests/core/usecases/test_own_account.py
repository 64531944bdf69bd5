"""The own account: each change asks again who it is, in one transaction, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InvalidInput, NotFound, Unauthenticated
from core.security.totp import code_at
from core.storage.store import SqlStorage
from core.usecases import staff
from core.usecases.own_account import change_password, end_sessions, own_sessions
from core.usecases.roles import Role
from core.usecases.staff import Visitor
from tests.core.storage.people import opened
from tests.core.usecases.test_staff import CountedIds, MovingClock

pytestmark = pytest.mark.usefixtures("either_database")

OLD, NEW = "a long enough password", "seven brown kettles sing"


class Person:
    def __init__(self, storage: SqlStorage, clock: MovingClock) -> None:
        self.storage, self.clock, self.ids = storage, clock, CountedIds()
        self.secret = staff.add(storage, clock, "m.reyes", Role.VIEWER, OLD, "os.root")

    def code(self) -> str:
        self.clock.pass_by(seconds=30)
        return code_at(self.secret, int(self.clock.now().timestamp()) // 30)

    def enter(self, password: str = OLD) -> Visitor:
        token = staff.sign_in(self.storage, self.clock, self.ids, "m.reyes", password, self.code())
        return staff.visitor(self.storage, self.clock, token)

    def change(self, who: Visitor, password: str = OLD, new: str = NEW, code: str = "") -> str:
        return change_password(self.storage, self.clock, self.ids, who, password, code or self.code(), new)


@pytest.fixture
def person(tmp_path: Path) -> Person:
    clock = MovingClock()
    return Person(opened(tmp_path, clock), clock)  # type: ignore[arg-type]  # any clock will do


def test_the_code_of_a_change_is_used_up_with_it(person: Person) -> None:
    who = person.enter()
    code = person.code()
    token = person.change(who, code=code)
    again = staff.visitor(person.storage, person.clock, token)
    assert [each.here for each in own_sessions(person.storage, person.clock, again)] == [True]
    with pytest.raises(Unauthenticated):
        person.change(again, NEW, OLD, code=code)
    with pytest.raises(Unauthenticated):
        staff.sign_in(person.storage, person.clock, person.ids, "m.reyes", NEW, code)
    assert person.enter(NEW).staff_id == "m.reyes"


def test_a_closed_account_changes_nothing(person: Person) -> None:
    who = person.enter()
    staff.close(person.storage, person.clock, "m.reyes", "os.root")
    with pytest.raises(Unauthenticated):
        person.change(who)
    assert own_sessions(person.storage, person.clock, who) == []


def test_a_refused_change_is_counted_and_the_old_password_stays(person: Person) -> None:
    who = person.enter()
    with pytest.raises(Unauthenticated):
        person.change(who, "not the password at all")
    with pytest.raises(InvalidInput):
        person.change(who, new=OLD)
    with person.storage.begin() as work:
        account = work.staff.get("m.reyes")
    assert account is not None
    assert account.failures == 1
    assert person.enter().staff_id == "m.reyes"


def test_one_session_or_all_others_end(person: Person) -> None:
    here, second, third = person.enter(), person.enter(), person.enter()
    shown = own_sessions(person.storage, person.clock, here)
    assert [each.here for each in shown] == [False, False, True]
    end_sessions(person.storage, person.clock, here, person.code(), third.session.hex()[:12])
    assert len(own_sessions(person.storage, person.clock, here)) == 2
    with pytest.raises(NotFound):
        end_sessions(person.storage, person.clock, here, person.code(), third.session.hex()[:12])
    with pytest.raises(Unauthenticated):
        end_sessions(person.storage, person.clock, here, "000000", second.session.hex()[:12])
    end_sessions(person.storage, person.clock, here, person.code())
    assert [each.here for each in own_sessions(person.storage, person.clock, here)] == [True]
    assert person.storage.verify_audit().whole
