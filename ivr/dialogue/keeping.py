"""One answer with its evidence, and the entries that keep it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

from core.application import Consent
from core.codec import to_plain
from core.evidence import Answer, Evidence, ReadBack, Source
from ivr.dialogue.effects import Journal
from ivr.dialogue.slots import to_json
from ivr.dialogue.state import CallState, House, with_read_back
from speech.answers.model import Parsed

__all__ = ["Heard", "agree", "confirm", "joined", "keep", "text_hash"]


class Heard:
    """One parsed answer with its evidence. ``unknown`` counts words that were not understood."""

    __slots__ = ("evidence", "parsed", "text", "unknown")

    def __init__(self, parsed: Parsed, evidence: Evidence, text: str = "", unknown: int = 0) -> None:
        self.parsed, self.evidence, self.text, self.unknown = parsed, evidence, text, unknown

    @property
    def sure(self) -> float:
        """The calibrated chance that this is what was said; 1 for keys."""
        return 1.0 if self.keyed else 1.0 - (1.0 if self.evidence.p_error is None else self.evidence.p_error)

    @property
    def keyed(self) -> bool:
        return self.evidence.source is Source.KEYS


def keep(state: CallState, slot: str, value: Any, evidence: Evidence) -> Journal:
    """Put a value into the state and make the entry that stores it. Earlier evidence of the slot is kept."""
    before = state.slots.get(slot)
    changed = before is not None and before.value != value
    state.slots[slot] = (before or Answer(value)).corrected(value, evidence)
    if changed and slot in {"amount", "phone"}:
        state.owner_verified = False
    return Journal("slot", {"name": slot, "value": to_json(value), "evidence": to_plain(evidence)})


def joined(hearings: Sequence[Evidence]) -> Evidence:
    """One hearing of what was said in parts: from the first word to the last, right only where every part is."""
    first, last = hearings[0], hearings[-1]
    sure = [hearing.confidence for hearing in hearings if hearing.confidence is not None]
    right = prod(1.0 - (hearing.p_error or 0.0) for hearing in hearings)
    return replace(
        last,
        start_ms=first.start_ms,
        text=" ".join(hearing.text for hearing in hearings),
        words=tuple(word for hearing in hearings for word in hearing.words),
        confidence=min(sure) if sure else None,
        p_error=round(1.0 - right, 4) if sure else None,
    )


def confirm(state: CallState, names: tuple[str, ...], how: ReadBack) -> Journal:
    """Mark the last hearing of each slot as confirmed by the caller."""
    for name in names:
        state.slots[name] = with_read_back(state.slots[name], how)
    return Journal("confirmed", {"names": list(names), "how": how.value})


def agree(house: House, state: CallState, scope: str, text_id: str, evidence: Evidence, *, granted: bool) -> Journal:
    """Note a consent, or its refusal, with the exact text it was asked with."""
    digest = text_hash(house.disclosures[text_id])
    named = f"{house.disclosure_version}/{text_id}"
    state.known.consents.append(Consent(scope, granted, named, digest, evidence.at))
    return Journal(
        "consent",
        {
            "scope": scope,
            "granted": granted,
            "text_id": named,
            "text_hash": digest,
            "evidence": to_plain(evidence),
        },
    )


def text_hash(text: str) -> str:
    """SHA-256 of a text the caller agreed to, so that the consent names exactly these words."""
    return hashlib.sha256(text.encode()).hexdigest()
