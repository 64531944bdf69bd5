"""How fast a decision is, and whether ten thousand random ones keep the promises.

    python -m scripts.bench.decision [--count 2000] [--outside 100] [--properties 10000] [--json]

``engine``: facts to decision with the challenger and the bundle, nothing stored. ``stored``: the same through intake
into SQLite. ``outside``: through the desk with all four providers of the sandbox over HTTP, stored. Milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from core.application import Application, Consent
from core.decision.application_input import read_application
from core.decision.checks import Checks, FileKind, ReportFacts, State
from core.decision.decide import decide
from core.decision.facts import facts_of
from core.decision.model import Facts
from core.decision.policy import packaged_policy
from core.decision.shadow import judge
from core.evidence import Answer
from core.jurisdiction.library import packaged
from core.money import Money
from core.risk import RiskLevel, RiskReport
from core.scoring.library import packaged_challenger, packaged_scorecard
from core.storage.opening import open_storage
from core.usecases.decisions import Rulebook
from core.usecases.desk import ApplicationDesk
from core.usecases.intake import submit
from core.usecases.verify import Verifier
from core.verification.clients import HttpCreditBureau, HttpNegativeList, HttpPhoneOwners, HttpWorkRegister
from core.verification.provider import Patience, Provider
from ivr.sandbox.app import standalone_app
from ivr.sandbox.inbox import SmsBox
from ivr.sandbox.people import LIST_SECRET
from ivr.system import SystemClock, SystemIds

EXAMPLE = Path(__file__).parents[2] / "examples" / "applications" / "approve.json"
CLEAR = RiskReport(RiskLevel.NONE, complete=True)
RULES = Rulebook(packaged("US"), packaged_policy(), packaged_scorecard(), packaged_challenger())
CAP = Decimal(36)


def usd(whole: int) -> Money:
    return Money(whole * 100, "USD")


def somebody(dice: random.Random, number: int) -> Application:
    made = read_application(json.loads(EXAMPLE.read_text("utf-8")), datetime.now(UTC)).application
    said = made.amount.evidence
    consent = Consent("credit_report", True, "credit.ask", "ab12", made.received_at)
    return replace(
        made,
        case_id=f"bench_{number}",
        amount=Answer(usd(dice.randrange(200, 12_000)), said),
        monthly_income=Answer(usd(dice.randrange(1500, 9000)), said),
        monthly_debt=Answer(usd(dice.randrange(0, 900)), said),
        term_months=Answer(dice.randrange(3, 37), said),
        consents=(consent,),
    )


def report(dice: random.Random) -> Checks:
    limit = dice.randrange(0, 30_000)
    about = ReportFacts(
        kind=FileKind.HIT,
        old=False,
        alert=False,
        monthly_payments=usd(dice.randrange(0, 900)),
        revolving_balance=usd(dice.randrange(0, limit + 1)),
        revolving_limit=usd(limit),
        open_lines=dice.randrange(0, 20),
        home_loans=dice.choice([0, 0, 0, 1, 1, 2, 5]),
        late_30=dice.choice([0, 0, 0, 0, 1, 2]),
        late_60=dice.choice([0, 0, 0, 0, 0, 1]),
        late_90=dice.choice([0, 0, 0, 0, 0, 1]),
    )
    return Checks(State.ANSWERED, about, State.ANSWERED, None, State.ANSWERED, False, State.ANSWERED)


def timed(count: int, work: Callable[[int], Any]) -> dict[str, float]:
    """By the clock, and by the processor alone (``cpu_…``), which other work on the machine moves less."""
    spent, processor = [], []
    for number in range(count):
        began, began_busy = time.perf_counter(), time.process_time()
        work(number)
        spent.append(1000 * (time.perf_counter() - began))
        processor.append(1000 * (time.process_time() - began_busy))
    busy = quantiles(processor)
    return quantiles(spent) | {"cpu_p50": busy["p50"], "cpu_p99": busy["p99"]}


def quantiles(spent: list[float]) -> dict[str, float]:
    spent.sort()
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {name: round(spent[min(int(share * len(spent)), len(spent) - 1)], 2) for name, share in at.items()} | {
        "worst": round(spent[-1], 2)
    }


def engine(count: int) -> dict[str, float]:
    dice = random.Random(1)
    today = date.today()  # noqa: DTZ011 - any day will do
    people = [facts_of(somebody(dice, number), CLEAR, today, report(dice)) for number in range(count)]
    return timed(count, lambda n: judge(people[n], RULES.pack, RULES.policy, RULES.champion, RULES.challenger))


def stored(count: int, folder: Path) -> dict[str, float]:
    dice, clock = random.Random(2), SystemClock()
    storage = open_storage(folder / "data", folder / "keyring.json", None, clock)
    people = [(somebody(dice, number), report(dice)) for number in range(count)]

    def one(number: int) -> None:
        about, checks = people[number]
        submit(storage, clock, about, CLEAR, RULES.decider(clock, checks))

    found = timed(count, one)
    storage.close()
    return found


async def outside(count: int, folder: Path) -> dict[str, float]:
    dice, clock, spent = random.Random(3), SystemClock(), []
    storage = open_storage(folder / "data", folder / "keyring.json", None, clock)
    server = uvicorn.Server(
        uvicorn.Config(standalone_app(SmsBox(clock, SystemIds()), clock), log_level="error", lifespan="off")
    )
    listener = socket.create_server(("127.0.0.1", 0))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/sandbox"
    async with httpx.AsyncClient() as http:

        def provider(name: str) -> Provider:
            patience = Patience(deadline=1.9, attempt=0.9, tries=2, pause=0.05)
            return Provider(name, url, http, clock=clock, random=dice.random, patience=patience)

        verifier = Verifier(
            HttpCreditBureau(provider("bureau")),
            HttpWorkRegister(provider("work register")),
            HttpPhoneOwners(provider("carrier")),
            HttpNegativeList(provider("shared list"), LIST_SECRET),
            clock,
        )
        desk = ApplicationDesk(storage, clock, RULES, verifier)
        for number in range(count):
            began = time.perf_counter()
            await desk.submit(somebody(dice, 10_000 + number), CLEAR)
            spent.append(1000 * (time.perf_counter() - began))
    server.should_exit = True
    await serving
    storage.close()
    return quantiles(spent)


def properties(count: int) -> dict[str, int]:
    """Random applications: no cap passed, sums exact, a better report never a smaller limit or a dearer loan."""
    dice = random.Random(4)
    today = date.today()  # noqa: DTZ011 - any day will do
    offers = 0
    for number in range(count):
        asked = facts_of(somebody(dice, number), CLEAR, today, report(dice))
        made, better = decided(asked), decided(improved(asked))
        for terms in made.offers:
            offers += 1
            assert terms.apr <= CAP, "a cap was passed"
            assert sum(row.principal.minor for row in terms.instalments) == terms.principal.minor, "a sum is off"
        prices = {(terms.principal, terms.term_months): terms.rate for terms in made.offers}
        for terms in better.offers:
            key = (terms.principal, terms.term_months)
            assert terms.rate <= prices.get(key, terms.rate), "a better report made the loan dearer"
        most = [max((terms.principal.minor for terms in one.offers), default=0) for one in (made, better)]
        assert most[0] <= most[1], "a better report made the limit smaller"
    return {"applications": count, "offers": offers, "violations": 0}


def decided(asked: Facts) -> Any:
    return decide(asked, RULES.pack, RULES.policy, RULES.champion)


def improved(asked: Facts) -> Facts:
    about = asked.checks.report
    assert about is not None
    better = replace(about, late_30=0, late_60=0, late_90=0, revolving_balance=usd(0))
    return replace(asked, checks=replace(asked.checks, report=better))


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--count", type=int, default=2000)
    words.add_argument("--outside", type=int, default=100)
    words.add_argument("--properties", type=int, default=0)
    words.add_argument("--json", action="store_true")
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found: dict[str, dict[str, Any]] = {
            "engine": engine(given.count),
            "stored": stored(min(given.count, 1000), Path(folder)),
            "outside": asyncio.run(outside(given.outside, Path(folder))),
        }
    if given.properties:
        found["properties"] = properties(given.properties)
    if given.json:
        print(json.dumps(found))
    else:
        for name, row in found.items():
            print(f"{name:10} " + "  ".join(f"{key} {value}" for key, value in row.items()))
    fast = found["engine"]["cpu_p99"] < 20 and found["stored"]["cpu_p50"] < 20
    return 0 if fast and found["outside"]["p99"] < 2000 else 1


if __name__ == "__main__":
    sys.exit(main())
