"""``loanline prompts render``: every prompt checked, spoken and written where it can be listened to."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from core.errors import EnvironmentProblem

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    group = next(each.typer_instance for each in app.registered_groups if each.name == "prompts")
    assert group is not None

    @group.command()
    def render(
        out: Annotated[Path | None, typer.Option(help="Write each prompt as a WAV file here.")] = None,
        lang: Annotated[str, typer.Option(help="The language of the prompts.")] = "en-US",
    ) -> None:
        """Fill every prompt with example figures, check it for what must not be said, and list or speak it."""
        from ivr.dialogue.prompts.lint import examples, faults  # noqa: PLC0415
        from ivr.settings import load_settings  # noqa: PLC0415

        found = faults(lang)
        for fault in found:
            typer.echo(f"✗ {fault}", err=True)
        prompts = examples(lang)
        for prompt_id, text in prompts.items():
            typer.echo(f"{prompt_id}\t{text}")
        if out is not None:
            try:
                out.mkdir(parents=True, exist_ok=True)
            except OSError:
                raise EnvironmentProblem("The prompts' folder cannot be made: choose another with --out.") from None
            asyncio.run(_speak(prompts, out, load_settings().voice, load_settings().voice_rate))
            typer.echo(f"{len(prompts)} prompts are spoken in {out}", err=True)
        if found:
            raise typer.Exit(1)


async def _speak(prompts: dict[str, str], out: Path, voice_id: str, rate: int) -> None:
    from speech.audio import decode_mulaw, write_wav  # noqa: PLC0415
    from speech.synthesis import Pyttsx3Voice  # noqa: PLC0415

    voice = Pyttsx3Voice(voice=voice_id, rate=rate)
    try:
        for prompt_id, text in prompts.items():
            write_wav(out / f"{prompt_id}.wav", decode_mulaw(await voice.say(text)))
    finally:
        await voice.close()
