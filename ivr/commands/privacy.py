"""``loanline privacy|retention``: what people may ask for, and what is kept for how long."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import InvalidInput
from ivr.commands.keep import opened_storage, operator, tell_others, write_wav

if TYPE_CHECKING:
    from core.jurisdiction.pack import Pack

__all__ = ["register"]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
CaseId = Annotated[str, typer.Argument(help="The case's id.")]
Person = Annotated[
    str, typer.Argument(help="A person: the id of a case. Other cases with the same identity are named.")
]

privacy = typer.Typer(help="What people may ask for.", no_args_is_help=True)
retention = typer.Typer(help="What is kept for how long.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(privacy, name="privacy")
    app.add_typer(retention, name="retention")


@privacy.callback()
def _privacy() -> None:
    """What people may ask for."""


@retention.callback()
def _retention() -> None:
    """What is kept for how long."""


def _pack() -> Pack:
    from core.jurisdiction.library import packaged  # noqa: PLC0415 - only some commands need it
    from ivr.settings import load_settings  # noqa: PLC0415 - reads the environment only when a command runs

    return packaged(load_settings().jurisdiction)


@privacy.command("consents")
def consents(case: CaseId, as_json: Json = False) -> None:
    """Show what was agreed to, refused and taken back in a case: scope, text, when, how. No words."""
    with opened_storage() as storage, storage.begin() as work:
        records = work.consents.of(case)
    if as_json:
        print(
            json.dumps(
                [
                    {
                        "scope": each.scope,
                        "granted": each.granted,
                        "text_id": each.text_id,
                        "text_hash": each.text_hash,
                        "at": each.at.isoformat(),
                        "how": each.how.value,
                        "call_id": each.call_id,
                        "span_ms": [each.evidence.start_ms, each.evidence.end_ms] if each.evidence else None,
                    }
                    for each in records
                ],
                indent=2,
            )
        )
        return
    for each in records:
        print(f"{each.at:%Y-%m-%d %H:%M:%S}Z  {'yes' if each.granted else 'no':4} {each.scope:24} {each.text_id}")


@privacy.command("withdraw")
def withdraw_consent(
    case: CaseId,
    scope: Annotated[str, typer.Option("--scope", help="Which consent: recording, credit_report, ….")],
) -> None:
    """Take down that a person took a consent back. Nothing new may rest on it."""
    from core.usecases.consents import withdraw  # noqa: PLC0415 - loads SQLAlchemy
    from ivr.system import SystemClock  # noqa: PLC0415 - as above

    with opened_storage() as storage:
        withdraw(storage, SystemClock(), case, scope, operator())
    print("The consent is withdrawn.")


@privacy.command("export")
def export_person(
    person: Person,
    folder: Annotated[Path, typer.Option("--to", help="A new folder for the files; hand it over safely.")],
    reason: Annotated[str, typer.Option("--reason", help="Who asked, and how you know that it is this person.")],
    sound: Annotated[bool, typer.Option(help="Also write the recordings.")] = True,
) -> None:
    """Write everything kept about a person in a case into a new folder: data.json, data.txt, and the recordings."""
    from core.usecases.subject_access import export  # noqa: PLC0415 - loads SQLAlchemy
    from ivr.system import SystemClock  # noqa: PLC0415 - as above

    if folder.exists():
        raise InvalidInput("to", "that folder exists already; name a new one")
    with opened_storage() as storage:
        found = export(storage, SystemClock(), person, operator(), reason)
    folder.mkdir(parents=True, mode=0o700)
    _write(folder / "data.json", json.dumps(found.document, indent=2, ensure_ascii=False))
    _write(folder / "data.txt", "\n".join(_readable(found.document)))
    for number, record in enumerate(found.calls if sound else (), start=1):
        if record.caller_audio or record.line_audio:
            write_wav(folder / f"call-{number}.wav", record.caller_audio, record.line_audio)
    print(f"Wrote {len(list(folder.iterdir()))} files.", file=sys.stderr)
    tell_others(found.others)
    if found.held:
        print("A case is held for a fraud inquiry: ask the fraud desk before you hand this over.", file=sys.stderr)


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text + "\n", "utf-8")


def _readable(value: Any, name: str = "", depth: int = 0) -> list[str]:
    """The same data as indented lines that anybody can read."""
    label = "  " * depth + name.replace("_", " ")
    if isinstance(value, dict):
        return [f"{label}:" if name else "", *(line for key in value for line in _readable(value[key], key, depth + 1))]
    if isinstance(value, list):
        lines = [f"{label}:" if value else f"{label}: none"]
        for number, item in enumerate(value, start=1):
            lines += _readable(item, str(number), depth + 1)
        return lines
    shown = {None: "none", True: "yes", False: "no"}.get(value) if value is None or isinstance(value, bool) else value
    return [f"{label}: {shown}"]


@privacy.command("correct")
def correct_field(
    case: CaseId,
    field: Annotated[str, typer.Option("--field", help="Which answer is wrong, such as full_name.")],
    value_file: Annotated[Path, typer.Option("--value-file", help="A file with the right value on its first line.")],
) -> None:
    """Take down what a person says is right. It stands beside what was said and decided, which stay as they are."""
    from core.usecases.subject_access import correct  # noqa: PLC0415 - loads SQLAlchemy
    from ivr.system import SystemClock  # noqa: PLC0415 - as above

    try:
        value = value_file.read_text("utf-8").partition("\n")[0]
    except (OSError, UnicodeDecodeError):
        raise InvalidInput("value-file", "that file cannot be read as text") from None
    with opened_storage() as storage:
        correct(storage, SystemClock(), case, field, value, operator())
    print("The correction is taken down.")


@privacy.command("erase")
def erase_person(
    person: Person,
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without this, nothing is destroyed.")] = False,
    as_json: Json = False,
) -> None:
    """Destroy what is kept of a person's case, as far as no law asks for it; the rest goes when its term is over."""
    from core.usecases.erasure import erase  # noqa: PLC0415 - loads SQLAlchemy
    from ivr.system import SystemClock  # noqa: PLC0415 - as above

    if not yes:
        raise InvalidInput("privacy erase", "it cannot be undone; look with loanline keys shred, then add --yes")
    with opened_storage() as storage:
        done = erase(storage, SystemClock(), _pack(), person, operator())
    until = done.until.date().isoformat() if done.until else None
    if as_json:
        facts = {"person": person, "whole": done.whole, "calls": list(done.calls), "until": until}
        print(json.dumps(facts | {"others": list(done.others)}, indent=2))
    elif done.whole:
        print("Nothing of this case can be opened any more.")
    else:
        print(f"{len(done.calls)} recordings are destroyed. The application is kept until {until}, as the law asks.")
    tell_others(done.others)


@retention.command("run")
def run_retention(
    dry: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    recordings: Annotated[int | None, typer.Option(min=1, help="Days that recordings are kept.")] = None,
    unfinished: Annotated[int | None, typer.Option(min=1, help="Days that unfinished cases are kept.")] = None,
    as_json: Json = False,
) -> None:
    """Destroy what has been kept for long enough: by data class, and by the pack's terms where a law sets one."""
    from core.usecases.retention import Terms, due, run  # noqa: PLC0415 - loads SQLAlchemy
    from ivr.settings import load_settings  # noqa: PLC0415 - as above
    from ivr.system import SystemClock  # noqa: PLC0415 - as above

    settings = load_settings()
    terms = Terms(recordings=recordings or settings.recordings_days, unfinished=unfinished or settings.unfinished_days)
    with opened_storage() as storage:
        if dry:
            gone = due(storage, SystemClock(), _pack(), terms)
        else:
            gone = run(storage, SystemClock(), _pack(), terms, operator())
    if as_json:
        document = {
            "destroyed": not dry,
            "people": [{"person": who, "class": why} for who, why in gone.people],
            "recordings": list(gone.recordings),
            "kept": [{"id": who, "why": why} for who, why in gone.kept],
            "rows": gone.rows,
        }
        print(json.dumps(document, indent=2))
        return
    print(
        f"{'Would destroy' if dry else 'Destroyed'} {len(gone.people)} persons and {len(gone.recordings)} recordings."
    )
    print("\n".join(f"  {who} ({why})" for who, why in gone.people))
    print("\n".join(f"Kept past its term: {who} ({why})" for who, why in gone.kept) or "Nothing is held back.")
