"""The table of questions in docs/dialogue.md is the script's own."""

from __future__ import annotations

from pathlib import Path

from ivr.dialogue.script import Question, load_script

PAGE = Path(__file__).parents[3] / "docs" / "dialogue.md"
HEAD = [
    "| Question | Kind | Cost | Accept | Reject | Keys | Patience | Pause | |",
    "|---|---|---|---|---|---|---|---|---|",
]


def _keys(question: Question) -> str:
    rule = question.keys
    if rule.exactly is not None:
        return "1 key" if rule.exactly == 1 else f"{rule.exactly} keys"
    return f"up to `{rule.until}`"


def _row(question: Question) -> str:
    marks = [name for name in ("critical", "secret", "disclosure", "free") if getattr(question, name)]
    odd = [f"odd above {question.doubtful_above}"] if question.doubtful_above is not None else []
    odd += [f"odd below {question.doubtful_below}"] if question.doubtful_below is not None else []
    sure = (f"{question.accept:.2f}", f"{question.reject:.2f}")
    waits = (f"{question.no_input_ms / 1000:g} s", f"{question.hangover_ms / 1000:g} s")
    what = (f"`{question.id}`", question.kind.value, question.cost.value)
    cells = (*what, *sure, _keys(question), *waits, ", ".join([*marks, *odd]))
    return "| " + " | ".join(cells) + " |"


def table() -> str:
    return "\n".join([*HEAD, *(_row(question) for question in load_script().questions)])


def test_the_page_has_every_question_as_it_is() -> None:
    assert table() in PAGE.read_text("utf-8"), table()


def test_the_page_has_the_limits_as_they_are() -> None:
    page, limits = PAGE.read_text("utf-8"), load_script().limits
    assert f"| tries of one question | {limits.tries_per_question} |" in page
    assert f"| troubles in one call | {limits.troubles_per_call} |" in page
    assert f"| prompts in one call | {limits.prompts_per_call} |" in page
