"""A decision with everything it was made from, so that anyone can make it again and compare, bit for bit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.codec import from_plain, to_json, to_plain
from core.decision.decide import decide, decide_by_person, hash_of_facts
from core.decision.model import Decision, Facts
from core.decision.policy import Policy, parse_policy
from core.errors import InvalidInput
from core.jurisdiction.pack import Pack
from core.jurisdiction.strictest import from_sources
from core.scoring.rating import Rater
from core.scoring.scorecard import parse_scorecard

__all__ = ["Replay", "Verdict", "bundle", "bundle_hash", "replay"]

_FORMAT = "loanline-receipt-1"
_KEYS = {
    "format",
    "facts",
    "decision",
    "pack_sources",
    "policy_source",
    "model_source",
    "shadow",
    "evidence",
    "by_person",
}


class Verdict(StrEnum):
    """Why a decision made again is, or is not, the one on the receipt. The first that applies is given."""

    DATA_CHANGED = "data changed"
    RULE_CHANGED = "rule changed"
    MODEL_CHANGED = "model changed"
    CODE_CHANGED = "code changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Replay:
    """``decision`` is the one made now; ``identical`` says that its outcome, reasons and offers are the old ones."""

    verdict: Verdict
    identical: bool
    decision: Decision


def bundle(
    facts: Facts,
    decision: Decision,
    pack: Pack,
    policy: Policy,
    rater: Rater | None = None,
    shadow: Mapping[str, Any] | None = None,
    evidence: Sequence[Mapping[str, Any]] = (),
    *,
    by_person: bool = False,
) -> dict[str, Any]:
    """Everything needed to make the decision again, JSON-ready. It holds figures of one person: store it encrypted.

    ``shadow`` is what the challenger would have said (``core.decision.shadow``); it takes no part in a replay.
    ``evidence`` are the outside's answers, whose hashes the facts name. ``by_person``: a reviewer said yes.

    Raises ``InvalidInput`` when the decision was not made from these facts.
    """
    if decision.inputs_hash != hash_of_facts(facts):
        raise InvalidInput("facts", "the decision was made from other facts; pass those")
    return {
        "format": _FORMAT,
        "facts": to_plain(facts),
        "decision": to_plain(decision),
        "pack_sources": list(pack.sources),
        "policy_source": policy.source,
        "model_source": rater.source if rater else None,
        "shadow": dict(shadow) if shadow else None,
        "evidence": [dict(one) for one in evidence],
        "by_person": by_person,
    }


def bundle_hash(receipt: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of a bundle, in hex: what a borrower may be given as proof."""
    text = json.dumps(receipt, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def replay(
    receipt: Mapping[str, Any], pack: Pack | None = None, policy: Policy | None = None, rater: Rater | None = None
) -> Replay:
    """Decide the bundle's facts again, under ``pack``, ``policy`` and ``rater`` or else under those in the bundle.

    Raises ``InvalidInput`` when the bundle is malformed and ``PackError`` when its rules cannot be read.
    """
    if set(receipt) != _KEYS or receipt["format"] != _FORMAT:
        raise InvalidInput("bundle", f"give a complete bundle of the format {_FORMAT}")
    facts = from_plain(Facts, receipt["facts"], "facts")
    stored = from_plain(Decision, receipt["decision"], "decision")
    pack = pack or from_sources(receipt["pack_sources"])
    policy = policy or parse_policy(receipt["policy_source"])
    rater = rater or _model_of(receipt)
    made = (decide_by_person if receipt["by_person"] else decide)(facts, pack, policy, rater)
    identical = (made.outcome, made.reasons, made.offers, made.score) == (
        stored.outcome,
        stored.reasons,
        stored.offers,
        stored.score,
    )
    return Replay(_verdict(facts, stored, made), identical, made)


def _model_of(receipt: Mapping[str, Any]) -> Rater | None:
    source = receipt["model_source"]
    return None if source is None else parse_scorecard(str(source))


def _verdict(facts: Facts, stored: Decision, made: Decision) -> Verdict:
    if stored.inputs_hash != hash_of_facts(facts):
        return Verdict.DATA_CHANGED
    old, new = stored.versions, made.versions
    if (old.policy, old.pack) != (new.policy, new.pack):
        return Verdict.RULE_CHANGED
    if old.model != new.model:
        return Verdict.MODEL_CHANGED
    if old.code != new.code:
        return Verdict.CODE_CHANGED
    return Verdict.SAME if to_json(stored) == to_json(made) else Verdict.DATA_CHANGED
