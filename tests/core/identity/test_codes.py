"""One-time codes from issue to check, with the provider failing or not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.applicant import PhoneNumber
from core.errors import ProviderTimeout
from core.identity.codes import CODES_A_NUMBER, Codes, message
from core.storage.store import SqlStorage
from tests.core.storage.people import PHONE, HandClock, opened


class Phone:
    """Takes the messages a provider would deliver."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.dead = False

    async def send(self, to: PhoneNumber, text: str) -> str:
        if self.dead:
            raise ProviderTimeout("The message service did not answer; try again.")
        assert to == PHONE
        self.texts.append(text)
        return f"SM{len(self.texts)}"

    @property
    def code(self) -> str:
        found = re.match(r"[0-9]{6}", self.texts[-1])
        assert found
        return found[0]


class CountedIds:
    """Ids and digits that can be foretold."""

    def __init__(self) -> None:
        self.count = 0

    def new(self, prefix: str) -> str:
        return f"{prefix}_{self.count}"

    def digits(self, count: int) -> str:
        self.count += 1
        return f"{self.count * 7919:0{count}d}"[-count:]

    def token(self) -> str:
        return "token"


@pytest.fixture
def phone() -> Phone:
    return Phone()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def storage(tmp_path: Path, clock: HandClock) -> SqlStorage:
    return opened(tmp_path, clock)


@pytest.fixture
def codes(storage: SqlStorage, clock: HandClock, phone: Phone) -> Codes:
    return Codes(storage, clock, CountedIds(), phone)


async def test_a_code_comes_back_right(codes: Codes, phone: Phone) -> None:
    assert await codes.issue("case_1", "apply", "2517.00", PHONE, "apply")
    assert await codes.check("case_1", "apply", "2517.00", phone.code) == "ok"
    assert await codes.check("case_1", "apply", "2517.00", phone.code) == "exhausted"


async def test_tries_count_even_across_a_restart(codes: Codes, phone: Phone, tmp_path: Path, clock: HandClock) -> None:
    await codes.issue("case_1", "apply", "b", PHONE, "apply")
    for _ in range(4):
        assert await codes.check("case_1", "apply", "b", "000000") == "wrong"
    again = Codes(opened(tmp_path, clock), clock, CountedIds(), phone)
    assert await again.check("case_1", "apply", "b", "000000") == "exhausted"
    assert await again.check("case_1", "apply", "b", phone.code) == "exhausted"


async def test_a_code_grows_old(codes: Codes, phone: Phone, clock: HandClock) -> None:
    await codes.issue("case_1", "apply", "b", PHONE, "apply")
    clock.forward(minutes=5)
    assert await codes.check("case_1", "apply", "b", phone.code) == "expired"


async def test_a_provider_that_fails_is_no_code(codes: Codes, phone: Phone) -> None:
    phone.dead = True
    assert not await codes.issue("case_1", "apply", "b", PHONE, "apply")
    assert phone.texts == []


async def test_after_five_codes_a_person_must_help(codes: Codes, phone: Phone) -> None:
    assert [await codes.issue("case_1", "apply", "b", PHONE, "apply") for _ in range(6)] == [True] * 5 + [False]
    assert len(phone.texts) == 5
    assert len(set(phone.texts)) == 5


async def test_a_number_gets_ten_codes_a_day_whoever_asks(codes: Codes, phone: Phone, clock: HandClock) -> None:
    """Each call of a stranger with a forged number is a case of its own."""
    sent = [await codes.issue(f"case_{call}", "apply", "b", PHONE, "apply") for call in range(CODES_A_NUMBER + 2)]
    assert sent == [True] * CODES_A_NUMBER + [False] * 2
    assert len(phone.texts) == CODES_A_NUMBER
    assert await codes.check(f"case_{CODES_A_NUMBER}", "apply", "b", "000000") == "expired", "no code was made"
    clock.forward(days=1)
    assert await codes.issue("case_99", "apply", "b", PHONE, "apply")


async def test_a_refused_code_is_audited_without_the_number(codes: Codes, storage: SqlStorage) -> None:
    """Whoever uses up somebody's codes to keep them out is seen."""
    for call in range(CODES_A_NUMBER + 1):
        await codes.issue(f"case_{call}", "apply", "b", PHONE, "apply")
    row = storage.prove(str(CODES_A_NUMBER + 1))["row"]
    assert (row["action"], row["subject"]) == ("code.refused", f"case_{CODES_A_NUMBER}")
    assert PHONE.value not in str(row)


async def test_a_rehearsal_rings_from_one_number_all_day(storage: SqlStorage, clock: HandClock, phone: Phone) -> None:
    codes = Codes(storage, clock, CountedIds(), phone, None)
    for call in range(CODES_A_NUMBER + 2):
        assert await codes.issue(f"case_{call}", "apply", "b", PHONE, "apply")


async def test_every_code_and_try_is_audited_without_the_code(codes: Codes, phone: Phone, storage: SqlStorage) -> None:
    await codes.issue("case_1", "apply", "b", PHONE, "apply")
    await codes.check("case_1", "apply", "b", "000000")
    rows = [storage.prove(str(seq))["row"] for seq in (1, 2)]
    assert [row["action"] for row in rows] == ["code.sent", "code.checked"]
    assert rows[1]["detail"]["result"] == "wrong"
    assert phone.code not in str(rows)


@pytest.mark.parametrize("about", ["apply", "resume", "something else"])
def test_the_text_names_nobody_and_fits_one_or_two_messages(about: str) -> None:
    text = message("042137", about)
    assert text.startswith("042137 ")
    assert text.isascii()
    assert len(text) <= 306
    assert "http" not in text
    assert re.findall(r"[0-9]+", text) == ["042137", "5"]
    assert "something else" not in text
