"""``loanline records|audit|keys``: what is kept, proved and destroyed."""

from __future__ import annotations

import getpass
import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import InvalidInput

if TYPE_CHECKING:
    from core.storage.store import SqlStorage

__all__ = ["opened_storage", "operator", "register", "tell_others", "write_wav"]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
CallId = Annotated[str, typer.Argument(help="The call's id, as records list shows it.")]
Reason = Annotated[str, typer.Option("--reason", help="Why you need to see it; written to the audit log, sealed.")]

records = typer.Typer(help="Stored calls.", no_args_is_help=True)
audit = typer.Typer(help="The audit log.", no_args_is_help=True)
keys = typer.Typer(help="The keys that seal everything.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(records, name="records")
    app.add_typer(audit, name="audit")
    app.add_typer(keys, name="keys")


@contextmanager
def opened_storage() -> Iterator[SqlStorage]:
    """The store of the settings' data directory, for one command."""
    from ivr.settings import load_settings  # noqa: PLC0415 - reads the environment only when a command runs
    from ivr.system import SystemClock  # noqa: PLC0415 - as above
    from ivr.vault import open_vault  # noqa: PLC0415 - loads SQLAlchemy, which other commands can do without

    storage = open_vault(load_settings(), SystemClock(), create=False)
    try:
        yield storage
    finally:
        storage.close()


def tell_others(others: Iterable[str]) -> None:
    """Each case is a person of its own to the keys, so that a thief's case is never taken for the victim's."""
    if named := ", ".join(others):
        print(f"The same identity was given in {named}: see whose they are, and do the same for each.", file=sys.stderr)


def operator() -> str:
    """The account that runs the command, as the audit log's actor."""
    return "os." + (re.sub(r"[^A-Za-z0-9_.-]", "-", getpass.getuser()) or "unknown")


def _print(document: Any) -> None:
    print(json.dumps(document, indent=2, ensure_ascii=False))


# -- records ------------------------------------------------------------------------------------------------------


@records.command("list")
def list_records(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")] = 50, as_json: Json = False
) -> None:
    """List stored calls: id, start, outcome. No personal data."""
    with opened_storage() as storage, storage.begin() as work:
        calls = work.records.list_calls(limit)
    if as_json:
        _print([{"call_id": call, "started_at": at.isoformat(), "outcome": outcome} for call, at, outcome in calls])
        return
    for call, at, outcome in calls:
        print(f"{at:%Y-%m-%d %H:%M:%S}Z  {outcome or 'open':12}  {call}")


@records.command("show")
def show_record(
    call: CallId,
    reason: Reason,
    as_json: Json = False,
    audio: Annotated[
        Path | None, typer.Option(help="Write both sides to this WAV file, caller left, line right.")
    ] = None,
    covered: Annotated[
        bool, typer.Option("--redacted", help="Mask names and numbers, and put a tone over them in the sound.")
    ] = False,
) -> None:
    """Decrypt one call for you. The look is written to the audit log first."""
    from core.codec import to_plain  # noqa: PLC0415 - only this command needs it
    from core.usecases.records import show_call  # noqa: PLC0415 - loads SQLAlchemy
    from core.usecases.redacting import redacted  # noqa: PLC0415 - only this command needs it

    if audio is not None and audio.exists():
        raise InvalidInput("audio", "that file exists already; choose another name")
    with opened_storage() as storage:
        record = show_call(storage, call, operator(), reason)
    if covered:
        record = redacted(record)
    if audio is not None:
        write_wav(audio, record.caller_audio, record.line_audio)
    seconds = max(len(record.caller_audio), len(record.line_audio)) / 8000
    if as_json:
        document = {
            "call_id": record.call_id,
            "case_id": record.case_id,
            "started_at": record.started_at.isoformat(),
            "ended_at": record.ended_at.isoformat() if record.ended_at else None,
            "outcome": record.outcome,
            "complete": record.complete,
            "audio_seconds": round(seconds, 3),
            "lines": [to_plain(line) for line in record.lines],
            "journal": [to_plain(entry) for entry in record.journal],
        }
        _print(document)
        return
    print(f"Call {record.call_id} of case {record.case_id}: {record.outcome or 'not closed'}, {seconds:.1f} s of audio")
    if not record.complete:
        print("This record was never closed: the line stopped in the middle of the call.")
    for line in record.lines:
        sure = f" ({line.confidence:.2f})" if line.confidence is not None else ""
        print(f"{line.start_ms / 1000:8.2f}  {line.who:7} {line.text}{sure}")
    for entry in record.journal:
        print(f"{entry.at:%H:%M:%S}  {entry.kind:20} {json.dumps(entry.data, ensure_ascii=False)}")


def write_wav(path: Path, caller: bytes, line: bytes) -> None:
    """16-bit stereo at 8 kHz, readable by its owner only."""
    import wave  # noqa: PLC0415 - one command in a hundred writes sound

    import numpy as np  # noqa: PLC0415 - as above

    from speech.audio import decode_mulaw  # noqa: PLC0415 - as above

    length = max(len(caller), len(line))
    silence = b"\xff"
    both = np.stack([decode_mulaw(side.ljust(length, silence)) for side in (caller, line)], axis=1)
    path.touch(mode=0o600, exist_ok=False)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(both.astype("<i2").tobytes())


# -- audit --------------------------------------------------------------------------------------------------------


@audit.command("verify")
def verify_audit(
    heads: Annotated[Path | None, typer.Option(help="Check against this copy of the signed heads instead.")] = None,
    as_json: Json = False,
) -> None:
    """Check every row against the signed heads. Exit 1 when anything was altered, removed or cut off."""
    if heads is not None and not heads.is_file():
        raise InvalidInput("heads", "there is no such file")
    with opened_storage() as storage:
        found = storage.verify_audit(heads)
    if as_json:
        _print(
            {
                "ok": found.whole,
                "rows": found.rows,
                "heads": found.heads,
                "root": found.root,
                "unanchored": found.unanchored,
                "problems": list(found.problems),
            }
        )
    else:
        print(f"{found.rows} rows, {found.heads} signed heads, root {found.root[:16]}…")
        print("\n".join(found.problems) or "The audit log is whole.")
    if not found.whole:
        raise typer.Exit(1)


@audit.command("prove")
def prove_row(
    row: Annotated[str, typer.Argument(help="A row's number, or a receipt code such as 12-K7QX4M2A.")],
    as_json: Json = False,
) -> None:
    """Prove that a row is in the log, without showing the others: its hash, its path, the signed head."""
    with opened_storage() as storage:
        proof = storage.prove(row)
    if as_json:
        _print(proof)
        return
    print(f"Row {proof['row']['seq']}: {proof['row']['action']} of {proof['row']['subject']} at {proof['row']['at']}")
    print(f"Receipt {proof['receipt']}; leaf {proof['leaf']}")
    for step in proof["path"]:
        print(f"  with {step}")
    print(f"Root {proof['head']['root']} of {proof['head']['size']} rows, signed {proof['head']['signature']}")


@audit.command("stamp")
def stamp_newest(
    tsa: Annotated[str, typer.Option("--tsa", help="The address of a time-stamp authority (RFC 3161).")],
    to: Annotated[Path, typer.Option("--to", help="A folder for the stamp; copy it elsewhere.")],
) -> None:
    """Have an authority stamp the newest signed head. Needs the extra timestamps."""
    from core.storage.timestamps import stamp_head  # noqa: PLC0415 - an optional part

    with opened_storage() as storage:
        head = storage.signed_head()
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    at = stamp_head(head, tsa, to / f"head-{head.size}.tsr")
    print(f"The head of {head.size} rows was stamped at {at:%Y-%m-%d %H:%M:%S} UTC.")


@audit.command("stamped")
def check_stamped(
    size: Annotated[int, typer.Argument(min=0, help="How many rows the stamped head has; its file's name says so.")],
    stamp: Annotated[Path, typer.Argument(help="The stamp.")],
    roots: Annotated[Path, typer.Option("--roots", help="The authority's root certificates, PEM.")],
) -> None:
    """Check that an authority stamped the head of this size, and when."""
    from core.storage.timestamps import check_stamp  # noqa: PLC0415 - an optional part

    if not stamp.is_file() or not roots.is_file():
        raise InvalidInput("stamp", "give the stamp's file and the file with the roots")
    with opened_storage() as storage:
        head = storage.signed_head(size)
    at = check_stamp(head, stamp.read_bytes(), roots.read_bytes())
    print(f"The head of {head.size} rows was stamped at {at:%Y-%m-%d %H:%M:%S} UTC.")


@audit.command("grown")
def prove_growth(
    size: Annotated[int, typer.Argument(min=1, help="How many rows the log had when you kept its head.")],
    as_json: Json = False,
) -> None:
    """Prove to whoever kept an earlier head that the log has only grown since."""
    with opened_storage() as storage:
        proof = storage.prove_growth(size)
    if as_json:
        _print(proof)
        return
    print(f"{proof['size']} rows, root {proof['root']}")
    for step in proof["path"]:
        print(f"  with {step}")
    print(f"Root {proof['head']['root']} of {proof['head']['size']} rows, signed {proof['head']['signature']}")


# -- keys ---------------------------------------------------------------------------------------------------------


@keys.command("rotate")
def rotate_keys(
    forget_old: Annotated[
        bool, typer.Option("--forget-old", help="Destroy the older versions: key stores saved before now are dead.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make a new key-encryption key and re-wrap every key under it, with the line up."""
    from core.usecases.shred import rotate  # noqa: PLC0415 - loads SQLAlchemy

    with opened_storage() as storage:
        done = rotate(
            storage,
            operator(),
            forget_old=forget_old,
            progress=lambda count: print(f"{count} keys re-wrapped", file=sys.stderr),
        )
    if as_json:
        _print({"version": done.version, "rewrapped": done.rewrapped, "forgotten": list(done.forgotten)})
        return
    print(f"Key version {done.version} is in use; {done.rewrapped} keys re-wrapped.")


@keys.command("shred")
def shred_keys(
    call: Annotated[str | None, typer.Option("--call", help="Make one call unreadable.")] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", help="Make a person unreadable: the id of a case.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without this, only show what would be destroyed.")] = False,
    as_json: Json = False,
) -> None:
    """Destroy keys for good: what they seal cannot be opened any more, backups of the data included."""
    from core.storage.links import same_identity  # noqa: PLC0415 - loads SQLAlchemy
    from core.usecases.shred import plan_call, plan_person, shred  # noqa: PLC0415 - as above

    if (call is None) == (subject is None):
        raise InvalidInput("keys shred", "give either --call or --subject")
    with opened_storage() as storage:
        plan = plan_call(storage, call) if call is not None else plan_person(storage, subject or "")
        others = same_identity(storage.engine, subject) if subject is not None else []
        if yes:
            shred(storage, plan, operator())
    tell_others(others)
    if as_json:
        _print({"destroyed": yes, "kind": plan.kind, "id": plan.subject, "keys": list(plan.objects), "hold": plan.hold})
        return
    print(f"{'Destroyed' if yes else 'Would destroy'} {len(plan.objects)} keys of {plan.kind} {plan.subject}:")
    print("\n".join(f"  {each}" for each in plan.objects))
    if plan.hold and not yes:
        print(f"A legal hold ({plan.hold}) forbids it; lift it with: loanline keys hold {plan.person} --lift")
    elif not yes:
        print("Nothing was destroyed; add --yes to do it. It cannot be undone.")


@keys.command("hold")
def hold_keys(
    subject: Annotated[str, typer.Argument(help="A person: the id of a case.")],
    why: Annotated[str, typer.Option("--why", help="A static name: dispute, litigation, inquiry.")] = "dispute",
    lift: Annotated[bool, typer.Option("--lift", help="Lift the hold.")] = False,
) -> None:
    """Forbid (or allow again) that a person's keys are destroyed."""
    from core.storage.links import same_identity  # noqa: PLC0415 - loads SQLAlchemy
    from core.usecases.shred import hold  # noqa: PLC0415 - as above

    with opened_storage() as storage:
        hold(storage, subject, None if lift else why, operator())
        others = same_identity(storage.engine, subject)
    print("The hold is lifted." if lift else "The hold is set.")
    tell_others(others)
