"""Who of the staff may do what. This table is the only authority; what it does not name is forbidden.

Source of the roles and their rights: the console's role table (``docs/console.md``).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from core.errors import Forbidden

__all__ = ["ALLOWED", "Action", "Role", "may", "require"]


class Role(StrEnum):
    VIEWER = "viewer"
    AGENT = "agent"
    UNDERWRITER = "underwriter"
    FRAUD_ANALYST = "fraud_analyst"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class Action(StrEnum):
    """Something a member of staff does. Those that show personal data ask for a purpose and leave an audit row."""

    SIGN_OUT = "sign_out"
    ACCOUNT = "account.own"
    TODAY = "today.see"
    LIVE = "live.see"
    WATCH = "call.watch"
    WORDS = "call.words"
    REVEAL = "field.reveal"
    LISTEN = "call.listen"
    NUDGE = "call.nudge"
    CORRECT = "call.correct"
    TAKE_OVER = "call.take_over"
    CASES = "case.see"
    CLIPS = "clip.play"
    DECIDE = "case.decide"
    RECORDS = "record.see"
    BREAK_GLASS = "record.break_glass"
    AUDIT = "audit.see"
    VERIFY = "audit.verify"
    QUALITY = "quality.see"
    LOANS = "loan.see"
    DISPUTES = "dispute.see"
    DISPUTE_WORK = "dispute.work"
    DISPUTE_DECIDE = "dispute.decide"
    FLAG = "call.flag"
    HOLD = "hold.place"
    RELEASE = "hold.release"
    CALL_BACKS = "call_back.work"


_EVERYONE = {Action.SIGN_OUT, Action.ACCOUNT, Action.TODAY}
_WATCHER = {*_EVERYONE, Action.LIVE, Action.WATCH}
_READER = {
    *_WATCHER,
    Action.WORDS,
    Action.CASES,
    Action.RECORDS,
    Action.CLIPS,
    Action.QUALITY,
    Action.LOANS,
    Action.DISPUTES,
    Action.DISPUTE_WORK,
    Action.FLAG,
}

ALLOWED: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.VIEWER: frozenset(_WATCHER),
        #: An agent hears and reads the calls that he or she takes over: own calls, no others. In an emergency, at night
        #: and alone, one record: ``core.usecases.break_glass``.
        Role.AGENT: frozenset(
            {*_WATCHER, Action.BREAK_GLASS, Action.REVEAL, Action.TAKE_OVER, Action.FLAG, Action.CALL_BACKS}
        ),
        Role.UNDERWRITER: frozenset({*_READER, Action.REVEAL, Action.DECIDE, Action.DISPUTE_DECIDE, Action.RELEASE}),
        Role.FRAUD_ANALYST: frozenset({*_READER, Action.LISTEN, Action.NUDGE, Action.HOLD, Action.RELEASE}),
        Role.SUPERVISOR: frozenset(
            {
                *_READER,
                Action.REVEAL,
                Action.LISTEN,
                Action.NUDGE,
                Action.CORRECT,
                Action.TAKE_OVER,
                Action.DECIDE,
                Action.DISPUTE_DECIDE,
                Action.HOLD,
                Action.RELEASE,
                Action.CALL_BACKS,
                Action.AUDIT,
            }
        ),
        Role.AUDITOR: frozenset(
            {
                *_WATCHER,
                Action.CASES,
                Action.RECORDS,
                Action.LOANS,
                Action.DISPUTES,
                Action.AUDIT,
                Action.VERIFY,
                Action.QUALITY,
            }
        ),
        #: Runs the machine and its keys; sees nobody's data.
        Role.OPERATOR: frozenset({*_EVERYONE, Action.AUDIT, Action.VERIFY, Action.QUALITY}),
    }
)


def may(role: Role, action: Action) -> bool:
    return action in ALLOWED.get(role, frozenset())


def require(role: Role, action: Action) -> None:
    """Raises ``Forbidden`` unless the table allows it."""
    if not may(role, action):
        raise Forbidden("Your role does not allow this; ask a supervisor.")
