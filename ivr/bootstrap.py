"""The one place where parts are joined. Everything else takes what it needs as constructor arguments."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import Any

import httpx
import structlog
from fastapi import APIRouter, FastAPI

from antifraud.analysis import CallAnalysis, warm
from antifraud.facts import CallContext
from core.applicant import PhoneNumber
from core.application import Application
from core.decision.decide import decide
from core.decision.facts import facts_of
from core.decision.model import Decision
from core.decision.policy import packaged_policy
from core.errors import EnvironmentProblem, LoanlineError
from core.evidence import Evidence
from core.identity.codes import Codes
from core.jurisdiction.library import packaged
from core.jurisdiction.pack import ConsentMode, Pack
from core.ports import Clock, Ids, SmsSender, Storage
from core.risk import RiskReport
from core.storage.opening import DATA_FILE, open_storage
from core.usecases import intake, offer
from ivr.call_runner import CallRunner
from ivr.call_session import CallSession
from ivr.console.app import Console, ConsoleParts, console
from ivr.dialogue.events import CallBegan
from ivr.dialogue.prompts import load_catalogue
from ivr.dialogue.script import load_script
from ivr.dialogue.state import House as DialogueHouse
from ivr.errands import Errands
from ivr.grammars import grammars_for
from ivr.hearing import Listener
from ivr.line import IncomingCall, Line
from ivr.live_board import LiveBoard
from ivr.recording import Recorder
from ivr.reporting import CallReporter
from ivr.risk_watch import RiskWatch
from ivr.sandbox.app import sandbox_app
from ivr.sandbox.inbox import SandboxSms, SmsBox
from ivr.settings import Settings
from ivr.switchboard import LineSwitchboard
from ivr.system import SystemClock, SystemIds
from ivr.telemetry import Metrics
from ivr.twilio.calls import Calls
from ivr.twilio.media_socket import Limits, media_router
from ivr.twilio.rest import TwilioApi, TwilioSms
from ivr.twilio.signature import SignatureVerifier
from ivr.twilio.tokens import StreamTokens
from ivr.twilio.twiml import WEBHOOK_LIMITS, Documents
from ivr.twilio.webhooks import router as webhook_router
from speech.engines.vosk_pool import VoskPool
from speech.models import find_model, verify
from speech.recognizer import Recognizer
from speech.second_opinion import SileroOpinion
from speech.synthesis import PromptCache, Pyttsx3Voice, Voice

__all__ = ["CallMaker", "House", "Intake", "Parts", "build", "make_line"]

_log = structlog.get_logger()
_REGIONS = {"US": "US", "CN": "CN"}


class Intake:
    """``ivr.errands.IntakeDesk`` over the core's use cases, with the pack and policy of this line."""

    def __init__(self, storage: Storage, clock: Clock, pack: Pack) -> None:
        self._storage, self._clock, self._pack, self._policy = storage, clock, pack, packaged_policy()

    def submit(self, application: Application, risk: RiskReport) -> Decision:
        return intake.submit(self._storage, self._clock, application, risk, self._decide)

    def _decide(self, application: Application, risk: RiskReport) -> Decision:
        today = self._clock.now().date()
        self._pack.require_in_force(today)
        return decide(facts_of(application, risk, today), self._pack, self._policy)

    def accept(self, case_id: str, number: int, assent: Evidence) -> None:
        offer.accept(self._storage, self._clock, case_id, number, assent)

    def refuse(self, case_id: str, assent: Evidence) -> None:
        offer.refuse(self._storage, self._clock, case_id, assent)


@dataclass(frozen=True, slots=True)
class Parts:
    """The adapters a line stands on."""

    storage: Storage
    clock: Clock
    ids: Ids
    sms: SmsSender
    recognizer: Recognizer
    voice: Voice
    board: LiveBoard
    metrics: Metrics


class CallMaker:
    """Makes the runner of each call from what all calls of a line share."""

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self._parts = parts
        self._record = str(settings.data_dir / DATA_FILE)
        self._pack = packaged(settings.jurisdiction)
        self._house = dialogue_house(settings, self._pack)
        self._codes = Codes(parts.storage, parts.clock, parts.ids, parts.sms)
        self._intake = Intake(parts.storage, parts.clock, self._pack)
        self._opinion = SileroOpinion()
        self._spoken_consents = frozenset(
            consent for consent, mode in self._pack.features.items() if mode <= ConsentMode.ORAL
        )

    def runner(self, call: IncomingCall, began: CallBegan, line: Line) -> CallRunner:
        """See ``ivr.switchboard.RunnerMaker``."""
        parts = self._parts
        return CallRunner(
            began,
            CallSession(self._house),
            line,
            clock=parts.clock,
            voice=parts.voice,
            listener=Listener(parts.recognizer, self._opinion),
            recorder=Recorder(parts.storage, call.call_id),
            errands=Errands(
                parts.storage,
                parts.clock,
                parts.ids,
                self._codes,
                self._intake,
                parts.sms,
                jurisdiction=self._pack.jurisdiction,
                call_id=call.call_id,
                case_id=began.case_id,
                case_started=parts.clock.now(),
            ),
            risk=RiskWatch(CallAnalysis(), CallContext(attestation=call.attestation), self._spoken_consents),
            reporter=CallReporter(parts.board, parts.metrics, call.call_id, self._record),
        )


def dialogue_house(settings: Settings, pack: Pack) -> DialogueHouse:
    """The dialogue's fixed part: script, texts, grammars, disclosures."""
    script, prompts = load_script(), load_catalogue(settings.language)
    return DialogueHouse(
        script=script,
        prompts=prompts,
        grammars=grammars_for(script, prompts),
        language=settings.language,
        currency=pack.currency,
        region=_REGIONS.get(pack.jurisdiction.upper(), "US"),
        disclosures={text.disclosure_id: text.text for text in pack.disclosures},
        disclosure_version=f"{pack.jurisdiction}:{pack.version}",
        cooling_off=pack.cooling_off_hours,
        rate=settings.voice_rate,
    )


def make_line(settings: Settings, parts: Parts) -> LineSwitchboard:
    """A switchboard over these parts."""
    return LineSwitchboard(
        storage=parts.storage,
        clock=parts.clock,
        ids=parts.ids,
        metrics=parts.metrics,
        make_runner=CallMaker(settings, parts).runner,
        max_calls=settings.max_calls,
        resume_hours=settings.resume_hours,
        capacity=parts.recognizer.capacity,
    )


class House:
    """One running node: the telephone line and all it stands on."""

    def __init__(self, settings: Settings, port: int) -> None:
        self.settings = settings
        self.clock, self.ids = SystemClock(), SystemIds()
        self.metrics, self.board = Metrics(), LiveBoard()
        self._base = f"http://{settings.host}:{port}"
        self.public_url = settings.public_url or self._base
        self._token = _auth_token(settings)
        self.storage = _open_storage(settings, self.clock)
        model = find_model(settings.language, (settings.models_path,))
        verify(model)
        self.recognizer = VoskPool(
            {settings.language: model},
            workers=settings.recognizer_workers,
            hearings=2 * settings.max_calls,
        )
        self.voice = Pyttsx3Voice(
            PromptCache(settings.data_dir / "prompts"), voice=settings.voice, rate=settings.voice_rate
        )
        self._http = httpx.AsyncClient()
        self._box = SmsBox(self.clock, self.ids)
        self.switchboard = make_line(
            settings,
            Parts(
                storage=self.storage,
                clock=self.clock,
                ids=self.ids,
                sms=self._sms(),
                recognizer=self.recognizer,
                voice=self.voice,
                board=self.board,
                metrics=self.metrics,
            ),
        )

    def _sms(self) -> SmsSender:
        settings = self.settings
        if settings.demo:
            return SandboxSms(self._http, f"{self._base}/sandbox")
        api = TwilioApi(settings.twilio_account_sid, self._token, self.metrics)
        return TwilioSms(api, settings.twilio_from_number)

    def routers(self) -> list[APIRouter]:
        """Twilio's doors."""
        verifier = SignatureVerifier(self.public_url, [self._token], WEBHOOK_LIMITS)
        tokens = StreamTokens(secrets.token_bytes(32), self.clock, self.ids)
        calls = Calls(self.switchboard, self.metrics)
        staff = PhoneNumber(self.settings.staff_number) if self.settings.staff_number else None
        documents = Documents(self.public_url, staff)
        limits = Limits(stall_s=self.settings.stall_seconds)
        return [
            webhook_router(self.switchboard, calls, verifier, tokens, documents, self.metrics),
            media_router(self.switchboard, calls, verifier, tokens, self.metrics, limits),
        ]

    def console(self) -> Console:
        """The staff's pages."""
        return console(
            ConsoleParts(
                storage=self.storage,
                clock=self.clock,
                ids=self.ids,
                board=self.board,
                calls=self.switchboard,
                house=dialogue_house(self.settings, packaged(self.settings.jurisdiction)),
                public_url=self.public_url,
                demo=self.settings.demo,
            )
        )

    def sandbox_app(self) -> FastAPI:
        return sandbox_app(self._box, self.clock)

    async def start(self) -> None:
        """Start the recogniser and the voice, and load what the first call would wait for."""
        await asyncio.gather(self.recognizer.start(), self.voice.start(), asyncio.to_thread(warm))
        await self._report_missing_words()

    async def _report_missing_words(self) -> None:
        """Say once which words of the script's answers the model cannot hear."""
        settings = self.settings
        grammars = grammars_for(load_script(), load_catalogue(settings.language))
        phrases = tuple({phrase for each in grammars.values() for phrase in each})
        missing = await self.recognizer.missing_words(phrases, settings.language)
        if missing:
            _log.warning("words_missing_from_model", words=list(missing[:50]), count=len(missing))

    async def problems(self) -> list[str]:
        """What keeps this node from taking calls, in sentences; empty when it is ready."""
        found = []
        try:
            await asyncio.to_thread(self.switchboard.healthy)
        except LoanlineError as error:
            found.append(str(error))
        if self.recognizer.capacity() < 1:
            found.append("The recogniser has no capacity; wait, or raise LOANLINE_RECOGNIZER_WORKERS.")
        return found

    async def close(self) -> None:
        self.switchboard.stop_taking_calls()
        await self.recognizer.close()
        await self.voice.close()
        await self._http.aclose()
        self.storage.close()


def _auth_token(settings: Settings) -> str:
    """Twilio's secret; in demo mode, when none is set, one of the data directory's own."""
    token = settings.twilio_auth_token.get_secret_value()
    if token or not settings.demo:
        return token
    path = settings.demo_token_path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(0o600)
            path.write_text(secrets.token_hex(16))
        return path.read_text().strip()
    except OSError:
        raise EnvironmentProblem(
            "The data directory cannot be written: set LOANLINE_DATA_DIR to one that can."
        ) from None


def _open_storage(settings: Settings, clock: Clock) -> Any:
    phrase = settings.keyring_passphrase
    secret = phrase.get_secret_value() if phrase else None
    return open_storage(settings.data_dir, settings.keyring_path, secret, clock)


def build(settings: Settings, port: int) -> House:
    """Join a node; raises ``EnvironmentProblem`` (or ``WrongKey``, ``ModelMissing``) with what to do."""
    return House(settings, port)
