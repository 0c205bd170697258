"""Restoring: bring a backup back into an empty house."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from commands.unsealing import unseal


@click.command()
@click.argument("place")
@click.option("--snapshot", help="The newest at or before this moment, such as 2026-11-26T02:00 (UTC).")
@click.option(
    "--identity",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The age key file that opens it.",
)
@click.option(
    "--keys", "key_store", metavar="PLACE", help="Where a backup of the key store lies, if there is none in CLEARFRAME_KEYS.",
)  # fmt: skip
@click.option(
    "--heads", type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True,
    help="Signed heads of the ledger kept elsewhere, such as the mails to the DPO.",
)  # fmt: skip
@click.option("--sample", type=click.IntRange(min=0), hidden=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def restore(place: str, **given: Any) -> int:
    """Bring the backup at PLACE back into an empty data folder and database. What was erased stays erased.

    Needs the root key and the key store. One that broke off is run again and starts over; until it is done nothing is served.
    """
    from adapters import age
    from adapters.keys import STORE
    from app import wire
    from config import Config
    from models import keys_backup, restoring, trail
    from models.base import db

    config = Config.from_environment()
    identities = age.identities_of(given["identity"]) if given["identity"] else None
    if given["key_store"] is not None:
        keys_backup.bring_back(given["key_store"], config.keys, identities)
    elif not (config.keys / STORE).exists():
        raise click.ClickException(
            f"There is no key store in {config.keys}. Name the place of its backup with --keys, or put a copy of the key folder there."
        )
    unseal(config.keys)
    notes = [
        note
        for path in given["heads"]
        for note in trail.notes_in(path.read_text(encoding="utf-8"), restoring.LEDGER)
    ]
    if given["heads"] and not notes:
        raise click.ClickException("There is no signed head of the ledger in these files.")
    restoring.begin(config.data, config.database_url)
    wire(config, restoring=True)
    bar: Any = nullcontext()
    if sys.stderr.isatty() and not given["as_json"]:
        bar = click.progressbar(length=0, label="Files", file=sys.stderr)
    with db.connection_context(), bar as shown:
        done = restoring.restore(
            place, config.data, until=given["snapshot"], identities=identities, heads=notes, sample=given["sample"],
            progress=shown.update if shown else lambda _count: None,
        )  # fmt: skip
    keys_backup.settled(config.keys)
    if given["as_json"]:
        click.echo(json.dumps(asdict(done)))
    else:
        click.echo(
            f"Backup {done.snapshot} is back: {done.rows} rows, {done.objects} files; {done.erased_again} erasures done again. "
            "Everybody logs in anew."
        )
    for name in done.missing:
        click.echo(f"{name} was missing or damaged in the backup.", err=True)
    if done.trail:
        click.echo(done.trail, err=True)
    return 1 if done.missing or done.trail else 0
