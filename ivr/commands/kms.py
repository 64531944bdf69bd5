"""``loanline kms serve``: the top keys on a machine, or under an account, of their own."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer

from core.errors import EnvironmentProblem

__all__ = ["register"]

kms = typer.Typer(help="The key service.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(kms, name="kms")


@kms.callback()
def _group() -> None:
    """The key service."""


@kms.command("serve")
def serve(
    keyring: Annotated[Path, typer.Option(help="The keyring file of the service; made on the first start.")],
    token_file: Annotated[Path, typer.Option(help="The file with the token that clients show; made when missing.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8200,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate; needed but on this machine's address.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="The certificate's key.")] = None,
) -> None:
    """Serve wrapping and unwrapping over a keyring file. LOANLINE_KEYRING_PASSPHRASE seals the file and must be set."""
    import uvicorn  # noqa: PLC0415 - loads what other commands can do without

    from core.security.keyring import FileKeyring  # noqa: PLC0415 - as above
    from ivr.kms.app import kms_app  # noqa: PLC0415 - as above
    from ivr.settings import load_settings, secret_of_file  # noqa: PLC0415 - reads the environment when a command runs
    from ivr.telemetry import configure_logging  # noqa: PLC0415 - as above

    settings = load_settings()
    phrase = settings.keyring_passphrase
    if phrase is None:
        raise EnvironmentProblem("Set LOANLINE_KEYRING_PASSPHRASE: the key service keeps its keys sealed.")
    if (tls_cert is None or tls_key is None) and host not in {"127.0.0.1", "localhost", "::1"}:
        raise EnvironmentProblem("Give --tls-cert and --tls-key: keys travel over https, or stay on this machine.")
    if not token_file.exists():
        token_file.touch(0o600)
        token_file.write_text(secrets.token_urlsafe(32) + "\n", "utf-8")
    token = secret_of_file(token_file)
    load = FileKeyring.load if keyring.exists() else FileKeyring.create
    ring = load(keyring, phrase.get_secret_value())
    configure_logging(settings.log_level)
    print(f"The key service listens on {host}:{port}.", file=sys.stderr)
    config = uvicorn.Config(
        kms_app(ring, token),
        host=host,
        port=port,
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        limit_concurrency=64,
        timeout_keep_alive=30,
        ssl_certfile=str(tls_cert) if tls_cert else None,
        ssl_keyfile=str(tls_key) if tls_key else None,
    )
    uvicorn.Server(config).run()
