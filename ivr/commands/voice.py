"""``loanline score-voice``: what antifraud says of one recording."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from core.risk import ConsentClass

__all__ = ["register"]

File = Annotated[Path, typer.Argument(help="WAV or FLAC, any rate; the first channel is the caller.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(app: typer.Typer) -> None:
    app.command("score-voice")(score_voice)


def score_voice(file: File, as_json: Json = False) -> None:
    """Run the fraud analysis over one recording. Whoever runs it vouches for the speaker's consent."""
    from antifraud.analysis import CallAnalysis  # noqa: PLC0415 - loads librosa, half a second other commands can save
    from antifraud.recording import read_recording  # noqa: PLC0415 - loads soundfile and soxr

    samples = read_recording(file)
    analysis = CallAnalysis(frozenset(ConsentClass))
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
