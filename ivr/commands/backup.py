"""``loanline backup``: save the data, check a copy, bring it back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import InvalidInput, LoanlineError
from ivr.commands.keep import opened_storage, operator

if TYPE_CHECKING:
    from core.storage.backup import Servers
    from ivr.settings import Settings

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
    keys_days: Annotated[
        int, typer.Option("--keys-days", min=1, max=30, help="After so many days a copy of the keys is not restored.")
    ] = 7,
    verify: Annotated[
        bool, typer.Option("--verify", help="Then read the copy to its end to see that it is whole.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Save the data of a running line into a new folder. The keyring file is yours to keep, and never in it."""
    from core.storage.backup import create_backup, verify_backup  # noqa: PLC0415
    from ivr.settings import load_settings  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    settings = load_settings()
    with opened_storage() as storage:
        made = create_backup(
            settings.data_dir, folder, SystemClock(), keys=keys, keys_days=keys_days, servers=_servers(settings)
        )
        if verify:
            verify_backup(folder)
        with storage.begin() as work:
            work.audit.append(operator(), "backup.created", "storage", {"files": sorted(made.files)})
            work.commit()
    if as_json:
        print(json.dumps({"taken_at": made.taken_at, "files": made.files}, indent=2))
        return
    print(f"Saved {', '.join(sorted(made.files))}.")


def _servers(settings: Settings) -> Servers:
    from core.storage.backup import Servers  # noqa: PLC0415

    data, keys = settings.database_url, settings.keys_url
    return Servers(data.get_secret_value() if data else None, keys.get_secret_value() if keys else None)


def _rows_before() -> int | None:
    """How long the audit log is before it is replaced. Opening the store also writes down every order to destroy."""
    try:
        with opened_storage() as storage:
            return storage.verify_audit().rows
    except LoanlineError:
        return None


@backup.command("restore")
def restore(
    folder: Folder,
    verify: Annotated[bool, typer.Option("--verify", help="Then open every record once to see that it reads.")] = False,
    shreds: Annotated[
        Path | None, typer.Option("--shreds", help="Your outside copy of shreds.log, newer than the backup.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Put a backup in the place of the data, after checking it. Stop the line first. What was there is set aside."""
    from core.storage.backup import restore_backup  # noqa: PLC0415
    from core.usecases.readback import read_back  # noqa: PLC0415
    from ivr.settings import load_settings  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    if shreds is not None and not shreds.is_file():
        raise InvalidInput("shreds", "there is no such file")
    settings = load_settings()
    before = _rows_before()
    restored = restore_backup(folder, settings.data_dir, SystemClock(), shreds=shreds, servers=_servers(settings))
    with opened_storage() as storage:
        with storage.begin() as work:
            detail = {"files": sorted(restored.files), "rows_before": before}
            work.audit.append(operator(), "backup.restored", "storage", detail)
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
