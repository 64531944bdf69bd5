"""``loanline decisions``: what was decided, shown and made again. The studies over it are in ``studies``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import InvalidInput
from ivr.commands.keep import opened_storage, operator

if TYPE_CHECKING:
    from core.storage.store import SqlStorage

__all__ = ["bundles", "decisions", "register"]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Limit = Annotated[int, typer.Option(min=1, max=1_000_000, help="How many cases, newest first.")]
_FINDINGS = 1

decisions = typer.Typer(help="Stored decisions: list, show, replay, and studies over them.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.add_typer(decisions, name="decisions")


@decisions.command("list")
def list_decisions(limit: Limit = 50, as_json: Json = False) -> None:
    """List cases with a stored decision: outcome, score, reasons. No personal data."""
    with bundles(limit) as found:
        rows = [
            {
                "case_id": case_id,
                "kind": kind,
                "outcome": bundle["decision"]["outcome"],
                "score": bundle["decision"]["score"],
                "reasons": [reason["code"] for reason in bundle["decision"]["reasons"]],
                "decided_on": bundle["facts"]["decided_on"],
            }
            for case_id, kind, bundle in found
        ]
    if as_json:
        print(json.dumps(rows))
        return
    for row in rows:
        print(f"{row['decided_on']}  {row['outcome']:10} {row['score'] or '':>5}  {row['case_id']}  {row['reasons']}")


@decisions.command("show")
def show_decision(
    case: Annotated[str, typer.Argument(help="The case, as list shows it.")], as_json: Json = False
) -> None:
    """Show one decision with its facts, versions and the challenger's opinion. The look is an audit row."""
    from core.decision.receipt import bundle_hash  # noqa: PLC0415
    from core.usecases.decisions import bundle_of  # noqa: PLC0415

    with opened_storage() as storage:
        kind, bundle = bundle_of(storage, case, operator())
    shown = {name: bundle[name] for name in ("facts", "decision", "shadow", "by_person")}
    document = {"case_id": case, "kind": kind, "bundle_sha256": bundle_hash(bundle), **shown}
    print(json.dumps(document, indent=None if as_json else 1, ensure_ascii=False))


@decisions.command("replay")
def replay_decisions(
    cases: Annotated[list[str] | None, typer.Argument(help="Cases; else give --all.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="The newest --limit cases.")] = False,
    limit: Limit = 10_000,
    today: Annotated[bool, typer.Option(help="Use the rules that come with this program, not those stored.")] = False,
    as_json: Json = False,
) -> None:
    """Make stored decisions again and say: same, rule, model, data or code changed. Findings end with status 1."""
    from core.decision.receipt import Verdict  # noqa: PLC0415
    from core.usecases.decisions import again, bundle_of  # noqa: PLC0415

    if bool(cases) == everything:
        raise InvalidInput("cases", "name cases, or give --all")
    rows = []
    with opened_storage() as storage:
        found = (
            every_bundle(storage, limit)
            if everything
            else ((case, *bundle_of(storage, case, operator())) for case in cases or ())
        )
        for case_id, kind, bundle in found:
            made = again(case_id, kind, bundle, **(_rules_of_today(bundle) if today else {}))
            verdict = made.replay.verdict.value if made.replay else "cannot be read"
            same = made.replay is not None and made.replay.identical
            rows.append({"case_id": case_id, "kind": kind, "verdict": verdict, "identical": same, "error": made.error})
    if as_json:
        print(json.dumps(rows))
    else:
        for row in rows:
            print(f"{row['verdict']:14} {'identical' if row['identical'] else 'DIFFERENT':9}  {row['case_id']}")
        print(f"{sum(bool(row['identical']) for row in rows)} of {len(rows)} identical")
    fine = {Verdict.SAME.value, Verdict.CODE_CHANGED.value}
    if not today and any(row["verdict"] not in fine or not row["identical"] for row in rows):
        raise typer.Exit(_FINDINGS)


@contextmanager
def bundles(limit: int) -> Iterator[Iterator[tuple[str, str, dict[str, Any]]]]:
    """The newest bundles, while the store is open."""
    with opened_storage() as storage:
        yield every_bundle(storage, limit)


def every_bundle(storage: SqlStorage, limit: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    from core.usecases.decisions import read_bundles  # noqa: PLC0415

    return read_bundles(storage, limit, operator())


def _rules_of_today(bundle: dict[str, Any]) -> dict[str, Any]:
    from core.decision.policy import packaged_policy  # noqa: PLC0415
    from core.jurisdiction.library import packaged  # noqa: PLC0415
    from core.scoring.library import packaged_scorecard  # noqa: PLC0415

    return {
        "pack": packaged(str(bundle["facts"]["jurisdiction"])),
        "policy": packaged_policy(),
        "rater": packaged_scorecard(),
    }
