"""The live board: everything to everyone who keeps up, a visible gap to who does not."""

import asyncio

from ivr.live_board import LiveBoard


async def test_history_then_live() -> None:
    board = LiveBoard()
    board.publish("CA1", "prompt", 10, text="hello")
    board.publish("CA2", "prompt", 10)
    seen = []

    async def read() -> None:
        async for fact in board.watch("CA1"):
            seen.append(fact.kind)
            if fact.kind == "end":
                return

    reader = asyncio.create_task(read())
    await asyncio.sleep(0)
    board.publish("CA1", "heard", 20)
    board.publish("CA1", "end", 30)
    await asyncio.wait_for(reader, 1)
    assert seen == ["prompt", "heard", "end"]


async def test_nothing_is_missed_after_a_cut() -> None:
    board = LiveBoard()
    for number in range(5):
        board.publish("CA1", f"k{number}")
    watcher = board.watch("CA1", after=3)
    assert [(await anext(watcher)).kind for _ in range(2)] == ["k3", "k4"]
    await watcher.aclose()


async def test_a_slow_reader_is_told_what_it_lost() -> None:
    board = LiveBoard(queue=3)
    watcher = board.watch()
    first = asyncio.create_task(anext(watcher))
    await asyncio.sleep(0)
    for number in range(10):
        board.publish("CA1", f"k{number}")
    gap = await first
    assert (gap.kind, gap.fields["lost"]) == ("gap", 7)
    assert (await anext(watcher)).kind == "k7"
    await watcher.aclose()


async def test_only_the_newest_calls_are_remembered() -> None:
    board = LiveBoard(calls=2)
    for call in ("CA1", "CA2", "CA3"):
        board.publish(call, "prompt")
    assert board.calls() == ["CA2", "CA3"]
    assert board.history("CA1") == []


def test_repr_keeps_the_words_out_of_logs() -> None:
    board = LiveBoard()
    board.publish("CA1", "heard", text="my secret")
    assert "secret" not in repr(board.history("CA1"))


def test_a_call_is_followed_as_long_as_anybody_reads_along() -> None:
    board = LiveBoard()
    with board.following("CA1"), board.following("CA1"):
        with board.following("CA2"):
            assert board.followed("CA2")
        assert board.followed("CA1")
        assert not board.followed("CA2")
    assert not board.followed("CA1")
