"""The stories of all calls on the line, kept up to date from the board, and who is watching them."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.ports import Clock
from ivr.console.story import Story
from ivr.live_board import BoardFact, LiveBoard

__all__ = ["Attention", "Desk", "attention"]

#: A call without progress for this long is stuck.
STUCK_SECONDS = 20.0
#: Below these, hearing and line are in doubt (the line: as ``antifraud`` names it, too bad to judge from).
_UNSURE, _POOR = 0.6, 0.15
_MOST_STORIES = 500


@dataclass(frozen=True, slots=True)
class Attention:
    """How much a call needs somebody, and why, as static names. The higher, the sooner."""

    score: int
    why: tuple[str, ...]


def attention(story: Story, now: float) -> Attention:
    """Risk before trouble before doubt; a call that is over needs nobody."""
    if story.over:
        return Attention(-1, ())
    found: list[tuple[int, str]] = []
    if story.level:
        found.append(((0, 30, 200, 300)[story.level], "risk"))
    if story.flags:
        found.append((60, "flagged"))
    if now - story.moved > STUCK_SECONDS:
        found.append((60, "stuck"))
    if story.troubles:
        found.append((20 * min(story.troubles, 4), "repeats"))
    if story.confidence is not None and story.confidence < _UNSURE:
        found.append((15, "unclear"))
    if story.quality is not None and story.quality < _POOR:
        found.append((10, "line"))
    return Attention(sum(points for points, _ in found), tuple(why for _, why in found))


class Desk:
    """``follow`` runs as long as the console does. ``epoch`` tells the versions of this process from another's."""

    def __init__(self, board: LiveBoard, clock: Clock) -> None:
        self._board, self._clock = board, clock
        self.epoch = secrets.token_hex(4)
        self.version = 0
        #: The node is going down: nothing more will come.
        self.over = False
        self._stories: OrderedDict[str, Story] = OrderedDict()
        self._watching: dict[str, Counter[str]] = {}
        self._bells: set[asyncio.Event] = set()

    def now(self) -> float:
        return self._clock.monotonic()

    async def follow(self) -> None:
        async for fact in self._board.watch():
            self._take(fact)
        self.over = True
        self._ring()

    def _take(self, fact: BoardFact) -> None:
        self.version += 1
        if fact.kind == "gap":
            for story in self._stories.values():
                if not story.over:
                    story.gap(int(fact.fields["lost"]), self.version)
        else:
            if fact.call_id not in self._stories:
                self._stories[fact.call_id] = Story(fact.call_id, self.now())
                while len(self._stories) > _MOST_STORIES:
                    self._stories.popitem(last=False)
            self._stories[fact.call_id].take(fact, self.version, self.now())
        self._ring()

    def tell(self, call_id: str, act: str, who: str) -> None:
        """What staff did to a call outside of its line; it comes back with the facts of the call."""
        story = self._stories.get(call_id)
        self._board.publish(call_id, "staff", story.last_ms if story is not None else 0, act=act, who=who)

    def _ring(self) -> None:
        for bell in self._bells:
            bell.set()

    # -- readers --------------------------------------------------------------------------------------------------

    def story(self, call_id: str) -> Story | None:
        return self._stories.get(call_id)

    def stories(self, *, ended_within: float = 120.0) -> list[Story]:
        """Calls on the line and those that ended a moment ago, those that need attention first."""
        now = self.now()
        shown = [story for story in self._stories.values() if not story.over or now - story.ended_at < ended_within]
        return sorted(shown, key=lambda story: (-attention(story, now).score, story.began))

    @contextmanager
    def bell(self) -> Iterator[asyncio.Event]:
        """An event that is set whenever something changed."""
        bell = asyncio.Event()
        self._bells.add(bell)
        try:
            yield bell
        finally:
            self._bells.discard(bell)

    def watchers(self, call_id: str) -> list[str]:
        return sorted(self._watching.get(call_id, ()))

    @contextmanager
    def watching(self, call_id: str, staff_id: str) -> Iterator[None]:
        """Others see that this member of staff has the call open."""
        self._presence(call_id, staff_id, 1)
        try:
            with self._board.following(call_id):
                yield
        finally:
            self._presence(call_id, staff_id, -1)

    def _presence(self, call_id: str, staff_id: str, change: int) -> None:
        here = self._watching.setdefault(call_id, Counter())
        here[staff_id] += change
        if here[staff_id] <= 0:
            del here[staff_id]
        if not here:
            del self._watching[call_id]
        self.version += 1
        if call_id in self._stories:
            self._stories[call_id].touch(self.version)
        self._ring()
