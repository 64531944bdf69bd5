"""The role table, as the console's reference page draws it."""

from __future__ import annotations

import pytest

from core.errors import Forbidden
from core.usecases.roles import ALLOWED, Action, Role, may, require


def _who(action: Action) -> set[str]:
    return {role.value for role in Role if may(role, action)}


def test_every_role_is_in_the_table_and_nothing_is_allowed_to_all_but_the_plain() -> None:
    assert set(ALLOWED) == set(Role)
    assert {action for action in Action if _who(action) == {role.value for role in Role}} == {
        Action.SIGN_OUT,
        Action.ACCOUNT,
        Action.TODAY,
    }


def test_the_rights_that_touch_a_person() -> None:
    assert _who(Action.REVEAL) == {"agent", "underwriter", "supervisor"}
    assert _who(Action.WORDS) == {"underwriter", "fraud_analyst", "supervisor"}
    assert _who(Action.LISTEN) == {"fraud_analyst", "supervisor"}
    assert _who(Action.NUDGE) == {"fraud_analyst", "supervisor"}
    assert _who(Action.TAKE_OVER) == {"agent", "supervisor"}
    assert _who(Action.CLIPS) == {"underwriter", "fraud_analyst", "supervisor"}
    assert _who(Action.DECIDE) == {"underwriter", "supervisor"}
    assert _who(Action.BREAK_GLASS) == {"agent"}
    assert _who(Action.VERIFY) == {"auditor", "operator"}


def test_an_operator_sees_nobody() -> None:
    plain = {Action.SIGN_OUT, Action.ACCOUNT, Action.TODAY}
    assert ALLOWED[Role.OPERATOR] == plain | {Action.AUDIT, Action.VERIFY, Action.QUALITY}


def test_what_is_not_allowed_is_refused() -> None:
    require(Role.SUPERVISOR, Action.TAKE_OVER)
    with pytest.raises(Forbidden):
        require(Role.VIEWER, Action.TAKE_OVER)
