"""What the line's thresholds take, and how much of that is wrong: the table of docs/hearing.md.

    python -m scripts.speech.thresholds [--rows out/hearing/rows.json]

On the answers that ``scripts.speech.calibrate`` heard, of the speakers that the calibration was not fitted on. The
thresholds are those of ``ivr/dialogue/script.toml``: a change there or a new calibration changes this table.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from ivr.dialogue.script import load_script
from scripts.speech.fit_calibration import ALTERNATIVES, at_most, in_dev
from scripts.speech.listening import from_row
from scripts.speech.scoring import Judged, judge

#: A question for each row, and what the row is called.
QUESTIONS = (
    ("national_id_last4", "figures"), ("amount", "amount to borrow"), ("monthly_income", "income, debts"),
    ("date_of_birth", "date"), ("term_months", "term"), ("full_name", "name"), ("summary", "yes or no"),
    ("purpose", "purpose"), ("employment", "employment"),
)  # fmt: skip
#: Lines with less noise than this are what most callers have.
QUIET_DB = 20.0


def row(judged: Sequence[Judged], kind: str, accept: float) -> tuple[float, int, int]:
    """The share taken on quiet lines, how many are taken on all lines, and how many of these are wrong."""
    some = [j for j in judged if j.heard.said.kind == kind]
    quiet = [j for j in some if j.heard.said.words and (j.heard.line.noise or QUIET_DB) >= QUIET_DB]
    stand = [j for j in some if taken(j, accept)]
    share = sum(taken(j, accept) for j in quiet) / max(1, len(quiet))
    return share, len(stand), sum(not j.right for j in stand)


def taken(judged: Judged, accept: float) -> bool:
    return judged.taken and 1 - judged.understood.p_error >= accept


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, default=Path("out/hearing/rows.json"))
    given = parser.parse_args(arguments)
    heard = [at_most(from_row(one), ALTERNATIVES) for one in json.loads(given.rows.read_text(encoding="utf-8"))]
    judged = [judge(one) for one in heard if not in_dev(one.said.speaker)]
    asked = {question.id: question for question in load_script().questions}
    print("| kind | accept | reject | taken on clean and 20 dB lines | wrong of those taken, all lines |")
    print("|---|---:|---:|---:|---:|")
    for name, title in QUESTIONS:
        question = asked[name]
        share, many, wrong = row(judged, question.kind, question.accept)
        print(f"| {title} | {question.accept:.2f} | {question.reject:.2f} | {share:.0%} | {wrong} of {many} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
