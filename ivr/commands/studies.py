"""``loanline decisions`` studies: other rules, the challenger, drift, shocks, how loans ended; each with a chart."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import InvalidInput
from ivr.commands.decisions import Json, Limit, bundles, decisions
from ivr.commands.keep import opened_storage

if TYPE_CHECKING:
    from core.decision.model import Facts
    from core.decision.policy import Policy
    from ivr.studies.charts import Chart

__all__ = ["register"]

PageFile = Annotated[Path | None, typer.Option("--chart", help="Also write a page with a chart to this HTML file.")]
LossShare = Annotated[str, typer.Option(help="The share of a bad loan that is lost.")]
EndingsFile = Annotated[Path | None, typer.Option(help="CSV with case_id and bad (0 or 1): how the loans ended.")]
_OUTCOMES = ("approve", "review", "incomplete", "decline")
_FINDINGS = 1


def register(app: typer.Typer) -> None:
    """Add the studies to ``loanline decisions``; ``ivr.commands.decisions`` adds that to ``app``."""
    studies: dict[str, Callable[..., None]] = {
        "whatif": what_if,
        "backtest": backtest_report,
        "shadow": shadow_report,
        "drift": drift_report,
        "stress": stress_test,
    }
    for name, study in studies.items():
        decisions.command(name)(study)


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
    with bundles(limit) as found:
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


def backtest_report(
    outcomes: EndingsFile = None,
    policy: Annotated[Path | None, typer.Option(help="Another policy; else that of this program.")] = None,
    limit: Limit = 10_000,
    loss_share: LossShare = "0.60",
    chart: PageFile = None,
    as_json: Json = False,
) -> None:
    """Hold stored decisions against how the loans ended: by the loans' books, or by a table that is given."""
    from core.decision.backtest import Past, backtest  # noqa: PLC0415
    from core.decision.policy import packaged_policy  # noqa: PLC0415
    from core.decision.studies import decision_in, facts_in  # noqa: PLC0415
    from core.jurisdiction.library import packaged  # noqa: PLC0415
    from core.scoring.library import packaged_scorecard  # noqa: PLC0415
    from core.usecases.loans import endings  # noqa: PLC0415
    from ivr.studies.charts import Chart  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    share = _share(loss_share)
    with opened_storage() as storage:
        ended = _ended(outcomes) if outcomes is not None else endings(storage, SystemClock())
    with bundles(limit) as found:
        cases = [Past(facts_in(one), decision_in(one), ended.get(case_id)) for case_id, _, one in found]
    if not cases:
        raise InvalidInput("decisions", "there are none stored yet; decide some applications first")
    place = cases[0].facts.jurisdiction
    rules = _policy(policy) if policy is not None else packaged_policy()
    here = [one for one in cases if one.facts.jurisdiction == place]
    made = backtest(here, packaged(place), rules, packaged_scorecard(), share)
    rows = [{name: _plain(getattr(row, name)) for name in row.__dataclass_fields__} for row in made.rows]
    result: dict[str, Any] = {
        "policy": rules.version,
        **{name: _plain(getattr(made, name)) for name in made.__dataclass_fields__ if name != "rows"},
        "bands": rows,
    }
    _show(result, as_json, "bands")
    names = [row.band for row in made.rows]
    charts = [
        Chart(
            "Approved",
            "cases",
            names,
            [
                ("as decided", [row.approved_then for row in made.rows]),
                (f"policy {rules.version}", [row.approved_now for row in made.rows]),
            ],
        ),
        Chart(
            "Went bad, of the loans that ended",
            "share",
            names,
            [
                ("predicted", [float(row.predicted or 0) for row in made.rows]),
                ("happened", [float(row.happened or 0) for row in made.rows]),
            ],
        ),
    ]
    _chart(chart, f"Backtest of policy {rules.version}", charts, rows)


def shadow_report(
    limit: Limit = 10_000,
    outcomes: EndingsFile = None,
    chart: PageFile = None,
    as_json: Json = False,
) -> None:
    """Compare the challenger with the champion over stored decisions, and over how loans ended where that is known."""
    from core.decision.studies import area_under_curve, compare_shadow  # noqa: PLC0415
    from ivr.studies.charts import Chart  # noqa: PLC0415

    with bundles(limit) as found:
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


def stress_test(
    limit: Limit = 10_000,
    loss_share: LossShare = "0.60",
    chart: PageFile = None,
    as_json: Json = False,
) -> None:
    """Decide stored cases with lower incomes and higher chances of a bad end, under the rules of this program."""
    from core.decision.policy import packaged_policy  # noqa: PLC0415
    from core.decision.studies import Shock, stress  # noqa: PLC0415
    from core.jurisdiction.library import packaged  # noqa: PLC0415
    from core.scoring.library import packaged_scorecard  # noqa: PLC0415
    from ivr.studies.charts import Chart  # noqa: PLC0415

    share = _share(loss_share)
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


def _facts(limit: int) -> list[Facts]:
    from core.decision.studies import facts_in  # noqa: PLC0415

    with bundles(limit) as found:
        return [facts_in(bundle) for _, _, bundle in found]


def _share(text: str) -> Decimal:
    from core.finance.flow_input import read_decimal  # noqa: PLC0415

    share = read_decimal(text, "loss_share")
    if not 0 <= share <= 1:
        raise InvalidInput("loss_share", "give a share from 0 to 1")
    return share


def _plain(value: object) -> Any:
    return value if value is None or isinstance(value, (int, str)) else str(value)


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
