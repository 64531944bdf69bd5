"""``loanline model``: train the scorecard again, and see what is in force."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import EnvironmentProblem

__all__ = ["register"]

NAME, CURRENCY = "us-2026.1", "USD"
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

model = typer.Typer(help="The scorecard and its challenger.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.add_typer(model, name="model")


@model.command("train")
def train_command(
    out: Annotated[Path, typer.Option(help="Where the tables and the model card are written.")] = Path("out/model"),
    data: Annotated[Path | None, typer.Option(help="The past loans as CSV; else those of the package empulse.")] = None,
    measure: Annotated[bool, typer.Option(help="Measure on five folds and write the model card.")] = True,
    as_json: Json = False,
) -> None:
    """Train scorecard and challenger on past loans, measure them, and write tables and model card."""
    from core.scoring.library import CARD_FILE, FOREST_FILE, packaged_challenger, packaged_scorecard  # noqa: PLC0415
    from core.training.card import model_card  # noqa: PLC0415
    from core.training.past_loans import find_data, read_past_loans  # noqa: PLC0415
    from core.training.recipe import cross_validate, train  # noqa: PLC0415

    loans = read_past_loans(data or find_data())
    sys.stderr.write(f"training on {len(loans.bad)} past loans\n")
    trained = train(loans, NAME, CURRENCY)
    written = {CARD_FILE: trained.card_text, FOREST_FILE: trained.forest_text}
    result: dict[str, Any] = {"rows": len(loans.bad)}
    if measure:
        sys.stderr.write("measuring on five folds, a minute or two\n")
        folds = cross_validate(loans)
        written["scorecard.md"] = model_card(loans, folds, trained, NAME)
        for name in ("card", "card_with_age", "forest", "forest_with_age", "forests", "forests_with_age"):
            one = getattr(folds, name)
            result[name] = {"auc": round(one.auc, 4), "ks": round(one.ks, 4), "brier": round(one.brier, 5)}
    _write(out, written)
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in written.items()}
    result["files"] = {str(out / name): digest for name, digest in digests.items()}
    result["same_as_product"] = (digests[CARD_FILE], digests[FOREST_FILE]) == (
        packaged_scorecard().digest,
        packaged_challenger().digest,
    )
    _print(result, as_json)


@model.command("show")
def show_command(as_json: Json = False) -> None:
    """Show the scorecard in force: versions, scale and each feature's range of points."""
    from core.scoring.library import packaged_challenger, packaged_scorecard  # noqa: PLC0415

    card = packaged_scorecard()
    _print(
        {
            "champion": card.version,
            "challenger": packaged_challenger().version,
            "currency": card.currency,
            "scale": {"base": card.scale.base, "odds": str(card.scale.odds), "pdo": card.scale.pdo},
            "features": {
                one.name: {"least": min(each.points for each in one.bins), "most": one.best} for one in card.features
            },
        },
        as_json,
    )


def _write(out: Path, written: dict[str, str]) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in written.items():
            (out / name).write_text(text, "utf-8")
    except OSError as error:
        raise EnvironmentProblem(f"The files cannot be written ({error.strerror}); choose another --out.") from None


def _print(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        if isinstance(value, dict):
            print(name)
            for inner, one in value.items():
                print(f"  {inner}: {one}")
        else:
            print(f"{name}: {value}")
