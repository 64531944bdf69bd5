from __future__ import annotations

import pytest

from core.errors import Unauthenticated
from ivr.twilio.tokens import StreamTokens
from tests.ivr.twilio.fakes_line import FakeClock, FakeIds

KEY = b"k" * 32


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def tokens(clock: FakeClock) -> StreamTokens:
    return StreamTokens(KEY, clock, FakeIds())


def test_good_once(tokens: StreamTokens) -> None:
    token = tokens.mint("CA1")
    tokens.redeem(token, "CA1")
    with pytest.raises(Unauthenticated, match="used before"):
        tokens.redeem(token, "CA1")


def test_only_for_its_call_and_a_wrong_try_does_not_use_it_up(tokens: StreamTokens) -> None:
    token = tokens.mint("CA1")
    with pytest.raises(Unauthenticated, match="does not belong"):
        tokens.redeem(token, "CA2")
    tokens.redeem(token, "CA1")


def test_for_a_minute(tokens: StreamTokens, clock: FakeClock) -> None:
    early, late = tokens.mint("CA1"), tokens.mint("CA1")
    clock.seconds += 59
    tokens.redeem(early, "CA1")
    clock.seconds += 1
    with pytest.raises(Unauthenticated, match="expired"):
        tokens.redeem(late, "CA1")


def test_a_used_token_stays_used_until_it_expires(tokens: StreamTokens, clock: FakeClock) -> None:
    token = tokens.mint("CA1")
    tokens.redeem(token, "CA1")
    for _ in range(3):
        clock.seconds += 19
        tokens.redeem(tokens.mint("CA2"), "CA2")
        with pytest.raises(Unauthenticated, match="used before"):
            tokens.redeem(token, "CA1")
    clock.seconds += 19
    with pytest.raises(Unauthenticated, match="expired"):
        tokens.redeem(token, "CA1")


def test_a_token_from_before_a_reboot_is_not_good_for_longer(clock: FakeClock) -> None:
    clock.seconds = 1_000_000.0
    token = StreamTokens(KEY, clock, FakeIds()).mint("CA1")
    clock.seconds = 10.0
    with pytest.raises(Unauthenticated, match="expired"):
        StreamTokens(KEY, clock, FakeIds()).redeem(token, "CA1")


def test_every_altered_character_is_refused(tokens: StreamTokens) -> None:
    token = tokens.mint("CA1")
    for place, letter in enumerate(token):
        altered = token[:place] + ("1" if letter != "1" else "2") + token[place + 1 :]
        with pytest.raises(Unauthenticated):
            tokens.redeem(altered, "CA1")
    tokens.redeem(token, "CA1")


@pytest.mark.parametrize("token", ["", ".", "..", "9.x", "²³.n.m", "9" * 5000, "1.n.\xe9", "-1.n.m", "99999.n.\ud800"])
def test_nonsense_is_refused(tokens: StreamTokens, token: str) -> None:
    with pytest.raises(Unauthenticated):
        tokens.redeem(token, "CA1")


def test_another_key_is_refused(tokens: StreamTokens, clock: FakeClock) -> None:
    token = StreamTokens(b"o" * 32, clock, FakeIds()).mint("CA1")
    with pytest.raises(Unauthenticated):
        tokens.redeem(token, "CA1")


def test_a_short_key_is_no_key(clock: FakeClock) -> None:
    with pytest.raises(ValueError, match="32 random bytes"):
        StreamTokens(b"short", clock, FakeIds())
