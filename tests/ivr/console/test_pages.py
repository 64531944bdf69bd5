"""Review desk, records, today and audit over a call that came to a decision."""

from __future__ import annotations

import io
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.application import Status
from core.storage.figures import audit_page, hands_on, list_applications, list_records, since_then
from core.usecases.roles import Role
from core.usecases.shred import plan_call, shred
from ivr.console.sounds import cut, outline, wav
from speech.audio import encode_mulaw, silence_mulaw
from tests.ivr.console.office import Office, keyed_to_the_end, open_office
from tests.ivr.small_line import CLIPS, SmallLine, load_clip


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """One call, keyed to its end: the offer is accepted."""
    line = SmallLine(tmp_path)
    async with open_office(tmp_path, line) as office:
        await keyed_to_the_end(line)
        yield office


def case_of(office: Office) -> str:
    return list_applications(office.storage.engine)[0].case_id


async def test_a_case_opens_with_a_purpose_and_is_written_down(office: Office) -> None:
    case = f"/console/cases/{case_of(office)}"
    async with office.browser(Role.UNDERWRITER) as client:
        assert case_of(office) in (await client.get("/console/cases")).text
        asked = (await client.get(case)).text
        assert "Why do you need to see this?" in asked
        assert "4200.00" not in asked
        assert (await client.post(case, data={"purpose": ""})).status_code == 422
        assert (await client.post(case, data={"purpose": "decision"})).status_code == 303
        shown = (await client.get(case)).text
        assert "4200.00" in shown
        assert ">0073<" not in shown
        revealed = await client.post(f"{case}/reveal", data={"field": "national_id_last4", "reason": "to decide"})
        assert "0073" in revealed.text
        assert (await client.get(f"{case}/clips/amount")).status_code == 404  # it was keyed, not said
        assert (await client.get(f"{case}/clips/__class__")).status_code == 404
        said = await client.post(f"{case}/verdict", data={"verdict": "approve", "why": "looks fine to me"})
        assert said.status_code == 409  # it does not wait for a review
    mine = [row[1] for row in office.actions() if row[0] == "t.underwriter"]
    assert mine == ["case.viewed", "field.revealed"]


async def test_a_case_whose_recordings_were_destroyed_is_shown_without_them(office: Office) -> None:
    case = f"/console/cases/{case_of(office)}"
    shred(office.storage, plan_call(office.storage, "CA1"), "os.tester")
    async with office.browser(Role.UNDERWRITER) as client:
        assert (await client.post(case, data={"purpose": "decision"})).status_code == 303
        assert "4200.00" in (await client.get(case)).text


async def test_an_auditor_sees_the_case_masked_and_nothing_without_a_purpose(office: Office) -> None:
    case = f"/console/cases/{case_of(office)}"
    async with office.browser(Role.AUDITOR) as client:
        await client.post(case, data={"purpose": "supervision"})
        shown = (await client.get(case)).text
        assert "4200.00" not in shown
        assert "0073" not in shown
        assert (await client.post(f"{case}/reveal", data={"field": "phone", "reason": "x y z"})).status_code == 403
        assert (await client.get("/console/cases/case_404")).status_code == 404


async def test_a_record_opens_with_a_reason(office: Office) -> None:
    async with office.browser(Role.SUPERVISOR) as client:
        assert "CA1" in (await client.get("/console/records")).text
        assert (await client.get("/console/records/CA1/sound")).status_code == 409
        assert (await client.post("/console/records/CA1", data={"reason": " "})).status_code == 422
        assert (await client.post("/console/records/CA1", data={"reason": "a complaint"})).status_code == 303
        assert "Welcome to Loanline" in (await client.get("/console/records/CA1")).text
        sound = await client.get("/console/records/CA1/sound")
    with wave.open(io.BytesIO(sound.content)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
    assert ("t.supervisor", "call.viewed", "CA1") in office.actions()


async def test_today_counts_and_audit_tells(office: Office) -> None:
    async with office.browser(Role.AUDITOR) as client:
        assert (await client.get("/console/today")).status_code == 200
        page = (await client.get("/console/audit", params={"subject": "CA1"})).text
        assert "CA1" in page
        assert (await client.get("/console/audit", params={"before": "x"})).status_code == 422
        checked = await client.post("/console/audit/verify")
        assert "The log is whole" in checked.text
    async with office.browser(Role.OPERATOR) as client:
        assert "0073" not in (await client.get("/console/audit")).text
    assert ("t.auditor", "audit.verified", "audit") in office.actions()


def test_figures(office: Office) -> None:
    engine = office.storage.engine
    day = since_then(engine, list_records(engine)[0].started_at)
    assert (day.calls, day.outcomes["accepted"], day.decisions) == (1, 1, {"approve": 1})
    assert day.share("accepted", "declined") == 1.0
    assert [row.status for row in list_applications(engine, status=Status.ACCEPTED.value)] == ["accepted"]
    assert list_applications(engine, status="review") == []
    assert hands_on(engine, case_of(office)) == frozenset()
    newest = audit_page(engine, limit=2)
    assert [row.seq for row in newest] == sorted((row.seq for row in newest), reverse=True)
    assert all(row.seq < newest[-1].seq for row in audit_page(engine, before=newest[-1].seq))


def test_sounds() -> None:
    voice = encode_mulaw(load_clip(CLIPS / "yes.flac"))
    assert len(cut(voice, 0, 100, margin_ms=50)) == 150 * 8
    assert cut(voice, 10**7, 10**7 + 1) == b""
    bars = outline(voice, 20)
    assert (len(bars), max(bars)) == (20, 1.0)
    assert outline(silence_mulaw(20), 4) == [0.0] * 4
    assert outline(b"", 10) == []
    with wave.open(io.BytesIO(wav(voice))) as file:
        assert file.getnframes() == len(voice)
