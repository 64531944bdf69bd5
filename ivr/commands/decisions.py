"""``loanline decisions``: what was decided, made again, under other rules, and under shocks."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import InvalidInput
from ivr.commands.keep import opened_storage, operator

if TYPE_CHECKING:
    from core.decision.model import Facts
    from core.decision.policy import Policy
    from core.storage.store import SqlStorage
    from ivr.studies.charts import Chart

__all__ = ["register"]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Limit = Annotated[int, typer.Option(min=1, max=1_000_000, help="How many cases, newest first.")]
PageFile = Annotated[Path | None, typer.Option("--chart", help="Also write a page with a chart to this HTML file.")]
_OUTCOMES = ("approve", "review", "incomplete", "decline")
_FINDINGS = 1

decisions = typer.Typer(help="Stored decisions: list, show, replay, and studies over them.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.add_typer(decisions, name="decisions")


@decisions.command("list")
def list_decisions(limit: Limit = 50, as_json: Json = False) -> None:
    """List cases with a stored decision: outcome, score, reasons. No personal data."""
    with _bundles(limit) as found:
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
            _all(storage, limit)
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


@decisions.command("whatif")
def what_if(
    policy: Annotated[Path, typer.Option(help="Another policy, as core/decision/policy.toml is written.")],
    limit: Limit = 10_000,
    chart: PageFile = None,
    as_json: Json = False,
) -> None:
    """Decide stored cases under another policy, change nothing, and show who would fare otherwise."""
    from core.codec import from_plain  # noqa: PLC0415
    from core.decision.model import Decision  # noqa: PLC0415
    from core.decision.studies import flows  # noqa: PLC0415
    from core.usecases.decisions import again  # noqa: PLC0415
    from ivr.studies.charts import Chart  # noqa: PLC0415

    other = _policy(policy)
    pairs, changed, failed = [], [], 0
    with _bundles(limit) as found:
        for case_id, kind, bundle in found:
            made = again(case_id, kind, bundle, policy=other).replay
            if made is None:
                failed += 1
                continue
            old = from_plain(Decision, bundle["decision"], "decision")
            pairs.append((old, made.decision))
            if not made.identical:
                changed.append({"case_id": case_id, "was": old.outcome.value, "would_be": made.decision.outcome.value})
    moves = flows(pairs)
    result: dict[str, Any] = {
        "policy": other.version,
        "cases": len(pairs),
        "changed": len(changed),
        "failed": failed,
        "flows": [{"was": was, "would_be": new, "cases": count} for (was, new), count in sorted(moves.items())],
        "changes": changed,
    }
    _show(result, as_json, "flows")
    bars = [
        ("as decided", [_count(moves, was=one) for one in _OUTCOMES]),
        (f"policy {other.version}", [_count(moves, new=one) for one in _OUTCOMES]),
    ]
    title = f"What policy {other.version} would have decided"
    _chart(chart, title, [Chart("Outcomes", "cases", _OUTCOMES, bars)], result["flows"])


@decisions.command("shadow")
def shadow_report(
    limit: Limit = 10_000,
    outcomes: Annotated[
        Path | None, typer.Option(help="CSV with case_id and bad (0 or 1): how the loans ended.")
    ] = None,
    chart: PageFile = None,
    as_json: Json = False,
) -> None:
    """Compare the challenger with the champion over stored decisions, and over how loans ended where that is known."""
    from core.decision.studies import area_under_curve, compare_shadow  # noqa: PLC0415
    from ivr.studies.charts import Chart  # noqa: PLC0415

    with _bundles(limit) as found:
        kept = {case_id: bundle for case_id, _, bundle in found}
    seen = compare_shadow(kept.values())
    result: dict[str, Any] = {
        "scored": seen.scored,
        "failed": seen.failed,
        "mean_champion_pd": str(seen.mean_champion_pd),
        "mean_challenger_pd": str(seen.mean_challenger_pd),
        "farthest_apart": [str(one) for one in seen.farthest_apart],
        "outcomes": [
            {"champion": mine, "challenger": other, "cases": count}
            for (mine, other), count in sorted(seen.outcomes.items())
        ],
    }
    if outcomes is not None:
        ended = _ended(outcomes)
        scored = [case for case in ended if case in kept and "pd" in (kept[case]["shadow"] or {})]
        for name, key in (("champion_auc", "champion_pd"), ("challenger_auc", "pd")):
            chances = [Decimal(kept[case]["shadow"][key]) for case in scored]
            result[name] = str(area_under_curve(chances, [ended[case] for case in scored]))
    _show(result, as_json, "outcomes")
    bars = [
        ("champion", [_count(seen.outcomes, was=one) for one in _OUTCOMES]),
        ("challenger", [_count(seen.outcomes, new=one) for one in _OUTCOMES]),
    ]
    _chart(chart, "Champion and challenger", [Chart("Outcomes", "cases", _OUTCOMES, bars)], result["outcomes"])


@decisions.command("drift")
def drift_report(limit: Limit = 10_000, chart: PageFile = None, as_json: Json = False) -> None:
    """Measure how far today's applicants are from those the scorecard was made from (PSI, CSI). Status 1: act."""
    from core.decision.studies import drift_of  # noqa: PLC0415
    from core.scoring.library import packaged_scorecard  # noqa: PLC0415
    from ivr.studies.charts import Chart  # noqa: PLC0415

    found = drift_of(packaged_scorecard(), _facts(limit))
    rows = [{"what": one.name, "index": str(one.index), "people": one.people, "advice": one.advice} for one in found]
    _show({"drift": rows}, as_json, "drift")
    charts = [
        Chart(
            f"{one.name}: {one.index} ({one.advice})",
            "share of people",
            [label for label, _, _ in one.shares],
            [("then", [float(old) for _, old, _ in one.shares]), ("now", [float(new) for _, _, new in one.shares])],
        )
        for one in found
    ]
    _chart(chart, "Drift since the scorecard was made", charts, rows)
    if any(one.advice == "act" for one in found):
        raise typer.Exit(_FINDINGS)


@decisions.command("stress")
def stress_test(
    limit: Limit = 10_000,
    loss_share: Annotated[str, typer.Option(help="The share of a bad loan that is lost.")] = "0.60",
    chart: PageFile = None,
    as_json: Json = False,
) -> None:
    """Decide stored cases with lower incomes and higher chances of a bad end, under the rules of this program."""
    from core.decision.policy import packaged_policy  # noqa: PLC0415
    from core.decision.studies import Shock, stress  # noqa: PLC0415
    from core.finance.flow_input import read_decimal  # noqa: PLC0415
    from core.jurisdiction.library import packaged  # noqa: PLC0415
    from core.scoring.library import packaged_scorecard  # noqa: PLC0415
    from ivr.studies.charts import Chart  # noqa: PLC0415

    share = read_decimal(loss_share, "loss_share")
    if not 0 <= share <= 1:
        raise InvalidInput("loss_share", "give a share from 0 to 1")
    people = _facts(limit)
    if not people:
        raise InvalidInput("decisions", "there are none stored yet; decide some applications first")
    place = people[0].jurisdiction
    people = [one for one in people if one.jurisdiction == place]
    shocks = [
        Shock("as it is"),
        Shock("incomes down 10 %", income=Decimal("0.90")),
        Shock("incomes down 20 %", income=Decimal("0.80")),
        Shock("incomes down 30 %", income=Decimal("0.70")),
        Shock("chances up by half", pd=Decimal("1.5")),
        Shock("chances doubled", pd=Decimal(2)),
        Shock("both: down 20 %, doubled", Decimal("0.80"), Decimal(2)),
    ]
    pack, policy, card = packaged(place), packaged_policy(), packaged_scorecard()
    found = [stress(people, shock, pack, policy, card, share) for shock in shocks]
    rows = [
        {
            "shock": one.shock.name,
            **{outcome: one.outcomes.get(outcome, 0) for outcome in _OUTCOMES},
            "lent": str(one.lent),
            "expected_loss": str(one.loss),
        }
        for one in found
    ]
    _show({"cases": len(people), "currency": pack.currency, "shocks": rows}, as_json, "shocks")
    names = [shock.name for shock in shocks]
    charts = [
        Chart("Approved", "cases", names, [("approved", [one.outcomes.get("approve", 0) for one in found])]),
        Chart("Expected loss", pack.currency, names, [("loss", [float(one.loss.major) for one in found])]),
    ]
    _chart(chart, "Stress test", charts, rows)


@contextmanager
def _bundles(limit: int) -> Iterator[Iterator[tuple[str, str, dict[str, Any]]]]:
    with opened_storage() as storage:
        yield _all(storage, limit)


def _all(storage: SqlStorage, limit: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    from core.usecases.decisions import read_bundles  # noqa: PLC0415

    return read_bundles(storage, limit, operator())


def _facts(limit: int) -> list[Facts]:
    from core.decision.studies import facts_in  # noqa: PLC0415

    with _bundles(limit) as found:
        return [facts_in(bundle) for _, _, bundle in found]


def _rules_of_today(bundle: dict[str, Any]) -> dict[str, Any]:
    from core.decision.policy import packaged_policy  # noqa: PLC0415
    from core.jurisdiction.library import packaged  # noqa: PLC0415
    from core.scoring.library import packaged_scorecard  # noqa: PLC0415

    return {
        "pack": packaged(str(bundle["facts"]["jurisdiction"])),
        "policy": packaged_policy(),
        "rater": packaged_scorecard(),
    }


def _policy(path: Path) -> Policy:
    from core.decision.policy import parse_policy  # noqa: PLC0415

    try:
        return parse_policy(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise InvalidInput("policy", "that file cannot be read as text; name a policy in TOML") from None


def _ended(path: Path) -> dict[str, bool]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return {row["case_id"]: {"0": False, "1": True}[row["bad"]] for row in csv.DictReader(file)}
    except (OSError, UnicodeDecodeError, KeyError, csv.Error):
        raise InvalidInput("outcomes", "give a CSV file with the columns case_id and bad (0 or 1)") from None


def _count(moves: dict[tuple[str, str], int], *, was: str | None = None, new: str | None = None) -> int:
    return sum(count for (old, after), count in moves.items() if was in {None, old} and new in {None, after})


def _show(result: dict[str, Any], as_json: bool, table: str) -> None:
    if as_json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        if name == table:
            for row in value:
                print("  " + "  ".join(f"{key}={cell}" for key, cell in row.items()))
        elif not isinstance(value, list):
            print(f"{name}: {value}")


def _chart(path: Path | None, title: str, charts: list[Chart], rows: list[dict[str, Any]]) -> None:
    if path is None:
        return
    from ivr.studies.charts import page, write_page  # noqa: PLC0415

    head = list(rows[0]) if rows else []
    note = "Made from stored decision bundles; no case and no person is named."
    write_page(path, page(title, note, charts, head, [list(row.values()) for row in rows]))
