"""What became of cases: labels of reviewers, disputes and audits. The newest of a case stands."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, exists, func, select

from core.fraud import FraudLabel, Label
from core.storage.names import plain_id, static_name
from core.storage.tables import fraud_labels
from core.storage.transaction import Transaction

__all__ = ["SqlFraudLabels", "called_fraud"]


def _stands() -> ColumnElement[bool]:
    """A label that no later one of its case replaced."""
    later = fraud_labels.alias()
    return ~exists().where(later.c.case_id == fraud_labels.c.case_id, later.c.number > fraud_labels.c.number)


def called_fraud() -> Select[tuple[str]]:
    """The cases that are fraud by the label that stands."""
    return select(fraud_labels.c.case_id).where(_stands(), fraud_labels.c.label == Label.FRAUD.value)


class SqlFraudLabels:
    """``core.fraud.FraudLabels`` in one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def add(self, label: FraudLabel) -> None:
        last = self._work.execute(
            select(func.max(fraud_labels.c.number)).where(fraud_labels.c.case_id == label.case_id)
        ).scalar()
        self._work.execute(
            fraud_labels.insert().values(
                case_id=plain_id("case_id", label.case_id),
                number=(last or 0) + 1,
                label=label.label.value,
                source=static_name("source", label.source),
                typology=static_name("typology", label.typology),
                actor=plain_id("actor", label.actor),
                at=label.at,
            )
        )

    def standing(self) -> Sequence[FraudLabel]:
        standing = select(fraud_labels).where(_stands()).order_by(fraud_labels.c.at, fraud_labels.c.case_id)
        rows = self._work.execute(standing)
        return [FraudLabel(row.case_id, Label(row.label), row.source, row.typology, row.actor, row.at) for row in rows]
