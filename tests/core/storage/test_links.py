from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import NotFound
from core.fraud import LinkKind, VoiceScope
from core.storage.store import SqlStorage
from core.usecases.shred import plan_person, shred
from tests.core.storage.people import START, HandClock, opened, store_call

SINCE = START - timedelta(days=90)


def known(storage: SqlStorage, case_id: str, hours: float = 0, **values: str) -> None:
    """A call of this case, ``hours`` after the start, and what the case is known by."""
    store_call(storage, case_id, f"CA_{case_id}")
    with storage.begin() as work:
        values_by_kind = {LinkKind(kind): value for kind, value in values.items()}
        work.links.note(case_id, values_by_kind, START + timedelta(hours=hours))
        work.commit()


def test_who_shares_what(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    known(storage, "me", person="ann", number="1", papers="p")
    known(storage, "b", 1, person="bob", number="1")
    known(storage, "c", 2, person="cy", papers="p", number="3")
    known(storage, "d", 3, person="ann", number="4")
    known(storage, "e", 4, person="ed", number="5")
    known(storage, "old", -24 * 100, person="oz", number="1")
    with storage.begin() as work:
        sharing = work.links.sharing("me", SINCE)
    assert {kind: [one.case_id for one in seen] for kind, seen in sharing.by_kind.items()} == {
        LinkKind.NUMBER: ["b"],
        LinkKind.PAPERS: ["c"],
        LinkKind.PERSON: ["d"],
    }
    assert sharing.by_kind[LinkKind.PERSON][0].person == sharing.person
    assert sharing.by_kind[LinkKind.NUMBER][0].number == sharing.number


def test_a_later_value_replaces_the_earlier(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    known(storage, "me", number="1", person="ann")
    known(storage, "b", number="1", person="bob")
    with storage.begin() as work:
        work.links.note("me", {LinkKind.NUMBER: "2"}, START)
        assert work.links.sharing("me", SINCE).by_kind == {}


def test_the_network_goes_further_than_one_step(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    known(storage, "me", number="1", person="ann")
    known(storage, "b", number="1", papers="p", person="bob")
    known(storage, "c", papers="p", device="d", person="cy")
    known(storage, "d", device="d", number="9", person="di")
    known(storage, "e", number="9", person="ed")
    with storage.begin() as work:
        assert [(edge.kind, edge.other) for edge in work.links.network("me", SINCE)] == [
            (LinkKind.NUMBER, "b"),
            (LinkKind.PAPERS, "c"),
            (LinkKind.DEVICE, "d"),
        ]
        assert len(work.links.network("me", SINCE, steps=1)) == 1


def test_looks_of_reviewers_are_ordinary_work(tmp_path: Path) -> None:
    clock = HandClock()
    storage = opened(tmp_path, clock)
    known(storage, "old", person="ann", number="1")
    known(storage, "me", person="ann", number="2")
    known(storage, "other", person="bob", number="3")
    with storage.begin() as work:
        work.audit.append("staff.1", "case.viewed", "old", {"purpose": "service"})
        work.audit.append("staff.2", "call.listened", "CA_old", {"purpose": "quality"})
        work.audit.append("staff.3", "case.viewed", "other", {"purpose": "service"})
        work.audit.append("staff.4", "case.queued", "old")
        work.commit()
    with storage.begin() as work:
        assert [who for _, who in work.links.sharing("me", SINCE).looks] == ["staff.1", "staff.2"]


def test_voice_terms_go_by_person_and_can_be_withdrawn(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    known(storage, "old", person="ann", number="1")
    known(storage, "me", person="ann", number="2")
    known(storage, "other", person="bob", number="1")
    store_call(storage, "nobody", "CA_nobody")
    with storage.begin() as work:
        work.voice_terms.agree("old", VoiceScope.BIOMETRIC, "form-17", START)
        work.voice_terms.agree("old", VoiceScope.ASSISTIVE, "letter-2", START)
        with pytest.raises(NotFound):
            work.voice_terms.agree("nobody", VoiceScope.BIOMETRIC, "form-18", START)
        work.commit()
    with storage.begin() as work:
        assert work.voice_terms.of("me") == {VoiceScope.BIOMETRIC, VoiceScope.ASSISTIVE}
        assert work.voice_terms.of("other") == work.voice_terms.of("nobody") == frozenset()
        assert work.voice_terms.withdraw("me", VoiceScope.BIOMETRIC, START)
        assert not work.voice_terms.withdraw("me", VoiceScope.BIOMETRIC, START)
        assert work.voice_terms.of("old") == {VoiceScope.ASSISTIVE}


def test_what_could_lead_to_a_person_goes_with_the_person(tmp_path: Path) -> None:
    storage = opened(tmp_path)
    known(storage, "me", person="ann", number="1")
    known(storage, "b", person="bob", number="1")
    with storage.begin() as work:
        work.voice_terms.agree("me", VoiceScope.BIOMETRIC, "form-17", START)
        work.commit()
    shred(storage, plan_person(storage, "me"), "operator")
    with storage.begin() as work:
        assert work.links.sharing("b", SINCE).by_kind == {}
    with storage.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM voice_terms").scalar() == 0
