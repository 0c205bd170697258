"""The keys: rotate them, or say how they stand."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from commands import with_app


@click.group()
def keys() -> None:
    """Rotate the keys, or say how they stand."""


@keys.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_app
def status(as_json: bool) -> None:
    """Where the root key comes from, the wrapping keys, how many keys of which kind, and what should be done. No secret."""
    from adapters import rotation
    from models.base import tools

    stands = rotation.status(tools.keys, data=_data())
    if as_json:
        click.echo(json.dumps(asdict(stands)))
        return
    click.echo(f"Root key: {stands.source}")
    for one in stands.ring:
        click.echo(
            f"Wrapping key {one.id}: made {one.made_at or 'before this was noted'}, holds {one.keys} keys"
        )
    for kind, count in stands.kinds.items():
        click.echo(f"Keys of {kind}s: {count}")
    click.echo(f"Ledger of erasures: {stands.erased} entries, head {stands.ledger_head or 'none yet'}")
    for warning in stands.warnings:
        click.echo(f"! {warning}")


@keys.command()
@click.option("--root", is_flag=True, help="Replace the root key instead of the wrapping key.")
@click.option(
    "--new-root", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With --root: the file that holds the new root key, where the operator keeps it.",
)  # fmt: skip
@click.option("--to-passphrase", is_flag=True, help="With --root: derive it from a passphrase from now on.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_app
def rotate(root: bool, new_root: Path | None, to_passphrase: bool, as_json: bool) -> None:
    """Wrap every key under a new wrapping key while Clearframe goes on, or seed and ring under a new root key.

    What broke off is finished by calling it again.
    """
    from adapters import roots
    from config import Config

    if not root and (new_root or to_passphrase):
        raise click.UsageError("--new-root and --to-passphrase go with --root.")
    if new_root and to_passphrase:
        raise click.UsageError("Choose one of --new-root and --to-passphrase.")
    wrapped = _replace_root(new_root, to_passphrase) if root else _rotate(quiet=as_json)
    if as_json:
        click.echo(json.dumps({"rotated": "root" if root else "wrapping key", "keys": wrapped}))
        return
    click.echo("The root key is another now." if root else f"{wrapped} keys are under a new wrapping key.")
    if root and new_root:
        click.echo("Put the new file in the place of the old one, then restart Clearframe.")
    elif root and roots.is_sealed(Config.from_environment().keys):
        click.echo(
            "Restart Clearframe: it asks for the new passphrase. A root key named in a setting is not read any more: take it away."
        )


def _rotate(*, quiet: bool) -> int:
    from adapters import rotation
    from models.base import db, tools
    from models.trail import Trace

    bar: Any = nullcontext()
    if not quiet and sys.stderr.isatty():
        bar = click.progressbar(length=rotation.waiting(tools.keys), label="Wrapping", file=sys.stderr)
    with bar as shown:
        count = rotation.rotate(tools.keys, shown.update if shown else lambda _count: None)
    with db.atomic():
        Trace.leave("operator", "keys.rotated", keys=count, rotated="wrapping")
    return count


def _replace_root(new_root: Path | None, to_passphrase: bool) -> int:
    from adapters import roots, rotation
    from models.base import db, tools
    from models.trail import Trace

    store = tools.keys
    if store.source in ("named", "credential") and not (new_root or to_passphrase):
        raise click.ClickException(
            "The root key is kept by you: make a new one in a file and name it with --new-root."
        )
    if new_root:
        rotation.replace_root(store, roots.Root(new_root.read_bytes(), "named"))
    elif to_passphrase or store.source == "passphrase":
        rotation.replace_root(store, _from_passphrase(store.folder))
    else:
        rotation.replace_root(store)
    with db.atomic():
        Trace.leave("operator", "keys.rotated", rotated="root")
    return 0


def _from_passphrase(folder: Path) -> Any:
    from adapters import roots
    from commands.unsealing import ask

    passphrase, salt = ask(twice=True), folder / roots.NEXT[roots.SALT]
    roots.new_salt(salt)
    return roots.Root(roots.from_passphrase(salt, passphrase), "passphrase")


def _data() -> Path:
    from config import Config

    return Config.from_environment().data
