"""The caller's own answers, each compared once with all before it: is one a copy of another?"""

from __future__ import annotations

from antifraud.facts import TurnFacts
from antifraud.repeats import ANSWER_SECONDS, CallPrint, Fingerprint, Match, best_match

__all__ = ["OwnAnswers"]


class OwnAnswers:
    """Keeps the fingerprints of the spoken answers that are long enough, and the closest pair so far."""

    def __init__(self) -> None:
        self._waiting: list[TurnFacts] = []
        self._answers: list[Fingerprint] = []
        self.closest: Match | None = None

    def turn(self, facts: TurnFacts) -> None:
        if not facts.by_keys:
            self._waiting.append(facts)

    def settle(self, track: CallPrint) -> None:
        """Take in the answers whose sound has come; about a millisecond of work for each earlier answer."""
        whole = track.fingerprint()
        # Swapped, not overwritten: an answer may be noted while a report is being made in another thread.
        pending, self._waiting = self._waiting, []
        waiting = []
        for turn in pending:
            if turn.speech_end_ms > track.heard_ms:
                waiting.append(turn)
                continue
            answer = Fingerprint(whole.signs[track.frames(turn.speech_start_ms, turn.speech_end_ms)].copy())
            if answer.seconds < ANSWER_SECONDS:
                continue
            for earlier in self._answers:
                match = best_match(answer, earlier, ANSWER_SECONDS)
                if match is not None and (self.closest is None or match.error < self.closest.error):
                    self.closest = match
            self._answers.append(answer)
        self._waiting[:0] = waiting
