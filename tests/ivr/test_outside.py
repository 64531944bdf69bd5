"""The node's outside checks: asked only with consent, over real HTTP, and found on the shared list by its own key."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from core.errors import EnvironmentProblem
from core.privacy import ConsentRecord, How
from ivr.bootstrap import build
from ivr.outside import outside_checks
from ivr.sandbox.people import LIST_SECRET
from ivr.settings import load_settings
from tests.core.storage.people import START, application
from tests.ivr.sandbox.serving import FixedClock, sandbox

CONSENT = ConsentRecord("credit_report", True, "credit.ask", "ab12", START, How.CALL)


async def test_with_consent_all_four_are_asked_without_it_nobody() -> None:
    asked: list[str] = []

    async def note(request: httpx.Request) -> None:
        asked.append(request.url.path)

    async with sandbox() as (url, _), httpx.AsyncClient(event_hooks={"request": [note]}) as http:
        verifier = outside_checks(url, http, FixedClock(), LIST_SECRET)
        await verifier.ask(application(), ())
        assert asked == []
        verified = await verifier.ask(application(), (CONSENT,))
    assert len(asked) == 4
    assert len(verified.evidence) == 4


def test_a_list_without_its_key_is_refused_at_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM_NUMBER"):
        monkeypatch.setenv(name, "+14155550100")
    settings = load_settings(data_dir=tmp_path, checks_url="https://checks.example.org")
    with pytest.raises(EnvironmentProblem, match="LOANLINE_LIST_SECRET"):
        build(settings, 8080)
