"""What identifies is neither read nor heard in a redacted record; the rest is."""

from __future__ import annotations

from core.events import JournalEntry, TranscriptLine
from core.ports import StoredCall
from core.usecases.redacting import redacted
from tests.core.storage.people import START

WORDS = (("my", 4000, 4100, 1.0), ("five", 4800, 4900, 1.0))
QUIET = b"\xff" * 8 * 10_000


def record(*lines: TranscriptLine, journal: tuple[JournalEntry, ...] = ()) -> StoredCall:
    return StoredCall("CA1", "case_1", START, START, "accepted", lines, journal, QUIET, QUIET, True)


def covered(audio: bytes) -> list[tuple[int, int]]:
    """Where the tone is, in tenths of a second."""
    parts = [any(code != 0xFF for code in audio[at : at + 800]) for at in range(0, len(audio), 800)]
    edges = [at for at in range(1, len(parts)) if parts[at] != parts[at - 1]]
    return list(zip(edges[::2], edges[1::2], strict=True))


def test_numbers_names_and_dates_are_masked_on_both_sides() -> None:
    name = JournalEntry(
        "slot",
        START,
        "CA1",
        {"name": "full_name", "value": "Zebulon Quattlebaum", "evidence": {"start_ms": 7000, "end_ms": 7500}},
    )
    found = redacted(
        record(
            TranscriptLine("line", 1000, 1500, "Good evening, what is your name?", "heard"),
            TranscriptLine("line", 2000, 2500, "I understood Zebulon Quattlebaum. Is that right?", "heard"),
            TranscriptLine("caller", 3000, 3500, "twelve march nineteen eighty five", "final"),
            TranscriptLine("caller", 4000, 4900, "my dog and five", "final", words=WORDS),
            journal=(name,),
        )
    )  # fmt: skip
    text = " ".join(line.text for line in found.lines).casefold()
    for personal in ("zebulon", "quattlebaum", "twelve", "march", "eighty", "five"):
        assert personal not in text
    assert "what is your name" in text
    assert "my dog" in text
    assert covered(found.line_audio) == [(18, 27)]
    assert covered(found.caller_audio) == [(28, 37), (46, 51), (68, 77)]
    assert all(entry.data == {} for entry in found.journal)
    assert all(line.words == () for line in found.lines)


def test_a_record_without_anything_personal_stays_as_it_is() -> None:
    plain = record(TranscriptLine("caller", 0, 900, "yes please", "final"))
    assert redacted(plain) == plain
