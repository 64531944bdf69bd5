"""Nothing a person said or is can be found in any file of the data directory, the write-ahead log included."""

from __future__ import annotations

from pathlib import Path

from core.application import Status
from core.ports import OfferAnswer
from tests.core.storage.people import (
    CANARIES,
    NAME,
    PHONE,
    START,
    application,
    decision,
    heard,
    opened,
    risk,
    store_call,
    terms,
)


def test_no_canary_in_any_file(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    store_call(storage)
    store_call(storage, "case_2", "CA2", close=False)
    with storage.begin() as work:
        work.applications.add(application(), decision(), risk(), Status.APPROVED)
        work.applications.keep_answer("case_1", OfferAnswer(0, terms(), heard("Zebulon says yes"), START))
        work.codes.store("case_1", "apply", "042137", "2517.00 +14155550199", START)
        work.inbox.first_time(f"sms/{PHONE.value}", f"{NAME} 7391", START)
        work.audit.append("staff.7", "call.viewed", "CA1", {"case": "case_1"}, note=f"{NAME} rang from {PHONE.value}")
        work.commit()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"loanline.db", "loanline.db-wal", "keys.db", "keys.db-wal", "audit-heads.log", "keyring.json"} <= {
        path.name for path in files
    }
    contents = {path.name: path.read_bytes() for path in files}
    recorded = [bytes([code]) * 64 for code in (1, 2, 3, 101, 102, 103)]
    for canary in (*CANARIES, b"042137", *recorded):
        assert [name for name, content in contents.items() if canary in content] == []
    assert b"slot_confirmed" in contents["loanline.db"] + contents["loanline.db-wal"], "the search reads the real rows"


def test_errors_and_representations_hold_nothing(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    store_call(storage)
    with storage.begin() as work:
        record = work.records.read("CA1")
        shown = repr(record.lines) + repr(record.journal) + repr(application().full_name) + repr(storage.keyring)
    assert not any(canary.decode() in shown for canary in CANARIES)
