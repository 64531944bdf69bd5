"""``loanline api-keys``: who may call the API, and for what."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from ivr.commands.keep import opened_storage, operator

__all__ = ["register"]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

api_keys = typer.Typer(help="Keys of the partners that call the API.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.add_typer(api_keys, name="api-keys")


@api_keys.command("add")
def add_key(
    partner: Annotated[str, typer.Argument(help="The partner's short name; it stands in its case ids.")],
    scope: Annotated[
        list[str], typer.Option(help="applications.submit, applications.read, offers.accept or applications.attest.")
    ],
    as_json: Json = False,
) -> None:
    """Make a key and print its token, once."""
    from core.errors import InvalidInput  # noqa: PLC0415
    from core.usecases.api_access import Scope, make_key  # noqa: PLC0415
    from ivr.system import SystemClock, SystemIds  # noqa: PLC0415

    known = {one.value: one for one in Scope}
    if not set(scope) <= set(known):
        raise InvalidInput("scope", f"use any of {', '.join(known)}")
    wanted = frozenset(known[name] for name in scope)
    with opened_storage() as storage:
        key_id, token = make_key(storage, SystemClock(), SystemIds(), partner, wanted, operator())
    if as_json:
        print(json.dumps({"key_id": key_id, "partner": partner, "scopes": sorted(scope), "token": token}))
        return
    print(f"{key_id} of {partner}. Hand this token over now; it is not shown again:")
    print(f"  {token}")


@api_keys.command("list")
def list_keys(as_json: Json = False) -> None:
    """List keys: id, partner, scopes, since when, in use or taken back. No secrets."""
    with opened_storage() as storage, storage.begin() as work:
        keys = work.api_keys.everyone()
    if as_json:
        rows = [
            {
                "key_id": key.key_id,
                "partner": key.partner,
                "scopes": sorted(key.scopes),
                "made_at": key.made_at.isoformat(),
                "revoked": key.revoked_at is not None,
            }
            for key in keys
        ]
        print(json.dumps(rows))
        return
    for key in keys:
        state = "taken back" if key.revoked_at else "in use"
        print(f"{key.key_id}  {key.partner:20} {key.made_at:%Y-%m-%d}  {state:10}  {' '.join(sorted(key.scopes))}")


@api_keys.command("revoke")
def revoke_key_command(key_id: Annotated[str, typer.Argument(help="The key's id, as list shows it.")]) -> None:
    """Take a key back; it opens nothing from now on."""
    from core.usecases.api_access import revoke_key  # noqa: PLC0415
    from ivr.system import SystemClock  # noqa: PLC0415

    with opened_storage() as storage:
        revoke_key(storage, SystemClock(), key_id, operator())
    print(f"{key_id} is taken back.")
