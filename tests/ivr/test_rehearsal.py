"""A rehearsed line: the codes callers say aloud are the same in every run of a call, and differ between calls."""

from __future__ import annotations

from ivr.rehearsal import _RehearsedIds


def test_codes_are_drawn_alike_in_every_run_and_nothing_else_is() -> None:
    one, again, other = _RehearsedIds(7), _RehearsedIds(7), _RehearsedIds(8)
    assert one.digits(6) == again.digits(6)
    assert one.digits(6) != other.digits(6)
    assert one.digits(5).isdigit()
    assert one.new("case") != again.new("case")
    assert one.token() != again.token()
