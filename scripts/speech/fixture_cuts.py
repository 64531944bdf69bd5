"""How often the line speaks into a fixture caller's answer: ``loanline replay --json audio_fixtures | python -m
scripts.speech.fixture_cuts``.

An answer is cut off when a prompt of the line begins between its first and its last sound (the last 100 ms do not
count: the clip ends in a breath). Prints one line; ends with 1 above one answer in a hundred.
"""

from __future__ import annotations

import json
import sys
from typing import Any

_BREATH_MS = 100
_MOST = 0.01


def cut_off(call: dict[str, Any]) -> list[str]:
    """The prompts whose spoken answers were cut off in one call."""
    begins = [line["start_ms"] for line in call["transcript"] if line["who"] == "line"]
    return [
        said["prompt_id"]
        for said in call["said_by_caller"]
        if said["words"] and any(said["start_ms"] < begin < said["end_ms"] - _BREATH_MS for begin in begins)
    ]


def main() -> int:
    calls = json.load(sys.stdin)["calls"]
    spoken = sum(bool(said["words"]) for call in calls for said in call["said_by_caller"])
    cut = {call["name"]: found for call in calls if (found := cut_off(call))}
    count = sum(map(len, cut.values()))
    sys.stdout.write(f"{count} of {spoken} spoken answers in {len(calls)} fixture calls were cut off {cut or ''}\n")
    return int(spoken == 0 or count > _MOST * spoken)


if __name__ == "__main__":
    raise SystemExit(main())
