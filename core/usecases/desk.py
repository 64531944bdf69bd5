"""The desk where applications are handed in, by phone or in writing: checked, decided and stored the same way."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from core.application import Application
from core.decision.checks import NO_CHECKS, Past
from core.decision.decide import decide
from core.decision.facts import facts_of
from core.decision.model import Decision, Outcome, Terms
from core.errors import InvalidInput, LoanlineError
from core.evidence import Evidence
from core.ports import Clock, Storage
from core.risk import RiskReport
from core.usecases import intake, offer
from core.usecases.consents import ledger_with
from core.usecases.decisions import Rulebook
from core.usecases.verify import NOTHING_ASKED, Verified, Verifier

__all__ = ["ApplicationDesk"]


#: How far back applications of one person are counted.
LATELY = timedelta(days=30)


class ApplicationDesk:
    """Joins rules, outside checks and storage. Without a ``verifier`` nobody outside is asked."""

    def __init__(self, storage: Storage, clock: Clock, rules: Rulebook, verifier: Verifier | None = None) -> None:
        self._storage, self._clock, self.rules, self._verifier = storage, clock, rules, verifier

    async def submit(
        self, application: Application, risk: RiskReport, delivery: tuple[str, str] | None = None
    ) -> Decision:
        """Check, decide and store; see ``core.usecases.intake.submit`` for what is promised and raised.

        Nobody outside is asked about an application that is decided without them: one that is stored already, is
        incomplete, or would be declined on what was said; and nobody at all unless the consent to it stands in the
        ledger. Raises ``Tampered`` or ``WrongKey``, and asks nobody, when the ledger cannot be believed.
        """
        past = await asyncio.to_thread(self._past, application)
        verified = await self._verified(application, risk, past)
        decider = self.rules.decider(self._clock, verified.checks, verified.evidence, past)
        return await asyncio.to_thread(intake.submit, self._storage, self._clock, application, risk, decider, delivery)

    def require_decidable(self, application: Application, risk: RiskReport) -> None:
        """Raise ``InvalidInput`` naming the field when this application is not for these rules, or its figures cannot
        be: then it is refused at the door and nothing is stored."""
        pack = self.rules.pack
        if application.jurisdiction.upper() != pack.jurisdiction:
            raise InvalidInput("jurisdiction", f"this line lends in {pack.jurisdiction}")
        if application.amount.value.currency != pack.currency:
            raise InvalidInput("currency", f"this line lends in {pack.currency}")
        facts_of(application, risk, self._clock.now().date())

    def accept(self, case_id: str, offer_index: int, assent: Evidence) -> Terms:
        """See ``core.usecases.offer.accept``."""
        return offer.accept(self._storage, self._clock, self.rules.pack, case_id, offer_index, assent)

    def refuse(self, case_id: str, assent: Evidence) -> None:
        """See ``core.usecases.offer.refuse``."""
        offer.refuse(self._storage, self._clock, case_id, assent)

    def _past(self, application: Application) -> Past:
        with self._storage.begin() as work:
            return work.applicants.past(application, self._clock.now() - LATELY)

    async def _verified(self, application: Application, risk: RiskReport, past: Past) -> Verified:
        if self._verifier is None:
            return NOTHING_ASKED
        if not await asyncio.to_thread(self._worth_asking, application, risk, past):
            return NOTHING_ASKED
        ledger = await asyncio.to_thread(ledger_with, self._storage, application)
        return await self._verifier.ask(application, ledger)

    def _worth_asking(self, application: Application, risk: RiskReport, past: Past) -> bool:
        """Knock-outs come before paid data. What cannot be decided at all is left to ``intake``, which reviews it."""
        if intake.known(self._storage, application.case_id):
            return False
        try:
            facts = facts_of(application, risk, self._clock.now().date(), NO_CHECKS, past)
            first = decide(facts, self.rules.pack, self.rules.policy)
        except LoanlineError:
            return False
        only_the_report = [one.code for one in first.reasons] == ["credit_report_missing"]
        return only_the_report or first.outcome not in {Outcome.DECLINE, Outcome.INCOMPLETE}
