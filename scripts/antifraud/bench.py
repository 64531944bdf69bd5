"""The tables behind ``docs/fraud-signals.md``: speaker vectors, copies of recordings, and what it all costs.

    python -m scripts.antifraud.bench --audio ../shared/audio [--network DIR] [--spoken DIR]

``scripts.antifraud.speak`` makes what ``--spoken`` holds. Some ten minutes on a core that others use too.

Human recordings lie outside the project; without them there is nothing to measure and the bench says so (exit 3).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from scripts.antifraud.sounds import Samples, by_speaker, gain, mulaw, noisy, recordings, through  # sets thread limits

# isort: split
import numpy as np
from rich.console import Console
from rich.table import Table

from antifraud import repeats
from antifraud.activity import FRAME_MS, active, levels, noise_floor, pauses
from antifraud.analysis import CallAnalysis, warm
from antifraud.archive import COPIED_BELOW, SoundArchive
from antifraud.facts import TurnFacts
from antifraud.signals import second as second_voice
from antifraud.signals.cadence import LEAST_PAUSE, LONG_MS
from antifraud.signals.model import Known, NotAssessed
from antifraud.signals.quality import line_quality
from antifraud.sound import Sound
from antifraud.tones import keys_in
from antifraud.voice_scores import VoiceScores
from antifraud.voiceprint import SpeakerNetwork, VoiceSpace
from core.risk import ConsentClass
from scripts.antifraud import synthetic_bench
from scripts.antifraud.speakers import trials, vectors
from scripts.antifraud.stock_voices import stock_speech

SHOW = Console(width=120)


def table(title: str, *columns: str) -> Table:
    made = Table(title=title, title_justify="left")
    for column in columns:
        made.add_column(column, justify="right")
    return made


def speakers(folder: Path, speech: dict[str, Samples]) -> None:
    network = SpeakerNetwork(folder, VoiceSpace.of_the_house())
    scores = VoiceScores.of_the_house()
    rng = np.random.default_rng(0)
    poor = {name: noisy(through(samples, "GSM610"), 15, rng) for name, samples in speech.items()}
    shown = table(
        f"Speaker vectors, AN4, {len(speech)} speakers, one segment against one",
        "line", "who", "net s", "pairs", "EER %", "misses % at 0.1 %", "right at 1/600 %",
        "house threshold: alarms %", "misses %",
    )  # fmt: skip
    sexes = {"all": "", "women": "f", "men": "m"}
    for line, heard in (("mu-law", speech), ("GSM, 15 dB noise", poor)):
        for seconds in (2.0, 5.0, 10.0):
            found = vectors(network, heard, seconds)
            noise = 99.0 if line == "mu-law" else 15.0
            for who, letter in sexes.items():
                of = {name: rows for name, rows in found.items() if name.removeprefix("an4-").startswith(letter)}
                pairs = trials(of)
                missed = pairs.misses(pairs.threshold(0.001))
                right = (1 - missed) / (1 - missed + 0.001 * 599)
                at = scores.threshold(seconds, noise)
                shown.add_row(
                    line, who, f"{seconds:.0f}", f"{pairs.same.size}/{pairs.other.size}", f"{100 * pairs.eer:.1f}",
                    f"{100 * missed:.1f}", f"{100 * right:.0f}", f"{100 * pairs.alarms(at):.2f}",
                    f"{100 * pairs.misses(at):.1f}",
                )  # fmt: skip
    SHOW.print(shown)


def channels(rng: np.random.Generator) -> dict[str, Callable[[Samples], Samples]]:
    return {
        "mu-law": mulaw,
        "GSM": lambda x: through(x, "GSM610"),
        "noise 20 dB": lambda x: noisy(x, 20, rng),
        "noise 10 dB": lambda x: noisy(x, 10, rng),
        "gain -6 dB": lambda x: gain(x, -6),
        "gain +6 dB": lambda x: gain(x, 6),
        "shift 1.005 s": lambda x: x[8037:],
        "GSM, noise 15 dB, -3 dB, shift": lambda x: gain(noisy(through(x, "GSM610"), 15, rng), -3)[5555:],
        "GSM, noise 10 dB": lambda x: noisy(through(x, "GSM610"), 10, rng),
    }


def copies(speech: dict[str, Samples]) -> None:
    clips = [samples[: 20 * 8000] for samples in list(speech.values())[:40]]
    prints = [repeats.fingerprint(clip) for clip in clips]
    shown = table("Copies of a recording, 40 clips of 20 s", "what", "pairs", "called copy", "bit errors", "worst")
    for name, channel in channels(np.random.default_rng(1)).items():
        found = [repeats.best_match(repeats.fingerprint(channel(c)), p) for c, p in zip(clips, prints, strict=True)]
        row(shown, f"copy: {name}", found, max)
    others = [repeats.best_match(one, two) for i, one in enumerate(prints) for two in prints[:i]]
    row(shown, "other speaker", others, min)
    halves = [(repeats.fingerprint(s[: s.size // 2]), repeats.fingerprint(s[s.size // 2 :])) for s in speech.values()]
    row(shown, "same speaker, other speech", [repeats.best_match(*pair) for pair in halves], min)
    SHOW.print(shown)


def row(shown: Table, name: str, matches: list[repeats.Match | None], worst: Callable[..., float]) -> None:
    errors = [match.error for match in matches if match is not None]
    called = sum(error < repeats.DUPLICATE_BELOW for error in errors)
    shown.add_row(name, str(len(errors)), str(called), f"{np.median(errors):.3f}", f"{worst(errors):.3f}")


def answers(audio: Path) -> None:
    """Six digits said twice by one speaker, no take used on both sides, against the same sound over the line again."""
    rng = np.random.default_rng(1)
    takes: dict[tuple[str, str], list[Samples]] = {}
    for recording in recordings(audio, "fsdd"):
        digit = recording.file.rsplit("/", 1)[-1].split("_")[0]
        takes.setdefault((recording.speaker, digit), []).append(mulaw(recording.samples))
    pause = np.zeros(400, dtype=np.int16)

    def say(speaker: str, digits: list[str], half: int) -> Samples:
        pieces = [takes[speaker, d][half::2] for d in digits]
        return np.concatenate([np.concatenate([p[int(rng.integers(len(p)))], pause]) for p in pieces])

    again, same = [], []
    for speaker in sorted({name for name, _ in takes}):
        for _ in range(50):
            digits = [str(d) for d in rng.integers(0, 10, 6)]
            one, two = say(speaker, digits, 0), say(speaker, digits, 1)
            replay = mulaw(noisy(gain(one, -1), 25, rng)[37:])
            mark = repeats.fingerprint(one)
            again.append(repeats.best_match(repeats.fingerprint(two), mark, repeats.ANSWER_SECONDS))
            same.append(repeats.best_match(repeats.fingerprint(replay), mark, repeats.ANSWER_SECONDS))
    shown = table("Repeated own answers, FSDD, six digits", "what", "pairs", "called copy", "bit errors", "closest")
    for name, found in (("same words said again", again), ("same sound again, 25 dB", same)):
        errors = [match.error for match in found if match is not None]
        called = sum(error < repeats.ANSWER_BELOW for error in errors)
        shown.add_row(name, str(len(errors)), str(called), f"{np.median(errors):.3f}", f"{min(errors):.3f}")
    SHOW.print(shown)


def lines(audio: Path) -> None:
    """The quality gate and the key tones on human speech, where both have a right answer."""
    rng = np.random.default_rng(2)
    clips = [r.samples for r in recordings(audio, "an4") if r.samples.size > 16000][:150]
    shown = table("Line quality, 150 AN4 clips", "line", "median", "5 %", "95 %")
    for name, change in {
        "clean": mulaw,
        "20 dB": lambda x: noisy(x, 20, rng),
        "10 dB": lambda x: noisy(x, 10, rng),
    }.items():
        values = []
        for clip in clips:
            sound = Sound()
            sound.add(change(clip), 0)
            sound.flush()
            values.append(line_quality(sound))
        known = [value for value in values if value is not None]
        shown.add_row(name, *(f"{np.percentile(known, p):.2f}" for p in (50, 5, 95)))
    SHOW.print(shown)
    hours, found = 0.0, 0
    for corpus in ("an4", "libri", "fsdd"):
        for recording in recordings(audio, corpus):
            hours += recording.samples.size / 8000 / 3600
            found += len(keys_in(recording.samples.astype(np.float32) / 32768))
    SHOW.print(f"Key tones wrongly found in {hours:.2f} h of human speech: {found}\n")


def cadence(audio: Path) -> None:
    """Pauses inside long answers, of people who read or were prompted: there is no other speech to measure on."""
    shown = table(
        "Pauses of a quarter of a second in long answers; all of it read or prompted speech",
        "corpus", "answers", "in 10 s, median", "5 %", "95 %", "none at all %",
    )  # fmt: skip
    for corpus in ("an4", "libri", "lj"):
        rates = []
        for recording in recordings(audio, corpus):
            db = levels(recording.samples.astype(np.float32) / 32768)
            talk = active(db, noise_floor(db))
            heard = np.flatnonzero(talk)
            if heard.size and (spoken := int(heard[-1] - heard[0] + 1) * FRAME_MS) >= LONG_MS:
                rates.append(10_000 * sum(length >= LEAST_PAUSE for length in pauses(talk)) / spoken)
        at = [f"{np.percentile(rates, p):.1f}" for p in (50, 5, 95)]
        shown.add_row(corpus, str(len(rates)), *at, f"{100 * np.mean(np.array(rates) == 0):.0f}")
    SHOW.print(shown)


def machine_voices(folder: Path, spoken: Path, speech: dict[str, Samples]) -> None:
    """Is a machine's voice known again in another call? Against people at the alarm rate of a list."""
    network = SpeakerNetwork(folder, VoiceSpace.of_the_house())
    shown = table(
        "The same machine's voice again, 8 s against 8 s", "voice", "pairs", "missed % at 0.1 %", "list of 50"
    )
    people = np.array([v[0] for v in vectors(network, speech, 8.0, 1).values()])
    at50 = VoiceScores.of_the_house().list_threshold(8.0, 99.0, 50)
    for name, samples in stock_speech(spoken).items():
        rows = vectors(network, {name: samples}, 8.0, 6).get(name)
        if rows is None or len(rows) < 2:
            continue
        alike = (rows @ rows.T)[np.triu_indices(len(rows), 1)]
        other = np.sort((rows @ people.T).ravel())
        limit = other[-max(1, round(0.001 * other.size))]
        missed = [f"{100 * np.mean(alike < at):.0f}" for at in (limit, at50)]
        shown.add_row(name, str(alike.size), *missed)
    SHOW.print(shown)


def searches(speech: dict[str, Samples]) -> None:
    """The quick search of many recordings: answers of a call that was heard before, and of strangers."""
    rng = np.random.default_rng(5)
    names = list(speech)
    archive = SoundArchive([repeats.fingerprint(speech[name][: 60 * 8000]) for name in names[:50]])
    shown = table(
        "Answers of 2.5 s searched in 50 earlier calls; a call counts as a copy by two of them",
        "what", "answers", "called copy", "bit errors", "worst", "CPU ms each",
    )  # fmt: skip
    every = {f"copy: {name}": (names[:20], channel) for name, channel in channels(rng).items() if "shift" not in name}
    for name, (who, channel) in {**every, "strangers": (names[50:], mulaw)}.items():
        errors, spent = [], 0.0
        for speaker in who:
            heard = channel(speech[speaker][: 60 * 8000])
            for at in range(0, heard.size - 20_000, 24_000):
                block = repeats.fingerprint(heard[at : at + 20_000]).signs
                start = time.process_time()
                found = archive.find(block, 60)
                spent += time.process_time() - start
                if found is not None:
                    errors.append(found[0].error)
        worst = min(errors) if name == "strangers" else max(errors)
        called = sum(error < COPIED_BELOW for error in errors)
        row_ = (str(len(errors)), str(called), f"{np.median(errors):.3f}", f"{worst:.3f}")
        shown.add_row(name, *row_, f"{1000 * spent / len(errors):.1f}")
    SHOW.print(shown)


def beside(speech: dict[str, Samples]) -> None:
    """Somebody else before the answers: 40 calls of six answers, with a second speaker in the pauses and without."""
    rng = np.random.default_rng(6)
    names = list(speech)
    shown = table("A second voice in the pauses, 40 calls each", "second voice", "calls in which it is noted")
    for below in (None, 12, 18, 24):
        noted = 0
        for number in range(40):
            caller, other = (speech[names[(number * step + step) % len(names)]] for step in (1, 3))
            known, at = Known(), 0
            for answer in range(6):
                wait = np.zeros(12_000)
                if below is not None and answer % 2:
                    wait += other[answer * 12_000 : (answer + 1) * 12_000] * 10 ** (-below / 20)
                spoken = caller[answer * 16_000 : (answer + 1) * 16_000].astype(np.float64)
                whole = np.concatenate([wait, spoken]) + rng.standard_normal(12_000 + spoken.size) * 12
                known.sound.add(np.clip(whole, -32768, 32767).astype(np.int16), at)
                known.turns.append(TurnFacts("q", at, at + 1500, at + 1500 + spoken.size // 8))
                at += whole.size // 8
            known.sound.flush()
            try:
                noted += second_voice.RULES[0].read(known).value >= 1 / 3
            except NotAssessed:
                continue
        shown.add_row("none" if below is None else f"{below} dB under the caller", f"{noted} of 40")
    SHOW.print(shown)


def cost(speech: dict[str, Samples], folder: Path | None) -> None:
    """CPU of a call of two minutes in pieces of one second, a turn every ten seconds, a report after each; compared
    with a hundred earlier calls."""
    network = None if folder is None else SpeakerNetwork(folder, VoiceSpace.of_the_house())
    samples = np.concatenate(list(speech.values()))[: 120 * 8000]
    warm()
    earlier = [repeats.fingerprint(one[: 40 * 8000]) for one in speech.values()]
    archive = SoundArchive((earlier * 2)[:100])
    shown = table(
        "Cost, ms CPU for a second of caller audio; from the end of an answer of ten seconds to its report, ms",
        "consents",
        "audio",
        "reports",
        "together",
        "to a report, median",
        "slowest",
    )
    every = frozenset(ConsentClass)
    spoken = frozenset({ConsentClass.NONE, ConsentClass.RECORDING})
    kinds = (("recording", spoken), ("without biometric", every - {ConsentClass.BIOMETRIC}), ("all", every))
    for name, consents in kinds:
        analysis = CallAnalysis(consents, network=network)
        analysis.known_audio(archive)
        audio = reports = 0.0
        waits = [0.0]
        for second in range(120):
            start = time.process_time()
            analysis.caller_audio(samples[second * 8000 : (second + 1) * 8000], second * 1000)
            audio += (took := time.process_time() - start)
            waits[-1] += took  # a call hears the whole answer when its report is asked for
            if second % 10 == 9:
                analysis.turn(TurnFacts("q", (second - 9) * 1000, (second - 8) * 1000, second * 1000))
                start = time.process_time()
                analysis.report(second * 1000)
                reports += (took := time.process_time() - start)
                waits[-1] += took
                waits.append(0.0)
        each = (f"{1000 * value / 120:.2f}" for value in (audio, reports, audio + reports))
        shown.add_row(name, *each, *(f"{1000 * value:.0f}" for value in (np.median(waits[:-1]), max(waits))))
    SHOW.print(shown)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--audio", type=Path, default=Path("../shared/audio"))
    arguments.add_argument("--network", type=Path)
    arguments.add_argument("--spoken", type=Path, default=Path("data/bench/spoken"))
    options = arguments.parse_args()
    if not (options.audio / "an4.tar").is_file():
        sys.stderr.write("There are no human recordings here; name their folder with --audio.\n")
        return 3
    speech = by_speaker(options.audio, "an4")
    if options.network is None:
        SHOW.print("No speaker network named (--network): its table is left out.\n")
    else:
        speakers(options.network, speech)
    copies(speech)
    searches(speech)
    answers(options.audio)
    lines(options.audio)
    beside(speech)
    cadence(options.audio)
    cost(speech, options.network)
    if options.spoken.is_dir():
        synthetic_bench.show(*synthetic_bench.everything(options.audio, options.spoken, options.spoken.parent), SHOW)
        if options.network is not None:
            machine_voices(options.network, options.spoken, speech)
    else:
        SHOW.print("Nothing was spoken by machines (python -m scripts.antifraud.speak): those tables are left out.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
