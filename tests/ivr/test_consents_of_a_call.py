"""What a caller agrees to on the line is in the ledger: which text, and where in the call the yes is."""

from __future__ import annotations

from pathlib import Path

from core.privacy import How, standing
from tests.ivr.console.office import keyed_to_the_end
from tests.ivr.small_line import SmallLine


async def test_every_yes_of_a_call_is_entered_once(tmp_path: Path) -> None:
    line = SmallLine(tmp_path)
    await keyed_to_the_end(line)
    storage = line.house.storage
    with storage.begin() as work:
        case_id = work.records.read("CA1").case_id
        records = work.consents.of(case_id)
        application = work.applications.get(case_id).application
    assert {each.scope for each in records} >= {"recording", "credit_report"}
    assert len({each.scope for each in records}) == len(records) == len(application.consents)
    for each in records:
        assert (each.how, each.call_id, len(each.text_hash)) == (How.CALL, "CA1", 64)
        assert standing(records, each.scope)
        assert each.evidence is not None
    storage.close()
