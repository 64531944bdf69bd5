"""What each question's recogniser is given to expect, made from the parsers' own phrases."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.dialogue.prompts import Catalogue
from ivr.dialogue.script import Role, Script
from speech.answers.grammar import grammar
from speech.answers.model import Kind

__all__ = ["grammars_for"]

#: The summary is answered with a yes or no, or with what to change in the same breath.
_SUMMARY = (Kind.YES_NO, Kind.AMOUNT, Kind.TERM, Kind.DATE)


def grammars_for(script: Script, prompts: Catalogue) -> Mapping[str, tuple[str, ...]]:
    """Phrases by question id; a question without an entry is decoded freely."""
    language = prompts.language
    made: dict[str, tuple[str, ...]] = {}
    for question in script.questions:
        phrases = None if question.free else grammar(question.kind, language, length=question.length)
        if phrases is not None:
            made[question.id] = phrases
        if question.kind is Kind.AMOUNT and phrases is not None:
            made[f"{question.id}.which"] = (*phrases, *prompts.phrases("first"), *prompts.phrases("second"))
        if question.role is Role.CONSENT and phrases is not None:
            made[question.id] = (*phrases, *prompts.phrases("repay"))
        if question.role is Role.MENU and phrases is not None:
            made[question.id] = _menu(phrases, prompts)
        if question.role is Role.SUMMARY:
            made[question.id] = (*_union(language, _SUMMARY), *prompts.phrases("leads"), *prompts.phrases("fields"))
    yes_no = grammar(Kind.YES_NO, language)
    if yes_no is not None:
        made["yes_no"] = yes_no
        made["which_slot"] = (*yes_no, *prompts.phrases("fields"))
    if "offer" in made:
        wishes = ("first", "lower", "longer", "shorter", "other")
        made["offer"] = (*made["offer"], *(one for wish in wishes for one in prompts.phrases(f"offer_{wish}")))
    if "code" in made:
        made["code"] = (*made["code"], *prompts.phrases("no_report"))
    for name in ("resume", "known"):
        if name in made:
            made[name] = (*made[name], *prompts.phrases("start_again"))
    return made


def _menu(phrases: tuple[str, ...], prompts: Catalogue) -> tuple[str, ...]:
    said = ("menu_apply", "menu_continue", "menu_not_mine", "menu_repay", "repay")
    return (*phrases, *(phrase for name in said for phrase in prompts.phrases(name)))


def _union(language: str, kinds: tuple[Kind, ...]) -> tuple[str, ...]:
    """The phrases of several kinds; what a later kind shares with an earlier one is left out. A phrase that one kind
    repeats stays repeated: the recogniser counts repetitions as weight."""
    made: list[str] = []
    for kind in kinds:
        known = set(made)
        made += [phrase for phrase in grammar(kind, language) or () if phrase not in known]
    return tuple(made)
