"""Drives one call without a stream: the same questions by the same pure session, page by page.

The telephone network speaks the texts, hears the answers and collects the keys. We record no sound here, so nothing
can be said about the voice: the risk report of such a call is never complete, and an application made in it goes to a
person. Times are milliseconds from the opening of the form.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

import structlog

from core.errors import Conflict, LoanlineError
from core.events import TranscriptLine
from core.ports import Clock
from core.risk import RiskLevel, RiskReport
from ivr.call_session import CallSession
from ivr.dialogue.effects import AllowRecording, AssessRisk, Effect, EndCall, HandOver, Journal, Listen, Say, Submit
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
)
from ivr.dialogue.focus import in_focus
from ivr.dialogue.state import CallState
from ivr.errands import ERRANDS, Errands
from ivr.line import FormAnswer, FormAsk, FormPage, LineEnded, LineEvent, NextStep
from ivr.recording import Recorder
from ivr.reporting import CallReporter
from speech.recognizer import Transcript

__all__ = ["NO_AUDIO", "FormRunner", "hints"]

#: The reason code of a report that was made without hearing the caller.
NO_AUDIO = "NO_AUDIO"
#: Without a word from the recogniser on how sure it is, a value is read back.
_UNSURE = 0.5
_MOST_HINTS, _HINT_CHARACTERS = 100, 1000
_log = structlog.get_logger()


class FormRunner:
    """One form from its first page to its last; an ``ivr.line.Form``. Webhooks may ask at once and twice."""

    #: A form has no sound, so it takes no time on the call's time line.
    now_ms = 0

    def __init__(
        self,
        began: CallBegan,
        session: CallSession,
        *,
        clock: Clock,
        recorder: Recorder,
        errands: Errands,
        reporter: CallReporter,
        risk: Callable[[], RiskReport],
    ) -> None:
        """``risk`` gives the signals that need no sound, such as the carrier's word on the number."""
        self._began, self._session, self._clock = began, session, clock
        self._recorder, self._errands, self._report, self._risk = recorder, errands, reporter, risk
        self._turn = asyncio.Lock()
        self._from = clock.monotonic()
        self._page: FormPage | None = None
        self._says: list[Say] = []
        self._listen: Listen | None = None
        self._error: LoanlineError | None = None
        self.next_step = NextStep("form", "in_progress")
        self.outcome = "dropped"
        self.over = False
        self._gone = False
        #: Whether the caller has given an answer here.
        self.answered = False

    @property
    def state(self) -> CallState:
        """What the call has established; read it, change nothing."""
        return self._session.state

    async def page(self) -> FormPage:
        """See ``ivr.line.Form``. Raises what kept the form from going on; the caller is then offered a call-back."""
        async with self._turn:
            if self._page is None and self._error is None:
                self._report.began(self._began)
                await self._dispatch(self._began)
                self._turn_page()
            return self._open_page()

    async def answer(self, given: FormAnswer) -> FormPage:
        async with self._turn:
            page = self._open_page()
            if given.number != page.number or page.ask is None or self.over:
                return page
            self.answered = True
            said, self._says = self._says, []
            for say in said:
                await self._heard_prompt(say, whole=not say.may_interrupt or not (given.keys or given.text))
            await self._take(given)
            self._turn_page()
            return self._open_page()

    async def handle(self, event: LineEvent) -> None:
        """The end of the call; nothing else comes to a form this way."""
        if not isinstance(event, LineEnded) or self._gone:
            return
        async with self._turn:
            self.over = self._gone = True
            await self._dispatch(CallGone(event.why))

    def finished(self, outcome: str) -> None:
        """The call is over for good: tell the board where its record lies."""
        self._report.ended(outcome, self._now_ms())

    # --- one turn -----------------------------------------------------------------------------------------------

    async def _take(self, given: FormAnswer) -> None:
        listen = self._listen
        secret = listen is not None and listen.secret
        if given.keys:
            await self._keys(given.keys, secret=secret)
            return
        listen_id = self._session.state.listening
        if listen_id is None:
            return
        if not given.text.strip():
            await self._dispatch(Silence(listen_id))
            return
        sure = _UNSURE if given.confidence is None else given.confidence
        transcript = Transcript(given.text.strip(), (), sure, engine="telephone_network")
        now_ms = self._now_ms()
        # No place in a recording: nothing was recorded.
        fact = AnswerHeard(listen_id, transcript, None, None)  # type: ignore[arg-type]  # evidence allows None there
        shown = replace(fact, start_ms=now_ms, end_ms=now_ms)
        self._report.heard(self._session.state.focus, shown, now_ms, secret=secret)
        await self._keep("caller", "" if secret else transcript.text, "hidden" if secret else "final", confidence=sure)
        await self._dispatch(fact)

    async def _keys(self, keys: str, *, secret: bool) -> None:
        """Every key up to the one that ends the answer; what comes after it belongs to no question."""
        for key in keys:
            self._report.key(self._now_ms(), secret=secret)
            await self._dispatch(KeyPressed(key, self._now_ms()))
            if self._says or self._session.state.over:
                return
        waiting = self._session.state.listening
        if self._session.state.keys and waiting is not None:
            await self._dispatch(Silence(waiting))

    async def _heard_prompt(self, say: Say, *, whole: bool) -> None:
        """The network asks for the next page only after what stands before the answer was said."""
        self._report.played(say, self._now_ms(), heard=whole)
        await self._keep("line", say.words, "heard" if whole else "final", prompt_id=say.prompt_id)
        await self._dispatch(PromptDone(say.say_id, heard=True))

    def _turn_page(self) -> None:
        """Make the page of what the session wants said and heard now."""
        number = 1 if self._page is None else self._page.number + 1
        whole: list[str] = []
        over: list[str] = []
        for say in self._says:
            if say.may_interrupt:
                over.append(say.words)
            else:
                whole += [*over, say.words]
                over = []
        if self.over:
            self._page = FormPage(number, (*whole, *over), (), None, self.next_step)
        elif self._listen is not None and self._says:
            ask, prompt = self._ask(self._listen), self._says[-1].prompt_id
            self._page = FormPage(number, tuple(whole), tuple(over), ask, self.next_step, prompt)
        elif self._error is None:
            self._error = Conflict("The form has no next question; offer a call-back.")

    def _open_page(self) -> FormPage:
        if self._error is not None:
            raise self._error
        assert self._page is not None
        return self._page

    def _ask(self, listen: Listen) -> FormAsk:
        rule = in_focus(self._session.house, self._session.state).keys
        return FormAsk(
            hints=hints(listen.spec.grammar or ()),
            digits=rule.exactly,
            # A double key cannot end an answer in the network; a pause does.
            finish=rule.until if rule.until is not None and len(rule.until) == 1 else "",
            patience_s=max(3, round(listen.no_input_ms / 1000)),
            pause_s=max(1, -(-listen.hangover_ms // 1000)),
        )

    # --- the session and what it asks for -----------------------------------------------------------------------

    async def _dispatch(self, event: CallEvent) -> None:
        events = deque([event])
        while events:
            effects = deque(self._session.handle(events.popleft(), self._clock.now()))
            while effects:
                effect = effects.popleft()
                try:
                    answer = await self._perform(effect)
                except LoanlineError as error:
                    name = type(effect).__name__
                    _log.warning("effect_failed", effect=name, code=error.code, call=self._began.call_id)
                    effects.clear()
                    events.append(Failed(name, error.code))
                    break
                if answer is not None:
                    events.append(answer)

    async def _perform(self, effect: Effect) -> CallEvent | None:
        if isinstance(effect, ERRANDS):
            if isinstance(effect, Submit):
                self._look()
            begun = time.perf_counter()
            answer = await self._errands.run(effect, self._session.state)
            self._report.errand(effect, answer, self._now_ms(), time.perf_counter() - begun)
            return answer
        match effect:
            case Say():
                self._says.append(effect)
                self._report.said(effect, self._now_ms(), 0.0)
            case Listen():
                self._listen = effect
            case AllowRecording():
                await self._recorder.allow()
                entry = Journal("form", {"sound": "none"})
                await self._errands.run(entry, self._session.state)
            case AssessRisk():
                return RiskAssessed(self._look())
            case EndCall():
                self._end(NextStep("goodbye", effect.outcome), effect.outcome)
            case HandOver():
                self._end(NextStep("person", effect.reason), "handed_over")
        return None

    def _end(self, step: NextStep, outcome: str) -> None:
        self.next_step, self.outcome, self.over = step, outcome, True

    def _look(self) -> RiskReport:
        """What can be known without sound. It never clears an application: the report is not complete."""
        begun = time.perf_counter()
        known = self._risk()
        report = replace(known, level=RiskLevel.HOLD, complete=False, reasons=(*known.reasons, NO_AUDIO))
        self._session.handle(RiskUpdated(report), self._clock.now())
        self._report.risk(self._now_ms(), self._session.state.risk or report, time.perf_counter() - begun)
        return report

    async def _keep(
        self, who: str, text: str, status: str, *, prompt_id: str | None = None, confidence: float | None = None
    ) -> None:
        now_ms = self._now_ms()
        line = TranscriptLine(who, now_ms, now_ms, text, status, prompt_id=prompt_id, confidence=confidence)
        try:
            await self._recorder.line(line)
        except LoanlineError as error:
            await self._dispatch(Failed(RECORD, error.code))

    def _now_ms(self) -> int:
        return round((self._clock.monotonic() - self._from) * 1000)


def hints(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """The first phrases of a grammar, as many as the network takes: a hundred, and a thousand characters in all."""
    kept: list[str] = []
    length = 0
    for phrase in phrases[:_MOST_HINTS]:
        length += len(phrase) + 1
        if length > _HINT_CHARACTERS:
            break
        kept.append(phrase.replace(",", " "))
    return tuple(kept)
