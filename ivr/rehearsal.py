"""A whole line in a folder, without its network: what QA's replay and the whole-call tests run.

It is the same switchboard, runner, storage, recogniser and voice as in service. Only the door is another one, and
the text messages stay in the house.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from antifraud.analysis import warm
from core.events import TranscriptLine
from core.storage.opening import open_storage
from core.storage.store import SqlStorage
from core.usecases.desk import ApplicationDesk
from core.usecases.verify import Verifier
from core.verification.provider import Patience
from ivr.exchange import Parts, make_line, rulebook
from ivr.live_board import BoardFact, LiveBoard
from ivr.outside import outside_checks
from ivr.replay.channel import load_clip
from ivr.replay.history import write_history
from ivr.replay.manifest import CallFixture
from ivr.replay.result import CallResult, HouseFactory, RiskLook, TurnTiming
from ivr.sandbox.app import standalone_app
from ivr.sandbox.inbox import SmsBox
from ivr.sandbox.people import LIST_SECRET
from ivr.settings import Settings
from ivr.switchboard import LineSwitchboard
from ivr.system import SystemClock, SystemIds
from ivr.telemetry import Metrics
from ivr.tracing import UNTRACED, Traces
from speech.engines.vosk_pool import VoskPool
from speech.models import find_model
from speech.recognizer import Recognizer
from speech.synthesis import PromptCache, Pyttsx3Voice, Voice

__all__ = ["Rehearsal", "RehearsalHouse", "rehearsal", "replay_houses"]


#: Nobody waits on a rehearsed line, so a busy machine must not change what is heard or what the checks say.
_PATIENCE = Patience(deadline=60, attempt=25, tries=2, pause=0.05)


class _RehearsedIds(SystemIds):
    """Codes and challenges, which callers say aloud, are drawn alike in every run; everything else is as in service."""

    def __init__(self, seed: int) -> None:
        self._drawn = random.Random(seed)  # noqa: S311 - a rehearsal's code opens nothing

    def digits(self, count: int) -> str:
        return "".join(self._drawn.choice("0123456789") for _ in range(count))


class RehearsalHouse:
    """One line in one folder; see ``ivr.replay.result.ReplayHouse``. With a ``seed`` its codes are drawn from that.
    Without a ``storage`` it makes one in the folder."""

    def __init__(
        self,
        settings: Settings,
        recognizer: Recognizer,
        voice: Voice,
        seed: int | None = None,
        traces: Traces = UNTRACED,
        storage: SqlStorage | None = None,
    ) -> None:
        clock, ids = SystemClock(), SystemIds() if seed is None else _RehearsedIds(seed)
        self.board = LiveBoard()
        self.metrics = Metrics()
        self.sms_inbox = SmsBox(clock, ids)
        self.storage = storage or open_storage(settings.data_dir, settings.keyring_path, None, clock)
        parts = Parts(
            storage=self.storage,
            clock=clock,
            ids=ids,
            sms=self.sms_inbox,
            desk=ApplicationDesk(self.storage, clock, rulebook(settings), self._checks(clock)),
            recognizer=recognizer,
            voice=voice,
            board=self.board,
            metrics=self.metrics,
            traces=traces,
        )
        self.switchboard: LineSwitchboard = make_line(settings, parts)
        self._clock = clock

    def remember(self, fixture: CallFixture) -> None:
        write_history(self.storage, self._clock, fixture, load_clip)

    def _checks(self, clock: SystemClock) -> Verifier:
        """The sandbox's bureau and registers, over their own HTTP but without a network."""
        sandbox = httpx.ASGITransport(standalone_app(self.sms_inbox, clock))
        http = httpx.AsyncClient(transport=sandbox)
        return outside_checks("http://sandbox/sandbox", http, clock, LIST_SECRET, _PATIENCE)

    def result(self, call_id: str) -> CallResult:
        facts = self.board.history(call_id)
        state = self.switchboard.state(call_id)
        with self.storage.begin() as unit:
            lines: tuple[TranscriptLine, ...] = unit.records.read(call_id).lines
        prompts = tuple(fact.fields["id"] for fact in facts if fact.kind == "prompt" and not fact.fields["leads"])
        return CallResult(
            outcome=next((fact.fields["outcome"] for fact in facts if fact.kind == "end"), None),
            slots={fact.fields["name"]: fact.fields["value"] for fact in facts if fact.kind == "slot"},
            lines=lines,
            decision=_decision(facts),
            risk=state.risk,
            looks=tuple(RiskLook.of(fact.fields, fact.at_ms) for fact in facts if fact.kind == "signals"),
            turns=tuple(_turns(facts)),
            prompts=prompts,
            reasks=sum(not prompt.endswith((".ask", ".confirm", ".counter")) and "." in prompt for prompt in prompts)
            - sum(prompt.startswith(("goodbye.", "handover.")) for prompt in prompts),
        )


def _decision(facts: list[BoardFact]) -> dict[str, Any] | None:
    made = next((fact.fields for fact in facts if fact.kind == "decision"), None)
    if made is None:
        return None
    return {**made, "offers": [fact.fields for fact in facts if fact.kind == "offer"]}


def _turns(facts: list[BoardFact]) -> list[TurnTiming]:
    turns = []
    heard: dict[str, Any] | None = None
    for fact in facts:
        if fact.kind == "heard":
            heard = fact.fields
        elif fact.kind == "prompt" and heard is not None:
            think = fact.fields["think_ms"] or 0.0
            turns.append(TurnTiming(heard["question"], heard["waited_ms"], heard["decode_ms"], think))
            heard = None
    return turns


class Rehearsal:
    """Engines shared by many houses: ``house(folder, seed)`` opens a line of its own in ``folder``."""

    def __init__(self, settings: Settings, recognizer: Recognizer, voice: Voice) -> None:
        self._settings, self._recognizer, self._voice = settings, recognizer, voice

    @asynccontextmanager
    async def house(self, folder: Path, seed: int) -> AsyncIterator[RehearsalHouse]:
        settings = self._settings.model_copy(
            update={"data_dir": folder, "keyring_file": None, "demo": True, "sound_memory_days": 90}
        )
        house = RehearsalHouse(settings, self._recognizer, self._voice, seed)
        try:
            yield house
        finally:
            house.storage.close()


@asynccontextmanager
async def rehearsal(settings: Settings, *, workers: int, cache: Path | None = None) -> AsyncIterator[Rehearsal]:
    """The real engines, started and stopped, and patient: what they hear does not depend on how busy the machine is.
    ``cache`` keeps the prompts that hold nobody's data between runs."""
    model = find_model(settings.language, (settings.models_path,), name=settings.speech_model(settings.language))
    recognizer = VoskPool({settings.language: model}, workers=workers, timeout_s=600, partial_s=120, stall_s=120)
    voice = Pyttsx3Voice(PromptCache(cache), voice=settings.voice, rate=settings.voice_rate)
    await asyncio.gather(recognizer.start(), asyncio.to_thread(warm))
    try:
        await voice.start()
        yield Rehearsal(settings, recognizer, voice)
    finally:
        await recognizer.close()
        await voice.close()


@asynccontextmanager
async def replay_houses(settings: Settings) -> AsyncIterator[HouseFactory]:
    """What ``loanline replay`` needs: engines for this machine, and a house for each call."""
    async with rehearsal(settings, workers=settings.recognizer_workers, cache=settings.data_dir / "prompts") as shared:
        yield shared.house
