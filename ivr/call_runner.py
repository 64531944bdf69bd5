"""Drives one call: gives the session its events and performs its effects, one at a time and in order.

All timers run on the time of the caller's audio stream, so a call gives the same result at any speed. A journal
entry is committed before the prompt that confirms it is spoken; when the commit fails, that prompt never is.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from core.errors import Conflict, LoanlineError, RecognizerBusy, SpeechError
from core.events import TranscriptLine
from core.ports import Clock
from core.risk import RiskReport
from ivr.call_session import CallSession
from ivr.dialogue.effects import (
    AllowRecording,
    AssessRisk,
    AwaitKeys,
    Effect,
    EndCall,
    HandOver,
    Journal,
    Listen,
    Say,
    StopListening,
    StopPlayback,
    Submit,
)
from ivr.dialogue.events import (
    RECORD,
    AnswerHeard,
    CallBegan,
    CallEvent,
    CallGone,
    Failed,
    KeyPressed,
    PromptDone,
    RiskAssessed,
    RiskUpdated,
    Silence,
    StaffAct,
)
from ivr.dialogue.state import CallState
from ivr.errands import ERRANDS, Errand, Errands
from ivr.hearing import Listener
from ivr.line import AudioIn, KeyIn, Line, LineEnded, LineEvent, MarkBack, NextStep
from ivr.recording import Recorder, caller_line
from ivr.reporting import CallReporter
from ivr.risk_watch import RiskWatch
from speech.audio import FRAME_MS, decode_mulaw, silence_mulaw
from speech.synthesis import Voice

__all__ = ["CallRunner", "Spoken", "Tap"]

_FRAME = 8 * FRAME_MS
_MARK_GRACE_MS = 5000
_log = structlog.get_logger()

#: Hears a call: stream time, the caller's frame, the line's frame.
Tap = Callable[[int, bytes, bytes], None]


@dataclass(slots=True)
class Spoken:
    """A prompt on its way to the caller."""

    say: Say
    from_ms: int
    until_ms: int

    def share(self, cut_ms: int) -> float:
        """How much of it had played by then, 0 to 1."""
        return max(0.0, min(1.0, (cut_ms - self.from_ms) / max(1, self.until_ms - self.from_ms)))


class CallRunner:
    """One call from answer to hang-up. ``handle`` is called with one line event at a time."""

    def __init__(
        self,
        began: CallBegan,
        session: CallSession,
        line: Line,
        *,
        clock: Clock,
        voice: Voice,
        listener: Listener,
        recorder: Recorder,
        errands: Errands,
        risk: RiskWatch,
        reporter: CallReporter,
    ) -> None:
        self._began, self._session, self._line = began, session, line
        self._clock, self._voice, self._listener = clock, voice, listener
        self._recorder, self._errands, self._risk, self._report = recorder, errands, risk, reporter
        self._now_ms = began.from_ms
        self._rest = b""
        self._spoken: dict[int, Spoken] = {}
        self._playing_until_ms = 0
        self._keys_due: tuple[int, int] | None = None
        self._closing_at_ms: int | None = None
        self._last_mark: int | None = None
        self._taps: list[Tap] = []
        self._one_at_a_time = asyncio.Lock()
        self.next_step = NextStep("reconnect", "dropped")
        self.outcome = "dropped"
        self.over = False

    @property
    def now_ms(self) -> int:
        """How far the call has come, over all its streams."""
        return self._now_ms

    @property
    def state(self) -> CallState:
        """What the call has established; read it, change nothing."""
        return self._session.state

    def finished(self, outcome: str) -> None:
        """The call is over for good: tell the board where its record lies."""
        self._report.ended(outcome, self._now_ms)

    async def begin(self) -> None:
        """The line is open: say the first words."""
        self._report.began(self._began)
        await self._dispatch(self._began)

    async def handle(self, event: LineEvent) -> None:
        """Deal fully with one thing the line brought. Never raises for anything the caller or the far end does."""
        async with self._one_at_a_time:
            await self._handle(event)

    async def staff(self, act: StaffAct) -> None:
        """Let staff help. Raises ``Conflict`` or ``Forbidden`` when the call does not allow it, or is over."""
        async with self._one_at_a_time:
            if self.over or self._session.state.over:
                raise Conflict("The call is over.")
            await self._perform_all(deque(self._session.handle(act, self._clock.now())))
            self._report.staff(act.kind, act.who, self._now_ms)

    async def staff_audio(self, mulaw: bytes) -> None:
        """What the person who joined says, 8 kHz mu-law. Raises ``Conflict`` unless somebody joined."""
        if not self._session.state.with_staff or self.over:
            raise Conflict("Join the call before you speak in it.")
        self._recorder.play(mulaw)
        await self._line.play(mulaw, "staff")

    def tap(self, listener: Tap) -> Callable[[], None]:
        """Let somebody listen: called with (stream ms, caller's 20 ms, line's 20 ms), mu-law, secrets silenced, until
        the returned function is called. Must not block. Raises ``Conflict`` before the caller agreed to recording."""
        if not self._recorder.allowed:
            raise Conflict("The caller has not agreed to be heard by others yet.")
        self._taps.append(listener)
        return lambda: self._taps.remove(listener)

    async def _handle(self, event: LineEvent) -> None:
        if self.over:
            return
        match event:
            case AudioIn():
                await self._audio(event)
            case KeyIn():
                self._report.key(self._now_ms, secret=self._listener.secret)
                await self._dispatch(KeyPressed(event.digit, self._now_ms))
            case MarkBack():
                await self._mark(event)
            case LineEnded():
                await self._gone(event.why)

    async def _audio(self, event: AudioIn) -> None:
        data = self._rest + event.mulaw
        at_ms = self._began.from_ms + event.at_ms - len(self._rest) // 8
        whole = len(data) - len(data) % _FRAME
        self._rest = data[whole:]
        for start in range(0, whole, _FRAME):
            if self.over:
                return
            await self._frame(at_ms + start // 8, data[start : start + _FRAME])

    async def _frame(self, at_ms: int, mulaw: bytes) -> None:
        self._now_ms = at_ms + FRAME_MS
        heard = self._recorder.line_side(len(mulaw))
        for tap in self._taps:
            tap(at_ms, silence_mulaw(FRAME_MS) if self._listener.secret else mulaw, heard)
        try:
            await self._recorder.frame(at_ms, mulaw, heard, secret=self._listener.secret)
        except LoanlineError as error:
            await self._dispatch(Failed(RECORD, error.code))
        pcm = decode_mulaw(mulaw).tobytes()
        if self._recorder.allowed and not self._listener.secret:
            self._risk.audio(at_ms, pcm)
        try:
            facts = await self._listener.hear(at_ms, pcm)
        except RecognizerBusy:
            await self._to_form()
            return
        for fact in facts:
            if isinstance(fact, AnswerHeard):
                await self._answered(fact)
            else:
                await self._dispatch(fact)
        if self._report.followed:
            self._listener.peek(at_ms, self._half_said)
        if self._keys_due and self._now_ms >= self._keys_due[1]:
            listen_id, self._keys_due = self._keys_due[0], None
            await self._dispatch(Silence(listen_id))
        if self._closing_at_ms is not None and self._now_ms >= self._closing_at_ms:
            await self._close()

    def _half_said(self, words: str, from_ms: int) -> None:
        self._report.half_said(self._session.state.focus, words, from_ms, self._now_ms)

    async def _answered(self, fact: AnswerHeard) -> None:
        """Write the answer down (unless it is a secret) and look at it for signs of fraud."""
        focus, corrections = self._session.state.focus, self._risk.corrections
        secret = self._listener.secret
        self._report.heard(focus, fact, self._now_ms, secret=secret)
        transcript = fact.transcript
        await self._keep_line(caller_line(transcript, fact.start_ms, fact.end_ms, secret=secret))
        await self._dispatch(fact)
        if not secret:
            corrected = self._risk.corrections > corrections
            # The second listener hears without the question's grammar, so only there does unexpected wording show.
            text = " / ".join(filter(None, (transcript.text, transcript.second)))
            self._risk.turn(focus, fact.start_ms, fact.end_ms, text=text, by_keys=False, corrected=corrected)
            await self._look()

    async def _look(self) -> RiskReport | None:
        """Ask antifraud how the call looks now; the session decides with the newest report."""
        if not self._recorder.allowed or self.over:
            return None
        begun = time.perf_counter()
        report = await self._risk.report(self._now_ms)
        self._session.handle(RiskUpdated(report), self._clock.now())
        self._report.risk(self._now_ms, self._session.state.risk or report, time.perf_counter() - begun)
        return report

    async def _keep_line(self, line: TranscriptLine) -> None:
        try:
            await self._recorder.line(line)
        except LoanlineError as error:
            await self._dispatch(Failed(RECORD, error.code))

    async def _mark(self, event: MarkBack) -> None:
        say_id = event.name.rpartition(":")[2]
        spoken = self._spoken.pop(int(say_id), None) if say_id.isdigit() else None
        if spoken is None:
            return
        if not self._spoken:
            self._listener.prompt_over()
            self._risk.prompt_over(self._now_ms)
        say, heard, place = spoken.say, not event.flushed, (spoken.from_ms, self._now_ms)
        self._report.played(say, self._now_ms, heard=heard)
        status = "heard" if heard else "flushed"
        await self._keep_line(TranscriptLine("line", *place, say.words, status, prompt_id=say.prompt_id))
        share = 1.0 if heard else spoken.share(self._playing_until_ms)
        await self._dispatch(PromptDone(say.say_id, heard, *place, share))
        if self._closing_at_ms is not None and spoken.say.say_id == self._last_mark:
            await self._close()

    async def _dispatch(self, event: CallEvent) -> None:
        """Give the session an event and perform what it asks for, with whatever that brings about."""
        begun = time.perf_counter()
        effects = deque(self._session.handle(event, self._clock.now()))
        self._report.thought(time.perf_counter() - begun)
        await self._perform_all(effects)
        if self._risk.due:
            await self._look()

    async def _perform_all(self, effects: deque[Effect]) -> None:
        events: deque[CallEvent] = deque()
        while effects or events:
            if not effects:
                effects = deque(self._session.handle(events.popleft(), self._clock.now()))
            while effects:
                effect = effects.popleft()
                try:
                    answer = await self._perform(effect)
                except LoanlineError as error:
                    name = type(effect).__name__
                    _log.warning("effect_failed", effect=name, code=error.code, call=self._began.call_id)
                    if isinstance(error, RecognizerBusy):
                        await self._to_form()
                        return
                    if isinstance(error, SpeechError) and self._session.state.over:
                        await self._close()
                        return
                    effects.clear()
                    events.append(Failed(name, error.code))
                    break
                if answer is not None:
                    events.append(answer)

    async def _perform(self, effect: Effect) -> CallEvent | None:
        if isinstance(effect, ERRANDS):
            return await self._errand(effect)
        match effect:
            case Say():
                await self._say(effect)
            case Listen():
                self._keys_due = None
                playing = bool(self._spoken)
                self._listener.begin(effect, playing=playing, interruptible=self._session.state.interruptible)
            case StopListening():
                self._listener.stop()
            case StopPlayback():
                await self._stop_playback()
            case AwaitKeys():
                self._keys_due = (effect.listen_id, self._now_ms + effect.timeout_ms)
            case AllowRecording():
                await self._recorder.allow()
                self._risk.allow(self._now_ms)
            case AssessRisk():
                return RiskAssessed(await self._look() or RiskReport.failed("NO_RISK_REPORT"))
            case EndCall():
                self._end(NextStep("goodbye", effect.outcome), effect.outcome)
            case HandOver():
                self._end(NextStep("person", effect.reason), "handed_over")
        return None

    async def _errand(self, errand: Errand) -> CallEvent | None:
        if isinstance(errand, Submit):
            await self._look()
        elif isinstance(errand, Journal):
            self._risk.noted(errand.kind, errand.data, self._session.state.slots, self._now_ms)
        begun = time.perf_counter()
        answer = await self._errands.run(errand, self._session.state)
        self._report.errand(errand, answer, self._now_ms, time.perf_counter() - begun)
        if isinstance(errand, Submit):
            self._risk.decided()
            await self._look()
        return answer

    async def _stop_playback(self) -> None:
        self._recorder.clear()
        self._playing_until_ms = self._now_ms
        await self._line.clear()

    async def _say(self, say: Say) -> None:
        begun = time.perf_counter()
        audio = await self._voice.say(say.text, rate=say.rate, keep=say.keep)
        start = max(self._now_ms, self._playing_until_ms)
        self._playing_until_ms = start + len(audio) // 8
        self._spoken[say.say_id] = Spoken(say, start, self._playing_until_ms)
        self._last_mark = say.say_id
        self._recorder.play(audio)
        self._risk.said(decode_mulaw(audio).tobytes())
        self._report.said(say, self._now_ms, time.perf_counter() - begun)
        await self._line.play(audio, f"{say.prompt_id}:{say.say_id}")

    async def _to_form(self) -> None:
        """There is no recogniser for this call: the same script goes on as a form by keys and Twilio's ears."""
        self.next_step, self.outcome = NextStep("form", "recogniser_busy"), "form"
        await self._close()

    async def let_go(self) -> None:
        """End the stream now: the node goes down. What was answered is in the journal, and the call goes on from it."""
        async with self._one_at_a_time:
            if not self.over and not self._session.state.over:
                self.next_step, self.outcome = NextStep("wait", "restart"), "let_go"
                await self._close()

    def _end(self, step: NextStep, outcome: str) -> None:
        """Close once the last prompt has played, or soon after it should have."""
        self.next_step, self.outcome = step, outcome
        self._listener.stop()
        self._closing_at_ms = self._playing_until_ms + _MARK_GRACE_MS

    async def _close(self) -> None:
        self._closing_at_ms = None
        await self._line.close()
        await self._gone(self.outcome)

    async def _gone(self, why: str) -> None:
        if self.over:
            return
        self.over = True
        await self._dispatch(CallGone(why))
        self._listener.stop()
        try:
            await self._recorder.flush()
            await self._risk.keep()
        except LoanlineError as error:
            _log.warning("end_of_call_lost", code=error.code, call=self._began.call_id)
        finally:
            self._risk.close()
