"""``loanline score-voice`` and ``loanline voiceprint``: what antifraud says of recordings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from core.errors import ModelMissing
from core.risk import ConsentClass

__all__ = ["register"]

File = Annotated[Path, typer.Argument(help="WAV or FLAC, any rate; the first channel is the caller.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command("score-voice")(score_voice)
    app.command("voiceprint")(voiceprint)


def score_voice(file: File, as_json: Json = False) -> None:
    """Run the fraud analysis over one recording. Whoever runs it vouches for the speaker's consent.

    Where the speaker network was fetched, the voice is also compared with those of well-known synthesisers.
    """
    import numpy as np  # noqa: PLC0415 - as below

    from antifraud.activity import stretches  # noqa: PLC0415 - as below
    from antifraud.analysis import CallAnalysis  # noqa: PLC0415 - loads librosa, half a second other commands can save
    from antifraud.facts import TurnFacts  # noqa: PLC0415 - as above
    from antifraud.voiceprint import SpeakerNetwork, VoiceSpace  # noqa: PLC0415 - as above
    from antifraud.voices import stock_voices  # noqa: PLC0415 - as above
    from ivr.settings import load_settings  # noqa: PLC0415 - reads the environment
    from speech.audio import read_audio  # noqa: PLC0415 - loads soundfile and soxr
    from speech.models import find_speaker_model  # noqa: PLC0415 - as above

    samples = read_audio(file, first_channel=True)
    try:
        network = SpeakerNetwork(find_speaker_model((load_settings().models_path,)), VoiceSpace.of_the_house())
    except ModelMissing:
        network = None
    analysis = CallAnalysis(frozenset(ConsentClass), network=network)
    if network is not None:
        analysis.known_voices(stock_voices())
    for start, end in stretches(samples.astype(np.float32) / np.float32(32768)):
        # No question is known of, so nothing can be said of how long the answer took: as if it began over a prompt.
        analysis.turn(TurnFacts("recording", end, start, end))
    analysis.caller_audio(samples, 0)
    analysis.end_of_audio()
    report = analysis.report(len(samples) // 8)
    if as_json:
        document = {
            "level": int(report.level),
            "band": report.band.value,
            "complete": report.complete,
            "reasons": list(report.reasons),
            "seconds": round(len(samples) / 8000, 2),
            "version": report.version,
            "signals": [
                {
                    "name": signal.name,
                    "assessed": signal.assessed,
                    "value": signal.value,
                    "unit": signal.unit,
                    "llr": signal.llr,
                    "quality": signal.quality,
                    "evidence": signal.evidence.value,
                    "consent": signal.consent.value,
                    "reason_code": signal.reason_code,
                    "text": signal.text,
                }
                for signal in report.signals
            ],
        }
        typer.echo(json.dumps(document, ensure_ascii=False, allow_nan=False))
        return
    reasons = ", ".join(report.reasons) or "no reasons"
    typer.echo(f"{report.band.value}  ({reasons})  {report.version}")
    for signal in report.signals:
        typer.echo(f"  {signal.name:24} {signal.evidence.value:8} {signal.text}")


def voiceprint(
    file_a: File,
    file_b: File,
    as_json: Json = False,
    network: Annotated[
        Path | None, typer.Option("--network", help="Folder of the speaker network; else the fetched one.")
    ] = None,
) -> None:
    """Compare the speakers of two recordings. A clue for a person, never a proof of identity."""
    from antifraud.voice_scores import NOISIEST, ONE_TO_ONE_ALARM, PAIR_SECONDS, VoiceScores  # noqa: PLC0415 - as above
    from antifraud.voiceprint import SpeakerNetwork, VoiceSpace, cosine  # noqa: PLC0415 - as above
    from ivr.settings import load_settings  # noqa: PLC0415 - reads the environment
    from speech.audio import read_audio  # noqa: PLC0415 - as above
    from speech.models import find_speaker_model  # noqa: PLC0415 - as above

    recordings = [read_audio(file, first_channel=True) for file in (file_a, file_b)]
    space, scores = VoiceSpace.of_the_house(), VoiceScores.of_the_house()
    folder = network or find_speaker_model((load_settings().models_path,))
    speakers = SpeakerNetwork(folder, space)
    prints = [speakers.voiceprint(samples) for samples in recordings]
    one, other = prints
    seconds = [0.0 if each is None else each.seconds for each in prints]
    shorter = min(seconds)
    same = score = threshold = llr = None
    if one is not None and other is not None and shorter >= PAIR_SECONDS:
        snr = min(one.snr, other.snr)
        score, threshold = cosine(one, other), scores.threshold(shorter, snr)
        llr = scores.llr(score, shorter, snr)
        same = score >= threshold if snr >= NOISIEST else None
    document = {
        "same": same,
        "score": None if score is None else round(score, 4),
        "threshold": None if threshold is None else round(threshold, 4),
        "llr": None if llr is None else round(llr, 3),
        "seconds": [round(each, 2) for each in seconds],
        "false_alarm": ONE_TO_ONE_ALARM,
        "version": f"{space.version}/{scores.version}",
    }
    if as_json:
        typer.echo(json.dumps(document))
    elif score is None or threshold is None or same is None:
        typer.echo(f"cannot say: needs {PAIR_SECONDS} seconds of speech in both (there are {seconds}) over a fair line")
    else:
        word = "one speaker is likely" if same else "two speakers are likely"
        typer.echo(f"{word}: likeness {score:.2f}, threshold {threshold:.2f} at {shorter:.1f} s of speech")
