"""Which proof settles which reason: the table is whole, and nobody settles anything by reading a code off their own
telephone."""

from __future__ import annotations

import tomllib
from itertools import combinations

import pytest

from antifraud.fusion import points_table
from antifraud.signals.repetition import limits
from antifraud.step_ups import Proof, open_reasons, step_ups
from core.risk import ConsentClass, EvidenceLevel, RiskLevel, RiskReport, Signal
from tests.house.tree import ROOT

#: All that somebody can show who is not the person: their own telephone, and that they are alive.
IMPOSTOR = frozenset({Proof.OWN_CODE, Proof.DIGITS})
IN_CALL = IMPOSTOR | {Proof.KNOWN_CODE}
#: What a code from the caller's own telephone, or live speech, does answer.
HARMLESS = {"CALLER_ID_UNVERIFIED", "TONES_IN_SPEECH", "ANSWER_REPEATED"}


def signal(code: str, evidence: EvidenceLevel = EvidenceLevel.STRONG) -> Signal:
    return Signal(
        code.lower(), True, "seen", 1.0, "seen", evidence=evidence, consent=ConsentClass.NONE, reason_code=code
    )


def report(*codes: str, level: RiskLevel = RiskLevel.STEP_UP, weak: tuple[str, ...] = ()) -> RiskReport:
    signals = [*map(signal, codes), *(signal(code, EvidenceLevel.WEAK) for code in weak)]
    return RiskReport(level, complete=True, signals=tuple(signals), reasons=(*codes, *weak))


def test_every_reason_that_can_count_has_its_row_and_no_other() -> None:
    assert set(step_ups().met_by) == set(points_table().points)
    assert {limit.reason_code for limit in limits()} <= set(step_ups().met_by)


def test_a_person_settles_everything_and_nothing_settles_by_itself() -> None:
    for reason in step_ups().met_by:
        assert step_ups().met(reason, frozenset({Proof.PERSON})), reason
        assert not step_ups().met(reason, frozenset()), reason


ENOUGH_ALONE = {code for code, points in points_table().points.items() if points >= points_table().levels["step_up"]}


@pytest.mark.parametrize("reason", sorted(ENOUGH_ALONE - HARMLESS))
def test_an_impostor_with_a_telephone_of_their_own_settles_nothing(reason: str) -> None:
    for size in range(len(IMPOSTOR) + 1):
        for shown in combinations(IMPOSTOR, size):
            assert open_reasons(report(reason), shown) == (reason,)


@pytest.mark.parametrize("reason", ["IDENTITY_VELOCITY", "VOICE_MISMATCH_ENROLLED", "NUMBER_VELOCITY"])
def test_a_borrower_of_long_standing_settles_it_with_code_and_digits(reason: str) -> None:
    assert open_reasons(report(reason), IN_CALL) == ()
    assert open_reasons(report(reason), {Proof.OWN_CODE, Proof.KNOWN_CODE}) == (reason,)


@pytest.mark.parametrize("reason", ["NUMBER_MOVED", "NUMBER_FORWARDED", "RECORD_LOOKED_AT", "PAPERS_SHARED"])
def test_some_reasons_no_code_settles(reason: str) -> None:
    assert open_reasons(report(reason), IN_CALL) == (reason,)


def test_one_settled_reason_does_not_carry_another() -> None:
    both = report("IDENTITY_VELOCITY", "NUMBER_MOVED")
    assert open_reasons(both, IN_CALL) == ("NUMBER_MOVED",)


def test_small_reasons_add_up_until_they_are_settled() -> None:
    both = report("ADDRESS_VELOCITY", "EMPLOYER_VELOCITY")
    assert open_reasons(both, IMPOSTOR) == both.reasons
    assert open_reasons(both, IN_CALL) == ()


def test_what_is_left_must_still_ask_for_a_step() -> None:
    weak = report("IDENTITY_VELOCITY", weak=("SYNTHETIC_INDICATORS",))
    assert open_reasons(weak, IN_CALL) == ()  # five points of weak evidence ask for nothing by themselves
    assert open_reasons(weak, IMPOSTOR) == ("IDENTITY_VELOCITY", "SYNTHETIC_INDICATORS")


def test_what_nobody_knows_stays_open() -> None:
    strange = RiskReport(RiskLevel.STEP_UP, complete=True, reasons=("NEW_REASON",))
    assert open_reasons(strange, IN_CALL) == ("NEW_REASON",)
    bare = RiskReport(RiskLevel.STEP_UP, complete=True, reasons=("NETWORK_RING",))
    assert open_reasons(bare, IN_CALL) == ("NETWORK_RING",)


@pytest.mark.parametrize("level", [RiskLevel.NONE, RiskLevel.OBSERVE])
def test_below_a_step_up_nothing_is_open(level: RiskLevel) -> None:
    assert open_reasons(report("CALLER_ID_UNVERIFIED", level=level), ()) == ()


def test_the_page_says_what_the_table_says() -> None:
    """Each reason that a call itself can settle is named in the docs with its proofs."""
    page = (ROOT / "docs" / "fraud-signals.md").read_text(encoding="utf-8")
    table = tomllib.loads((ROOT / "antifraud" / "data" / "step_ups.toml").read_text(encoding="utf-8"))
    in_call = {row["reason"] for row in table["step_up"] if any(set(one) <= set(IN_CALL) for one in row["met_by"])}
    section = page.partition("## What settles a step up")[2].partition("\n## ")[0]
    assert section
    assert all(f"`{reason}`" in section for reason in in_call)
    assert f"{table['known_days']} days" in section
