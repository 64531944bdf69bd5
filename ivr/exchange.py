"""Makes the calls of one line: what all of them share, and the runner, the form and the errands of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from antifraud.analysis import CallAnalysis
from antifraud.facts import CallContext
from antifraud.voiceprint import SpeakerNetwork, VoiceSpace
from antifraud.voices import stock_voices
from core.applicant import PhoneNumber
from core.decision.policy import packaged_policy
from core.errors import ModelMissing
from core.identity.codes import Codes
from core.jurisdiction.library import packaged
from core.jurisdiction.pack import ConsentMode, Pack
from core.ports import Clock, Ids, SmsSender, Storage
from core.risk import RiskReport
from core.scoring.library import packaged_challenger, packaged_scorecard
from core.storage.opening import DATA_FILE
from core.usecases.decisions import Rulebook
from core.usecases.desk import ApplicationDesk
from core.usecases.disputes import report_by_phone
from ivr.call_runner import CallRunner
from ivr.dialogue.events import CallBegan
from ivr.dialogue.prompts import load_catalogue
from ivr.dialogue.script import load_script
from ivr.dialogue.state import House as DialogueHouse
from ivr.errands import ERRANDS, CodeDesk, Errands
from ivr.form_runner import FormRunner
from ivr.fraud_memory import CallMemory
from ivr.grammars import grammars_for
from ivr.hearing import Listener
from ivr.line import IncomingCall, Line
from ivr.live_board import LiveBoard
from ivr.recording import Recorder
from ivr.reporting import CallReporter
from ivr.risk_watch import RiskWatch
from ivr.sessions import Sessions
from ivr.settings import Settings
from ivr.switchboard import LineSwitchboard
from ivr.telemetry import Metrics
from ivr.tracing import TURN_PARTS, UNTRACED, Traces
from speech.models import find_speaker_model
from speech.recognizer import Recognizer
from speech.second_opinion import SileroOpinion
from speech.synthesis import Voice

__all__ = ["CallMaker", "Parts", "dialogue_house", "make_line", "rulebook", "speakers", "static_words"]

_REGIONS = {"US": "US", "CN": "CN"}


def speakers(settings: Settings) -> SpeakerNetwork | None:
    """The speaker network, where ``loanline models fetch speaker`` has put it. Raises ``ModelCorrupt``."""
    try:
        folder = find_speaker_model((settings.models_path,))
    except ModelMissing:
        return None
    return SpeakerNetwork(folder, VoiceSpace.of_the_house())


def rulebook(settings: Settings) -> Rulebook:
    """The rules in force on this line: pack, policy, scorecard, and the challenger that is only compared."""
    return Rulebook(packaged(settings.jurisdiction), packaged_policy(), packaged_scorecard(), packaged_challenger())


@dataclass(frozen=True, slots=True)
class Parts:
    """The adapters a line stands on.

    Without ``codes`` the line sends and checks one-time codes of its own, at most ``codes_a_number`` a day to one
    telephone number (``None``: any number, for rehearsals). ``copy_url`` gives the address of a case's
    written copy; without it texts carry no link. ``speakers`` is there where the speaker network was fetched; it is
    used for nobody who has not agreed to it in writing.
    """

    storage: Storage
    clock: Clock
    ids: Ids
    sms: SmsSender
    desk: ApplicationDesk
    recognizer: Recognizer
    voice: Voice
    board: LiveBoard
    metrics: Metrics
    codes: CodeDesk | None = None
    codes_a_number: int | None = None
    copy_url: Callable[[str], str] | None = None
    speakers: SpeakerNetwork | None = None
    traces: Traces = UNTRACED


class CallMaker:
    """Makes the runner of each call from what all calls of a line share."""

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self._parts = parts
        self._record = str(settings.data_dir / DATA_FILE)
        self._pack = packaged(settings.jurisdiction)
        self._house = dialogue_house(settings, self._pack)
        self.sessions = Sessions(self._house)
        self._codes: CodeDesk = parts.codes or Codes(
            parts.storage, parts.clock, parts.ids, parts.sms, parts.codes_a_number
        )
        self._opinion = SileroOpinion()
        modes = self._pack.features.items()
        self._spoken = frozenset(consent for consent, mode in modes if mode <= ConsentMode.ORAL)
        self._written = frozenset(consent for consent, mode in modes if ConsentMode.ORAL < mode < ConsentMode.FORBIDDEN)
        self._sound_days = settings.sound_memory

    def runner(self, call: IncomingCall, began: CallBegan, line: Line) -> CallRunner:
        """See ``ivr.switchboard.RunnerMaker``."""
        parts = self._parts
        errands = self._errands(call, began)
        return CallRunner(
            began,
            self.sessions.open(call.call_id),
            line,
            clock=parts.clock,
            voice=parts.voice,
            listener=Listener(parts.recognizer, self._opinion),
            recorder=Recorder(parts.storage, call.call_id),
            errands=errands,
            risk=self._risk(call, errands),
            reporter=self._reporter(call.call_id),
        )

    def _reporter(self, call_id: str) -> CallReporter:
        parts = self._parts
        return CallReporter(parts.board, parts.metrics, call_id, self._record, parts.traces)

    def _risk(self, call: IncomingCall, errands: Errands) -> RiskWatch:
        parts = self._parts
        machines = stock_voices() if parts.speakers is not None else ()
        memory = CallMemory(
            parts.storage, parts.clock, call.call_id, lambda: errands.case_id, self._sound_days, machines
        )
        return RiskWatch(
            CallAnalysis(network=parts.speakers),
            CallContext(attestation=call.attestation),
            self._spoken,
            self._written,
            memory,
            call.caller,
        )

    def form(self, call: IncomingCall, began: CallBegan) -> FormRunner:
        """See ``ivr.switchboard.FormMaker``."""
        parts = self._parts
        return FormRunner(
            began,
            self.sessions.open(call.call_id),
            clock=parts.clock,
            recorder=Recorder(parts.storage, call.call_id),
            errands=self._errands(call, began),
            reporter=self._reporter(call.call_id),
            risk=lambda: _without_sound(call),
        )

    def _errands(self, call: IncomingCall, began: CallBegan) -> Errands:
        parts = self._parts
        return Errands(
            parts.storage,
            parts.clock,
            parts.ids,
            self._codes,
            parts.desk,
            parts.sms,
            jurisdiction=self._pack.jurisdiction,
            call_id=call.call_id,
            case_id=began.case_id,
            case_started=parts.clock.now(),
            language=self._house.language,
            copy_url=parts.copy_url,
            freeze=self._freeze,
        )

    def _freeze(self, phone: PhoneNumber | None, case_id: str, call_id: str) -> None:
        """Not my loan: frozen in the same breath, before the line says so."""
        parts = self._parts
        report_by_phone(
            parts.storage, parts.clock, parts.ids, self._pack, phone=phone, case_id=case_id, call_id=call_id
        )


def _without_sound(call: IncomingCall) -> RiskReport:
    """The signals that need no sound of the caller."""
    analysis = CallAnalysis()
    analysis.context(CallContext(attestation=call.attestation))
    return analysis.report(0)


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


def static_words(language: str) -> frozenset[str]:
    """Every word that a trace may name: parts of a turn, questions, prompts, goodbyes, errands. No caller says them."""
    script, texts = load_script(), load_catalogue(language).texts
    goodbyes = {prompt.removeprefix("goodbye.") for prompt in texts if prompt.startswith("goodbye.")}
    errands = {errand.__name__ for errand in ERRANDS}
    return frozenset({*TURN_PARTS, *(question.id for question in script.questions), *texts, *goodbyes, *errands})


def make_line(settings: Settings, parts: Parts) -> LineSwitchboard:
    """A switchboard over these parts."""
    maker = CallMaker(settings, parts)
    return LineSwitchboard(
        storage=parts.storage,
        clock=parts.clock,
        ids=parts.ids,
        metrics=parts.metrics,
        make_runner=maker.runner,
        max_calls=settings.max_calls,
        resume_hours=settings.resume_hours,
        known_days=load_script().limits.known_days,
        capacity=parts.recognizer.capacity,
        sessions=maker.sessions,
        make_form=maker.form,
    )
