from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import InvalidInput
from core.fraud import FraudLabel, Label
from tests.core.storage.people import START, opened, store_call


def test_the_newest_label_of_a_case_stands(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    store_call(storage, "case_1", "CA1")
    store_call(storage, "case_2", "CA2")
    first = FraudLabel("case_1", Label.FRAUD, "review", "ring", "staff.1", START)
    other = FraudLabel("case_2", Label.GENUINE, "audit", "none", "staff.1", START + timedelta(hours=1))
    last = FraudLabel("case_1", Label.GENUINE, "dispute", "none", "staff.2", START + timedelta(hours=2))
    with storage.begin() as work:
        for label in (first, other, last):
            work.fraud_labels.add(label)
        work.commit()
    with storage.begin() as work:
        assert list(work.fraud_labels.standing()) == [other, last]


def test_only_static_names_are_kept(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    store_call(storage)
    with storage.begin() as work, pytest.raises(InvalidInput):
        work.fraud_labels.add(FraudLabel("case_1", Label.FRAUD, "she told me so", "ring", "staff.1", START))
