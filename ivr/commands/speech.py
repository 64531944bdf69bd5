"""``loanline transcribe``, ``loanline models`` and ``loanline prompts``: the line's ears and voice on their own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

__all__ = ["register"]

_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(transcribe)
    models = typer.Typer(help="Speech models: what is here, what can be fetched, whether it is whole.")
    models.command("list")(list_models)
    models.command("fetch")(fetch_model)
    models.command("verify")(verify_models)
    app.add_typer(models, name="models")
    prompts = typer.Typer(help="The line's voice.")
    prompts.command("say")(say)
    app.add_typer(prompts, name="prompts")


def transcribe(
    file: Annotated[Path, typer.Argument(help="A recording of one answer: WAV or FLAC, any rate.")],
    slot: Annotated[
        str, typer.Option(help="digits, amount, date, name, yes_no, term, purpose or employment.", metavar="KIND")
    ],
    lang: Annotated[str, typer.Option("--lang", help="The language spoken, such as en-US.")] = "en-US",
    length: Annotated[int, typer.Option(min=0, max=32, help="How many figures were asked for; 0: any.")] = 0,
    as_json: _Json = False,
) -> None:
    """What the line hears in one answer, and what it understands."""
    import asyncio  # noqa: PLC0415 - these load the recogniser, which other commands can do without
    from datetime import UTC, datetime  # noqa: PLC0415 - as above

    from ivr.settings import load_settings  # noqa: PLC0415 - as above
    from speech.answers.grammar import grammar  # noqa: PLC0415 - as above
    from speech.answers.report import as_document, as_lines  # noqa: PLC0415 - as above
    from speech.models import find_model  # noqa: PLC0415 - as above
    from speech.recognizer import HearingSpec  # noqa: PLC0415 - as above
    from speech.repair.understand import ALTERNATIVES, understand  # noqa: PLC0415 - as above

    phrases = grammar(slot, lang, length=length or None)
    pcm, offset_ms = _answer_in(file)
    settings = load_settings()
    model = find_model(lang, (settings.models_path,), name=settings.speech_model(lang))
    heard = asyncio.run(_decode(model, HearingSpec(lang, phrases, ALTERNATIVES, second=True), pcm))
    found = understand(slot, heard, lang, today=datetime.now(UTC).date(), length=length or None)
    document: dict[str, Any] = {
        "text": heard.text,
        "words": [
            {
                "word": word.text,
                "start": max(0, word.start + offset_ms) / 1000,
                "end": (word.end + offset_ms) / 1000,
                "conf": round(word.conf, 4),
            }
            for word in heard.words
        ],
        **as_document(found.parsed),
        "confidence": round(found.confidence, 4),
        "why": found.why,
        "understood": found.text,
        "alternatives": list(heard.alternatives),
        "unknown": heard.unknown,
    }
    if as_json:
        print(json.dumps(document, ensure_ascii=False))
    else:
        sure = f"{found.why}, {found.confidence:.0%} sure"
        print(f"{heard.text or '(nothing heard)'}  [{sure}]", *as_lines(found.parsed), sep="\n")


def _answer_in(file: Path) -> tuple[bytes, int]:
    """The spoken part of a recording at 8 kHz, through the line's mu-law, with 300 ms of silence around it as on a
    call, and where this begins."""
    from speech.activity import trim  # noqa: PLC0415 - loads numpy and webrtcvad
    from speech.audio import decode_mulaw, encode_mulaw, read_audio  # noqa: PLC0415 - as above

    offset_ms, pcm = trim(decode_mulaw(encode_mulaw(read_audio(file))).tobytes())
    rest = bytes(16 * 300)
    return (rest + pcm + rest, offset_ms - 300) if pcm else (b"", 0)


async def _decode(model: Path, spec: Any, pcm: bytes) -> Any:
    from speech.engines.vosk_pool import VoskPool  # noqa: PLC0415 - loads asyncio's processes

    # Nobody waits on a telephone: a long recording on a busy machine may take its time.
    pool = VoskPool({spec.language: model}, workers=1, threads=1, timeout_s=600, stall_s=120)
    await pool.start()
    try:
        hearing = pool.open(spec)
        hearing.feed(pcm)
        return await hearing.finish()
    finally:
        await pool.close()


def list_models(as_json: _Json = False) -> None:
    """The models that are installed, and those that can be fetched."""
    from ivr.settings import load_settings  # noqa: PLC0415 - loads pydantic
    from speech.models import KNOWN_MODELS, installed  # noqa: PLC0415 - loads httpx

    here = {model.name: model for model in installed((load_settings().models_path,))}
    rows = [
        {
            "name": source.name,
            "language": source.language,
            "installed": source.name in here,
            "path": str(here[source.name].path) if source.name in here else None,
            "about": source.about,
        }
        for source in KNOWN_MODELS
    ]
    if as_json:
        print(json.dumps(rows))
        return
    for row in rows:
        print(f"{'installed' if row['installed'] else 'to fetch':<10} {row['name']:<10} {row['about']}")


def fetch_model(
    name: Annotated[str, typer.Argument(help="small-en, large-en, small-cn or speaker.")],
    as_json: _Json = False,
) -> None:
    """Install a model into the models folder. Needs a network."""
    from ivr.settings import load_settings  # noqa: PLC0415 - loads pydantic
    from speech.models import fetch  # noqa: PLC0415 - loads httpx

    sys.stderr.write(f"fetching {name} …\n")
    path = fetch(name, load_settings().models_path)
    print(json.dumps({"name": name, "path": str(path)}) if as_json else f"{name} is in {path}")


def verify_models(as_json: _Json = False) -> None:
    """Compare every installed model with its manifest; exit 1 when one differs."""
    from core.errors import ModelCorrupt  # noqa: PLC0415 - beside its neighbours
    from ivr.settings import load_settings  # noqa: PLC0415 - loads pydantic
    from speech.models import installed, verify  # noqa: PLC0415 - loads httpx

    rows: list[dict[str, Any]] = []
    for model in installed((load_settings().models_path,)):
        try:
            rows.append({"name": model.name, "ok": True, "files": verify(model.path), "problem": None})
        except ModelCorrupt as error:
            rows.append({"name": model.name, "ok": False, "files": 0, "problem": str(error)})
    if as_json:
        print(json.dumps(rows))
    else:
        for row in rows:
            print(f"{row['name']}: {'whole, ' + str(row['files']) + ' files' if row['ok'] else row['problem']}")
    if not all(row["ok"] for row in rows):
        raise typer.Exit(1)


def say(
    text: Annotated[str, typer.Argument(help="What to say; <pause 300> is a pause of 300 ms.")],
    out: Annotated[Path, typer.Argument(help="The WAV file to write, 8 kHz as a caller hears it.")],
    rate: Annotated[int, typer.Option(min=0, max=300, help="Words a minute; 0 for the line's own.")] = 0,
) -> None:
    """Speak a prompt into a file."""
    import asyncio  # noqa: PLC0415 - these load numpy and soxr

    from ivr.settings import load_settings  # noqa: PLC0415 - as above
    from speech.audio import decode_mulaw, write_wav  # noqa: PLC0415 - as above
    from speech.synthesis import Pyttsx3Voice  # noqa: PLC0415 - as above

    settings = load_settings()

    async def speak() -> bytes:
        voice = Pyttsx3Voice(voice=settings.voice, rate=settings.voice_rate)
        try:
            return await voice.say(text, rate=rate)
        finally:
            await voice.close()

    pcm = decode_mulaw(asyncio.run(speak()))
    write_wav(out, pcm)
    sys.stderr.write(f"{len(pcm) / 8000:.1f} s written\n")
