"""``loanline fraud``: what became of cases, how good the rules are, and what was agreed about voices."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import InvalidInput
from core.fraud import Label, VoiceScope
from ivr.commands.keep import opened_storage, operator
from ivr.settings import load_settings
from ivr.system import SystemClock

if TYPE_CHECKING:
    from antifraud.evaluation import RuleRow, Share
    from core.usecases.fraud import Reported

__all__ = ["register"]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Case = Annotated[str, typer.Argument(help="The case.")]
Scope = Annotated[VoiceScope, typer.Option(help="What the person signed.")]
_STABLE, _MOVED = 0.1, 0.25

fraud = typer.Typer(help="Labels, evaluation and voice terms.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.add_typer(fraud, name="fraud")


@fraud.command("label")
def label_command(
    case: Case,
    said: Annotated[Label, typer.Option("--as", help="fraud or genuine.")],
    source: Annotated[str, typer.Option(help="review, dispute, audit, default or simulated.")] = "review",
    typology: Annotated[str, typer.Option(help="The kind of fraud, as docs/fraud-signals.md names it.")] = "none",
) -> None:
    """Say what became of a case."""
    from core.usecases.fraud import label  # noqa: PLC0415 - reads the record's modules

    with opened_storage() as storage:
        label(storage, SystemClock(), case, said, source, typology, operator())


@fraud.command("labels")
def labels_command(as_json: Json = False) -> None:
    """List the label that stands for each case."""
    with opened_storage() as storage, storage.begin() as work:
        rows = [
            {
                "case_id": one.case_id,
                "label": one.label.value,
                "source": one.source,
                "typology": one.typology,
                "at": one.at.isoformat(),
            }
            for one in work.fraud_labels.standing()
        ]
    if as_json:
        print(json.dumps(rows))
        return
    for row in rows:
        print(f"{row['at'][:16]}Z  {row['label']:8} {row['source']:9} {row['typology']:20} {row['case_id']}")


@fraud.command("evaluate")
def evaluate_command(
    calls: Annotated[float, typer.Option("--calls-a-day", help="Calls a day, for the review capacity.")] = 1000.0,
    reviews: Annotated[float, typer.Option("--reviews-a-day", help="Cases a day that people can look at.")] = 5.0,
    as_json: Json = False,
) -> None:
    """Precision and recall of every reason on the labels; refuses simulated ones."""
    from antifraud.evaluation import (  # noqa: PLC0415 - loads numpy
        BASE_RATE,
        Judged,
        expected_precision,
        highest_alarm_rate,
        rule_table,
    )
    from core.usecases.fraud import labelled, reported  # noqa: PLC0415 - as above

    with opened_storage() as storage:
        cases = labelled(reported(storage))
    rows = rule_table([Judged(one.report, one.label) for one in cases if one.label is not None])
    genuine = sum(one.label is not None and one.label.label is Label.GENUINE for one in cases)
    most = highest_alarm_rate(calls, reviews)
    document: dict[str, Any] = {
        "cases": len(cases),
        "genuine": genuine,
        "base_rate": BASE_RATE,
        "highest_false_alarm_rate": most,
        "rules": [_rule(row, genuine, expected_precision) for row in rows],
    }
    if as_json:
        print(json.dumps(document))
        return
    print(f"{len(cases)} labelled cases. With {reviews:g} reviews for {calls:g} calls a day, at most {most:.2%} of")
    print(f"genuine calls may be flagged; base rate 1 in {1 / BASE_RATE:.0f}.")
    for one in document["rules"]:
        print(
            f"  {one['code']:28} right {_share(one['precision'])}  found {_share(one['recall'])}"
            f"  expected right at base rate {_percent(one['expected_precision'])}"
        )


def _rule(row: RuleRow, genuine: int, expected: Any) -> dict[str, Any]:
    wrong = row.right.of - row.right.hits
    at_base = expected(row.found.value, wrong / genuine) if genuine and row.found.of else math.nan
    return {
        "code": row.code,
        "precision": _plain(row.right),
        "recall": _plain(row.found),
        "expected_precision": None if math.isnan(at_base) else round(at_base, 4),
    }


def _plain(share: Share) -> dict[str, Any]:
    return {"hits": share.hits, "of": share.of, "low": round(share.low, 4), "high": round(share.high, 4)}


def _share(plain: dict[str, Any]) -> str:
    return f"{plain['hits']}/{plain['of']} ({plain['low']:.0%} to {plain['high']:.0%})"


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1%}"


@fraud.command("audit")
def audit_command(
    share: Annotated[float, typer.Option(help="Share of the unflagged cases.")] = 0.02,
    seed: Annotated[str, typer.Option(help="The same word draws the same cases; use the week.")] = "",
    as_json: Json = False,
) -> None:
    """Draw unflagged cases for a person to check: only so can anybody know what the rules miss."""
    from core.usecases.fraud import reported, to_audit  # noqa: PLC0415 - as above

    week = seed or SystemClock().now().strftime("%G-W%V")
    with opened_storage() as storage:
        drawn = to_audit(reported(storage), share, week)
    print(json.dumps(drawn) if as_json else "\n".join(drawn))


@fraud.command("drift")
def drift_command(
    days: Annotated[int, typer.Option(min=1, help="The last so many days are compared with those before.")] = 30,
    as_json: Json = False,
) -> None:
    """How far lines and signals have moved (PSI), by carrier, attestation, language, jurisdiction. Status 1: look."""
    from datetime import timedelta  # noqa: PLC0415 - small, but only here

    from antifraud.evaluation import drift  # noqa: PLC0415 - as above
    from core.usecases.fraud import reported  # noqa: PLC0415 - as above

    with opened_storage() as storage:
        cases = reported(storage)
    since = SystemClock().now() - timedelta(days=days)
    rows = drift(
        (group, signal.name, one.at >= since, signal.value)
        for one in cases
        for group in _groups(one)
        for signal in one.report.signals
        if signal.assessed and signal.value is not None
    )
    known = [row for row in rows if not math.isnan(row.psi)]
    if as_json:
        print(json.dumps([asdict(row) | {"psi": None if math.isnan(row.psi) else round(row.psi, 4)} for row in rows]))
    else:
        for row in known:
            word = "stable" if row.psi < _STABLE else "moved" if row.psi >= _MOVED else "moving"
            print(f"{row.psi:6.3f}  {word:7} {row.group:28} {row.signal:24} {row.before} / {row.now}")
        print(f"{len(rows) - len(known)} signals have too few cases to compare.")
    if any(row.psi >= _MOVED for row in known):
        raise typer.Exit(1)


def _groups(one: Reported) -> tuple[str, ...]:
    return (
        f"attested {_attested(one)}",
        f"carrier {one.carrier or 'unknown'}",
        f"jurisdiction {one.jurisdiction.lower()}",
        f"language {one.language or 'unknown'}",
    )


def _attested(one: Reported) -> str:
    """What the carrier vouched for."""
    word = next((s for s in one.report.signals if s.name == "caller_id.attestation"), None)
    if word is None or not word.assessed or word.value is None:
        return "silent"
    return {1.0: "A", 0.7: "B", 0.4: "C"}.get(word.value, "failed")


@fraud.command("deep")
def deep_command(
    most: Annotated[int, typer.Option(min=1, help="At most so many calls.")] = 200,
) -> None:
    """Look again at the calls that wait for it. A line in service does so by itself."""
    import asyncio  # noqa: PLC0415 - only here

    from core.jurisdiction.library import packaged  # noqa: PLC0415 - as above
    from ivr.deep_pass import DeepPass, spoken_consents  # noqa: PLC0415 - loads the analysis

    settings = load_settings()
    with opened_storage() as storage:
        consents = spoken_consents(packaged(settings.jurisdiction))
        done = asyncio.run(DeepPass(storage, SystemClock(), consents, settings.sound_memory).run(most))
    print(f"{done} calls looked at again.")


@fraud.command("agree")
def agree_command(
    case: Case,
    scope: Scope,
    document: Annotated[str, typer.Option(help="The id of what was signed.")],
) -> None:
    """Keep that the person of this case signed for their voice to be compared, or speaks with an assistive voice."""
    from core.usecases.fraud import agree  # noqa: PLC0415 - as above

    if not document:
        raise InvalidInput("document", "give the id of what was signed")
    with opened_storage() as storage:
        agree(storage, SystemClock(), case, scope, document, operator())


@fraud.command("withdraw")
def withdraw_command(case: Case, scope: Scope) -> None:
    """The person takes it back; voices kept under it are deleted."""
    from core.usecases.fraud import withdraw  # noqa: PLC0415 - as above

    with opened_storage() as storage:
        withdraw(storage, SystemClock(), case, scope, operator())
