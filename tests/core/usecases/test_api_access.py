"""Partners' keys: shown once, stored as a hash, bound to scopes, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from core.storage.store import SqlStorage
from core.usecases.api_access import Scope, authenticate, make_key, revoke_key
from ivr.system import SystemIds
from tests.core.storage.people import HandClock, opened

pytestmark = pytest.mark.usefixtures("either_database")


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[SqlStorage]:
    made = opened(tmp_path)
    yield made
    made.close()


def key(storage: SqlStorage, partner: str = "shop", *scopes: Scope) -> tuple[str, str]:
    return make_key(storage, HandClock(), SystemIds(), partner, frozenset(scopes or {Scope.READ}), "os.tester")


def test_a_key_opens_its_scopes_only(storage: SqlStorage) -> None:
    _, token = key(storage)
    partner = authenticate(storage, token)
    partner.require(Scope.READ)
    with pytest.raises(Forbidden, match=r"applications\.submit"):
        partner.require(Scope.SUBMIT)


def test_the_secret_is_in_no_file(storage: SqlStorage, tmp_path: Path) -> None:
    _, token = key(storage)
    secret = token.partition(".")[2].encode()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 2
    assert all(secret not in path.read_bytes() for path in files)


@pytest.mark.parametrize("change", [lambda t: t[:-1] + ("A" if t[-1] != "A" else "B"), lambda t: t[4:], lambda _: ""])
def test_a_wrong_token_opens_nothing(storage: SqlStorage, change: object) -> None:
    _, token = key(storage)
    with pytest.raises(Unauthenticated):
        authenticate(storage, change(token))  # type: ignore[operator]  # one of the functions above


def test_a_key_taken_back_opens_nothing_and_another_one_still_does(storage: SqlStorage) -> None:
    (first, token), (_, other) = key(storage), key(storage)
    revoke_key(storage, HandClock(), first, "os.tester")
    with pytest.raises(Unauthenticated):
        authenticate(storage, token)
    assert authenticate(storage, other).name == "shop"
    with pytest.raises(NotFound):
        revoke_key(storage, HandClock(), first, "os.tester")
    with storage.begin() as work:
        assert [one.revoked_at is not None for one in work.api_keys.everyone()].count(True) == 1
    assert storage.verify_audit().rows == 3


def test_cases_belong_to_their_partner(storage: SqlStorage) -> None:
    mine, theirs = (authenticate(storage, key(storage, name)[1]) for name in ("shop", "shop-two"))
    case = mine.case_id("delivery-1")
    assert case == mine.case_id("delivery-1") != mine.case_id("delivery-2")
    assert mine.owns(case)
    assert not theirs.owns(case)
    assert len(case) <= 80


@pytest.mark.parametrize("partner", ["", "S", "Shop", "a b", "x" * 30, "shop.two"])
def test_a_partner_has_a_short_plain_name(storage: SqlStorage, partner: str) -> None:
    with pytest.raises(InvalidInput):
        key(storage, partner)
