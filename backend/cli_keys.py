"""`python -m backend keys ...`: who may call the service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console

from backend.cli_console import friendly
from backend.domain.access import ApiKey, KeyScope
from backend.settings import settings_or_exit
from backend.storage.keys import KeyFile

keys_app = typer.Typer(no_args_is_help=True, help="API keys: make, list and revoke them.")


@keys_app.command("create")
def keys_create(
    label: Annotated[str, typer.Option(help="What the key is for; logs show it.")],
    scope: Annotated[
        list[KeyScope], typer.Option(help="generate, upload, train or admin; repeat for more.")
    ],
    days: Annotated[
        float | None, typer.Option(min=0.001, max=36_500, help="How long it is good; else forever.")
    ] = None,
) -> None:
    """Makes a key and prints it, once: only its hash is kept.

    From the first key on the service lets nobody in without one.
    """
    from backend.services.access import create_key

    with friendly():
        expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)
        key, text = create_key(_keys(), label, scope, expires_at)
    console = Console(stderr=True)
    console.print(
        f"key {key.id} for {key.label!r}; it is shown this once:", markup=False, highlight=False
    )
    print(text)


@keys_app.command("list")
def keys_list() -> None:
    """Every key, without its secret."""
    with friendly():
        keys = _keys().all()
    for key in keys.values():
        scopes = ",".join(sorted(key.scopes))
        made = f"{key.created_at:%Y-%m-%d}"
        print(f"{key.id:14} {scopes:30} made {made}  {_state(key):22} {key.label}")


@keys_app.command("revoke")
def keys_revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="See `keys list`.")],
) -> None:
    """Closes a key for good; a running service refuses it from its next request on."""
    from backend.services.access import revoke_key

    with friendly():
        key = revoke_key(_keys(), key_id)
    print(f"{key.id} ({key.label}) is revoked")


def _keys() -> KeyFile:
    return KeyFile(settings_or_exit().state_folder)


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return f"revoked {key.revoked_at:%Y-%m-%d}"
    if key.expires_at is None:
        return "valid"
    word = "until" if key.is_valid(datetime.now(UTC)) else "expired"
    return f"{word} {key.expires_at:%Y-%m-%d %H:%M}"
