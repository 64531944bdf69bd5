"""Who can write into the database, and holds no key, lets nobody in: no session, no role, no partner's key."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from core.errors import Tampered, Unauthenticated
from core.storage.store import SqlStorage
from core.storage.tables import api_keys, staff, staff_sessions
from core.usecases import staff as people
from core.usecases.api_access import Scope, authenticate, make_key
from core.usecases.roles import Role
from ivr.system import SystemIds
from tests.core.storage.people import START, HandClock, opened

pytestmark = pytest.mark.usefixtures("either_database")
TOKEN = "a token that the intruder made up"


@pytest.fixture
def storage(tmp_path: Path) -> SqlStorage:
    """A viewer and a supervisor, both signed in."""
    storage = opened(tmp_path)
    for name, role in (("v.one", Role.VIEWER), ("m.reyes", Role.SUPERVISOR)):
        people.add(storage, HandClock(), name, role, "several words that fit no list", "os.root")
        with storage.begin() as work:
            work.staff.begin_session(people.digest(f"{TOKEN} {name}"), name, START)
            work.commit()
    return storage


def written(storage: SqlStorage, statement: Any) -> None:
    with storage.engine.begin() as connection:
        connection.execute(statement)


def visitor(storage: SqlStorage, token: str) -> people.Visitor:
    return people.visitor(storage, HandClock(), token)


def test_a_row_that_was_written_in_is_no_session(storage: SqlStorage) -> None:
    digest = hashlib.sha256(TOKEN.encode()).digest()
    row = {"digest": digest, "staff_id": "m.reyes", "began_at": START, "seen_at": START}
    written(storage, insert(staff_sessions).values(**row))
    with pytest.raises(Unauthenticated):
        visitor(storage, TOKEN)


def test_a_session_is_of_its_account_and_of_no_other(storage: SqlStorage) -> None:
    own = visitor(storage, f"{TOKEN} v.one")
    assert (own.staff_id, own.role) == ("v.one", Role.VIEWER)
    which = staff_sessions.c.digest == own.session
    written(storage, update(staff_sessions).where(which).values(staff_id="m.reyes"))
    with pytest.raises(Unauthenticated):
        visitor(storage, f"{TOKEN} v.one")
    assert visitor(storage, f"{TOKEN} m.reyes").role is Role.SUPERVISOR


def test_a_role_that_was_altered_ends_the_session_and_lets_nobody_sign_in(storage: SqlStorage) -> None:
    written(storage, update(staff).where(staff.c.staff_id == "v.one").values(role="supervisor"))
    with pytest.raises(Unauthenticated):
        visitor(storage, f"{TOKEN} v.one")
    with pytest.raises(Tampered, match="role"):
        people.sign_in(storage, HandClock(), SystemIds(), "v.one", "several words that fit no list", "000000")


def test_an_account_whose_role_was_altered_can_be_closed(storage: SqlStorage) -> None:
    written(storage, update(staff).where(staff.c.staff_id == "v.one").values(role="supervisor"))
    people.sign_out_everywhere(storage, HandClock(), "v.one", "os.root")
    people.close(storage, HandClock(), "v.one", "os.root")
    with storage.begin() as work:
        assert [closed for known, _, _, closed in work.staff.everyone() if known == "v.one"] == [True]


@pytest.mark.parametrize("change", [{"scopes": "applications.attest applications.read"}, {"partner": "other"}])
def test_a_partners_key_is_good_for_what_it_was_made_for(storage: SqlStorage, change: dict[str, str]) -> None:
    _, token = make_key(storage, HandClock(), SystemIds(), "shop", frozenset({Scope.READ}), "os.root")
    assert authenticate(storage, token).may(Scope.READ)
    written(storage, update(api_keys).values(**change))
    with pytest.raises(Unauthenticated):
        authenticate(storage, token)


def test_a_partners_key_that_was_written_in_opens_nothing(storage: SqlStorage) -> None:
    _, token = make_key(storage, HandClock(), SystemIds(), "shop", frozenset({Scope.READ}), "os.root")
    secret = "x" * 32
    with storage.engine.connect() as connection:
        row = dict(connection.execute(select(api_keys)).one()._mapping)
    row |= {"key_id": "key_forged_1", "digest": hashlib.sha256(secret.encode()).digest()}
    written(storage, insert(api_keys).values(**row))
    with pytest.raises(Unauthenticated):
        authenticate(storage, f"key_forged_1.{secret}")
    assert authenticate(storage, token).name == "shop"
