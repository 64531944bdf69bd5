"""The one place where a node's parts are joined. Everything else takes what it needs as constructor arguments."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from functools import cached_property
from pathlib import Path

import httpx
import structlog
from fastapi import APIRouter, FastAPI

from antifraud.analysis import warm
from core.applicant import PhoneNumber
from core.errors import EnvironmentProblem, LoanlineError
from core.identity.codes import CODES_A_NUMBER
from core.jurisdiction.library import packaged
from core.ports import CallBack, SmsSender
from core.security.leaked import LeakedPasswords
from core.usecases.calling_hours import BusinessHours
from core.usecases.desk import ApplicationDesk
from core.usecases.retention import Terms
from core.usecases.verify import Verifier
from ivr.api.app import api_app
from ivr.console.app import Console, ConsoleParts, console
from ivr.deep_pass import DeepPass, spoken_consents
from ivr.dialogue.prompts import load_catalogue
from ivr.dialogue.script import load_script
from ivr.exchange import Parts, dialogue_house, make_line, rulebook, speakers, static_words
from ivr.grammars import grammars_for
from ivr.housekeeping import DailyRetention
from ivr.links.copies import CopyLinks, copies_router
from ivr.links.resume import ResumeLinks, links_router
from ivr.live_board import LiveBoard
from ivr.outside import PATIENCE, outside_checks
from ivr.owed_texts import OwedCopies
from ivr.phone.callers import ReadyCaller, ReadyTurn
from ivr.phone.exchange import DemoExchange
from ivr.phone.routes import phone_router
from ivr.quality.runs import RunBook
from ivr.replay.channel import load_clip
from ivr.replay.manifest import CODE_PLACE, CallFixture, find_fixtures, read_fixture
from ivr.sandbox.app import sandbox_app
from ivr.sandbox.inbox import SandboxSms, SmsBox
from ivr.sandbox.people import LIST_SECRET
from ivr.settings import Settings
from ivr.system import SystemClock, SystemIds
from ivr.telemetry import Metrics, log_head
from ivr.tracing import traces_to
from ivr.twilio.call_back_desk import CallBackDesk
from ivr.twilio.doors import Doors, twilio_doors
from ivr.twilio.media_socket import Limits
from ivr.twilio.rest import CallControl, TwilioApi, TwilioSms
from ivr.twilio.twiml import Documents
from ivr.twilio.verify import VerifyCodes
from ivr.vault import open_vault
from speech.audio import encode_mulaw
from speech.engines.vosk_pool import VoskPool
from speech.models import find_model, verify
from speech.synthesis import PromptCache, Pyttsx3Voice

__all__ = ["House", "build", "call_control"]

#: So long Twilio may take to ask what comes after a stream that we ended.
_LAST_WORDS_S = 4.0
_log = structlog.get_logger()


class House:
    """One running node: the telephone line and all it stands on."""

    def __init__(self, settings: Settings, port: int) -> None:
        self.settings = settings
        self.clock, self.ids = SystemClock(), SystemIds()
        self.metrics, self.board = Metrics(), LiveBoard()
        self._base = f"http://{settings.host}:{port}"
        self.public_url = settings.public_url or self._base
        self._token = _auth_token(settings)
        self.storage = open_vault(settings, self.clock)
        self.storage.tell_heads(log_head)
        model = find_model(settings.language, (settings.models_path,), name=settings.speech_model(settings.language))
        verify(model)
        self._traces = traces_to(settings.traces_url, static_words(settings.language))
        self.recognizer = VoskPool(
            {settings.language: model},
            workers=settings.recognizer_workers,
            hearings=2 * settings.max_calls,
            timeout_s=20 * settings.patience,
            partial_s=0.5 * settings.patience,
            stall_s=4 * settings.patience,
        )
        self.voice = Pyttsx3Voice(
            PromptCache(settings.data_dir / "prompts"),
            voice=settings.voice,
            rate=settings.voice_rate,
            timeout_s=10 * settings.patience,
        )
        self._http = httpx.AsyncClient()
        self._box = SmsBox(self.clock, self.ids)
        account = settings.twilio_account_sid, self._token
        self._api = None if settings.demo else TwilioApi(*account, self.metrics, settings.twilio_api_url)
        self._text = self._sms()
        self.codes = self._verify()
        self._resume = self._resume_links()
        self._copies = CopyLinks(self._link_key(b"written copies"), self.clock, self.public_url)
        self._owed = OwedCopies(self.storage, self.clock, self._text, self._copies.url, self.metrics)
        self._background: set[asyncio.Task[None]] = set()
        self.desk = ApplicationDesk(self.storage, self.clock, rulebook(settings), self._checks())
        self.switchboard = make_line(
            settings,
            Parts(
                storage=self.storage,
                clock=self.clock,
                ids=self.ids,
                sms=self._text,
                desk=self.desk,
                recognizer=self.recognizer,
                voice=self.voice,
                board=self.board,
                metrics=self.metrics,
                codes=self.codes,
                codes_a_number=None if settings.demo else CODES_A_NUMBER,
                copy_url=self._copies.url,
                speakers=speakers(settings),
                traces=self._traces,
            ),
        )

    def _checks(self) -> Verifier | None:
        """Whom to ask outside about applicants who agreed to it; in demo mode the sandbox."""
        settings, secret = self.settings, self.settings.list_secret.get_secret_value().encode()
        patience = PATIENCE.times(settings.patience)
        if settings.demo and not settings.checks_url:
            return outside_checks(f"{self._base}/sandbox", self._http, self.clock, LIST_SECRET, patience)
        if not settings.checks_url:
            return None
        if not secret:
            raise EnvironmentProblem("Set LOANLINE_LIST_SECRET to the key of the shared list at LOANLINE_CHECKS_URL.")
        return outside_checks(settings.checks_url, self._http, self.clock, secret, patience)

    def _sms(self) -> SmsSender:
        if self.settings.demo or self._api is None:
            return SandboxSms(self._http, f"{self._base}/sandbox")
        return TwilioSms(self._api, self.settings.twilio_from_number, f"{self.public_url}/voice/sms-status")

    def _verify(self) -> VerifyCodes | None:
        """Twilio Verify in place of our own codes, where a service is named. Demo mode reads codes in its sandbox."""
        service = self.settings.twilio_verify_service
        return VerifyCodes(self._api, service, self.storage, self.clock) if service and self._api else None

    @cached_property
    def _doors(self) -> Doors:
        """Twilio's doors, and the desk that hands calls over to persons."""
        settings = self.settings
        hours = BusinessHours.parse(settings.business_hours)
        sender = settings.twilio_from_number
        return twilio_doors(
            self.switchboard,
            public_url=self.public_url,
            auth_token=self._token,
            token_key=secrets.token_bytes(32),
            clock=self.clock,
            ids=self.ids,
            meter=self.metrics,
            limits=Limits(stall_s=settings.stall_seconds).times(settings.patience),
            staff=PhoneNumber(settings.staff_number) if settings.staff_number else None,
            from_number=sender,
            api=self._api,
            call_backs=CallBackDesk(self.storage, self.clock, self.ids, hours, self.switchboard.case_of),
            links=self._resume,
        )

    def _link_key(self, what: bytes) -> bytes:
        """What seals the links of text messages; it outlives the process."""
        return hmac.digest(self.storage.keyring.purpose("codes"), what, "sha256")

    def _resume_links(self) -> ResumeLinks | None:
        sender = self.settings.twilio_from_number
        if not sender.startswith("+"):
            return None  # a messaging service is no number to call
        line, hours, key = PhoneNumber(sender), self.settings.resume_hours, self._link_key(b"resume links")
        return ResumeLinks(key, self.storage, self.clock, self.ids, self._text, self.public_url, line, hours)

    def routers(self) -> list[APIRouter]:
        """Every door of the telephone line, and the pages behind the links of its text messages."""
        number = self.settings.twilio_from_number if self.settings.twilio_from_number.startswith("+") else ""
        pages = [copies_router(self._copies, self.storage, self.clock, self.desk.rules.pack, number)]
        if self._resume is not None:
            pages.append(links_router(self._resume))
        return [*self._doors.routers, *pages]

    def console(self) -> Console:
        """The staff's pages."""
        pack = packaged(self.settings.jurisdiction)
        return console(
            ConsoleParts(
                storage=self.storage,
                clock=self.clock,
                ids=self.ids,
                board=self.board,
                calls=self.switchboard,
                house=dialogue_house(self.settings, pack),
                rules=self.desk.rules,
                runs=RunBook(self.settings.quality_path),
                hours=BusinessHours.parse(self.settings.business_hours),
                max_calls=self.settings.max_calls,
                public_url=self.public_url,
                demo=self.settings.demo,
                by_phone=self._doors.hand_overs,
                ring=self._ring if self._doors.hand_overs is not None else None,
                leaked=LeakedPasswords(self.settings.leaked_passwords_file),
            )
        )

    async def _ring(self, wish: CallBack) -> None:
        """Ring the telephone of the house for a call back."""
        number, sender = PhoneNumber(self.settings.staff_number), self.settings.twilio_from_number
        await call_control(self.settings).ring_to_call_back(number, sender, wish)

    def api(self) -> FastAPI:
        """``/api/v1`` for partners, over the same desk as the telephone."""
        return api_app(self.storage, self.clock, self.desk)

    def phone(self) -> APIRouter:
        """The telephone in the browser; demo mode only."""
        exchange = DemoExchange(self._token, self.public_url, self._base)
        return phone_router(exchange, _ready_callers(Path("audio_fixtures")))

    def sandbox_app(self) -> FastAPI:
        return sandbox_app(self._box, self.clock)

    async def start(self) -> None:
        """Start the recogniser and the voice, and load what the first call would wait for."""
        await asyncio.gather(self.recognizer.start(), self.voice.start(), asyncio.to_thread(warm))
        await self._report_missing_words()
        if not self.settings.demo:
            consents = spoken_consents(packaged(self.settings.jurisdiction))
            second_looks = DeepPass(self.storage, self.clock, consents, self.settings.sound_memory)
            looks = second_looks.keep_running(lambda: self.switchboard.active > 0)
            self._background.add(asyncio.create_task(looks))
            if self.settings.retention_hour >= 0:
                self._background.add(asyncio.create_task(self._retention().run()))
        self._background.add(asyncio.create_task(self._owed.run()))

    def _retention(self) -> DailyRetention:
        settings = self.settings
        terms = Terms(recordings=settings.recordings_days, unfinished=settings.unfinished_days)
        return DailyRetention(
            self.storage,
            self.clock,
            packaged(settings.jurisdiction),
            terms,
            settings.retention_hour,
            self.metrics,
            lambda: self.switchboard.active > 0,
        )

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

    async def drain(self) -> None:
        """Before the server stops: calls on the line finish; those that do not in time go on with the next node."""
        self.switchboard.stop_taking_calls()
        until = self.clock.monotonic() + self.settings.drain_seconds
        while self.switchboard.active and self.clock.monotonic() < until:  # noqa: ASYNC110  # calls end in many places
            await asyncio.sleep(0.2)
        if await self.switchboard.let_go():
            await asyncio.sleep(_LAST_WORDS_S)
        self.board.close()

    async def close(self) -> None:
        self.switchboard.stop_taking_calls()
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.recognizer.close()
        await self.voice.close()
        await asyncio.to_thread(self._traces.close)
        await self._http.aclose()
        self.storage.close()


def _ready_callers(folder: Path) -> list[ReadyCaller]:
    """The fixture calls as callers for the telephone in the browser; none where there is no such folder."""
    if not folder.is_dir():
        return []
    return [_ready_caller(read_fixture(path)) for path in find_fixtures([folder])]


def _ready_caller(fixture: CallFixture) -> ReadyCaller:
    turns = [
        ReadyTurn(
            turn.when,
            tuple(encode_mulaw(load_clip(path)) for path in ([] if turn.wants_code else fixture.clips(turn))),
            CODE_PLACE if turn.wants_code else turn.keys or "",
            hang_up=turn.hang_up is True,
            words=turn.words or "",
        )
        for turn in fixture.turn
    ]
    caller = fixture.caller
    title = fixture.about.title or fixture.name
    return ReadyCaller(
        fixture.name, title, caller.number or "", caller.texts_to or "", caller.attestation or "", tuple(turns)
    )


def call_control(settings: Settings) -> CallControl:
    """What a command may do to calls. Raises ``EnvironmentProblem`` when the account or the address is not set."""
    token = settings.twilio_auth_token.get_secret_value()
    api = TwilioApi(settings.twilio_account_sid, token, Metrics(), settings.twilio_api_url)
    if not settings.twilio_from_number.startswith("+"):
        raise EnvironmentProblem("Set TWILIO_FROM_NUMBER to the number that calls come from.")
    return CallControl(api, Documents(settings.public_url))


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


def build(settings: Settings, port: int) -> House:
    """Join a node; raises ``EnvironmentProblem`` (or ``WrongKey``, ``ModelMissing``) with what to do."""
    return House(settings, port)
