"""``loanline backup``: save the data, check a copy, bring it back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from ivr.commands.keep import opened_storage, operator

__all__ = ["register"]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Folder = Annotated[Path, typer.Argument(help="The backup's folder.")]

backup = typer.Typer(help="Backups of the data.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(backup, name="backup")


@backup.command("create")
def create(
    folder: Folder,
    keys: Annotated[
        bool, typer.Option("--keys", help="Save the key store instead of the data; keep such copies few and short.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Save the data of a running line into a new folder. The keyring file is yours to keep, and never in it."""
    from core.storage.backup import create_backup  # noqa: PLC0415
    from ivr.settings import load_settings  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    with opened_storage() as storage:
        made = create_backup(load_settings().data_dir, folder, SystemClock(), keys=keys)
        with storage.begin() as work:
            work.audit.append(operator(), "backup.created", "storage", {"files": sorted(made.files)})
            work.commit()
    if as_json:
        print(json.dumps({"taken_at": made.taken_at, "files": made.files}, indent=2))
        return
    print(f"Saved {', '.join(sorted(made.files))}.")


@backup.command("restore")
def restore(
    folder: Folder,
    verify: Annotated[bool, typer.Option("--verify", help="Then open every record once to see that it reads.")] = False,
    as_json: Json = False,
) -> None:
    """Put a backup in the place of the data, after checking it. Stop the line first. What was there is set aside."""
    from core.storage.backup import restore_backup  # noqa: PLC0415
    from core.usecases.readback import read_back  # noqa: PLC0415
    from ivr.settings import load_settings  # noqa: PLC0415

    restored = restore_backup(folder, load_settings().data_dir)
    with opened_storage() as storage:
        with storage.begin() as work:
            work.audit.append(operator(), "backup.restored", "storage", {"files": sorted(restored.files)})
            work.commit()
        read = read_back(storage, operator()) if verify else None
        audit = storage.verify_audit()
    ok = audit.whole and not (read and read.unreadable)
    if as_json:
        document: dict[str, Any] = {
            "ok": ok,
            "taken_at": restored.taken_at,
            "files": sorted(restored.files),
            "audit_problems": list(audit.problems),
        }
        if read:
            document |= {"opened": read.opened, "shredded": read.shredded, "unreadable": list(read.unreadable)}
        print(json.dumps(document, indent=2))
    else:
        print(f"Restored {', '.join(sorted(restored.files))} of {restored.taken_at}.")
        if read:
            print(f"{read.opened} records open, {read.shredded} were destroyed on purpose.")
            print("\n".join(f"Cannot be opened: {each}" for each in read.unreadable) or "Every other record opens.")
        print("\n".join(audit.problems) or "The audit log is whole.")
    if not ok:
        raise typer.Exit(1)
