"""The challenger is kept beside the decision and changes nothing, not even when it breaks."""

from __future__ import annotations

from core.codec import to_plain
from core.decision.decide import decide
from core.decision.receipt import bundle_hash, replay
from core.decision.shadow import judge, shadow_of
from core.errors import PackError
from core.scoring.library import packaged_challenger, packaged_scorecard
from core.scoring.rating import Rating
from tests.core.decision.builders import POLICY, US, facts, usd
from tests.core.decision.reports import checks

CARD, FOREST = packaged_scorecard(), packaged_challenger()


class Broken:
    version, source, currency = "broken", "{}", "USD"

    def rate(self, row: object) -> Rating:
        raise PackError("It cannot be read.")


def test_both_opinions_are_kept() -> None:
    judged = judge(facts(checks=checks()), US, POLICY, CARD, FOREST)
    shadow = judged.receipt["shadow"]
    assert shadow["champion_score"] == judged.decision.score
    assert shadow["model"] == FOREST.version
    assert 0 < float(shadow["pd"]) < 0.05
    assert shadow["outcome"] == "approve"


def test_the_challenger_decides_nothing() -> None:
    asked = facts(checks=checks(late_60=1))
    alone = judge(asked, US, POLICY, CARD)
    for other in (FOREST, Broken()):
        assert judge(asked, US, POLICY, CARD, other).decision == alone.decision
    assert judge(asked, US, POLICY, CARD, Broken()).receipt["shadow"] == {"model": "broken", "failed": "pack_error"}


def test_who_is_not_scored_has_no_shadow() -> None:
    decision = decide(facts(), US, POLICY, CARD)
    assert shadow_of(facts(), decision, US, POLICY, CARD, FOREST) is None
    assert shadow_of(facts(checks=checks()), decision, US, POLICY, None, FOREST) is None


def test_a_band_shared_is_a_decision_shared() -> None:
    """The short cut says what deciding anew under the challenger would say."""
    for late in range(5):
        for balance in ("0.00", "5000.00", "9900.00"):
            asked = facts(checks=checks(late_30=late, revolving_balance=usd(balance)), amount=usd("9000.00"))
            shadow = judge(asked, US, POLICY, CARD, FOREST).receipt["shadow"]
            under = decide(asked, US, POLICY, FOREST)
            largest = max((terms.principal for terms in under.offers), default=None)
            assert shadow["outcome"] == under.outcome.value
            assert shadow["largest"] == to_plain(largest)


def test_a_scored_decision_is_made_again_bit_for_bit_from_its_bundle() -> None:
    judged = judge(facts(checks=checks(late_30=2)), US, POLICY, CARD, FOREST, ({"provider": "bureau", "sha256": "ab"},))
    again = replay(judged.receipt)
    assert (again.verdict.value, again.identical, again.decision) == ("same", True, judged.decision)
    assert judged.receipt["evidence"] == [{"provider": "bureau", "sha256": "ab"}]
    assert bundle_hash(judged.receipt) == bundle_hash(
        judge(
            facts(checks=checks(late_30=2)), US, POLICY, CARD, FOREST, ({"provider": "bureau", "sha256": "ab"},)
        ).receipt
    )


def test_another_model_is_named_as_the_change() -> None:
    judged = judge(facts(checks=checks()), US, POLICY, CARD)
    assert replay(judged.receipt, rater=FOREST).verdict.value == "model changed"
