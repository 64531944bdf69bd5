"""From replayed calls to a run that is kept: figures only, see ``ivr.quality``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from ivr.quality.runs import CallScore, Run
from ivr.replay.compare import Verdict

__all__ = ["run_of"]


def run_of(verdicts: Sequence[Verdict], *, at: datetime, version: str, model: str) -> Run:
    """The run's record; its id is the moment it ended, in UTC."""
    return Run(at.strftime("%Y%m%dT%H%M%S%f"), at, version, model, tuple(_score(verdict) for verdict in verdicts))


def _score(verdict: Verdict) -> CallScore:
    played, result = verdict.played, verdict.played.result
    wrong = {difference.what for difference in verdict.differences}
    answer = verdict.latency.get("answer")
    decided = None if result is None or result.decision is None else str(result.decision["outcome"])
    return CallScore(
        name=played.fixture.name,
        title=played.fixture.about.title or played.fixture.name,
        ok=verdict.ok,
        words=sum(len(re.findall(r"[\w']+", said.words)) for said in played.said if said.words is not None),
        word_error=None if verdict.word_error is None else round(verdict.word_error, 4),
        fields={name: name not in wrong for name in played.fixture.expect.slots},
        decision=decided or (result.outcome if result is not None and result.outcome else "failed"),
        reasks=0 if result is None else result.reasks,
        answer_ms=None if answer is None else round(answer.median, 1),
        differences=tuple((each.what, each.expected, each.got) for each in verdict.differences),
    )
