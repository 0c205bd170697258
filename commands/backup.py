"""Backups: make one, verify one."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from commands import with_app


class MakeOrVerb(click.Group):
    """`backup FILE` makes one; `backup verify FILE` and the other verbs do what they say."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """A first word that is no verb is a place: make a backup there."""
        if args and args[0] not in self.commands:
            args = ["make", *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options before the place belong to making."""
        if args and args[0].startswith("-") and args[0] not in ("-h", "--help"):
            args = ["make", *args]
        return super().parse_args(ctx, args)


@click.group(cls=MakeOrVerb)
def backup() -> None:
    """Write a backup, or verify one.

    `backup FILE` writes one whole file; an existing folder, a name that ends in "/" or an s3:// address is added to: what lies
    there already is not written again. The key store is backed up apart: `backup keys PLACE`. The root key is in no backup.
    """


@backup.command()
@click.argument("place")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_app
def make(place: str, as_json: bool) -> None:
    """Write a backup to PLACE while everybody works on."""
    from config import Config
    from models import backing_up
    from models.base import tools

    Config.from_environment().need_apart("This place", backup_to=_typed(place))
    made = backing_up.make(place)
    if as_json:
        click.echo(json.dumps(asdict(made)))
        return
    click.echo(f"Backup {made.name}: {made.rows} rows, {made.objects} files, {made.new} of them new here.")
    if not tools.backups.recipient:
        click.echo(
            "It opens with this installation's root key and key store. Better: a key that is kept elsewhere, made by `age-keygen` "
            "and named in BACKUP_RECIPIENT.",
            err=True,
        )


@backup.command()
@click.argument("place")
@click.option("--snapshot", help="The newest at or before this moment, such as 2026-11-26T02:00 (UTC).")
@click.option(
    "--identity",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The age key file that opens it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_app
def verify(place: str, snapshot: str | None, identity: Path | None, as_json: bool) -> int:
    """Read every byte of the backup at PLACE. Exits with 1 and names what is damaged or missing."""
    from adapters import age
    from models import backing_up

    found = backing_up.verify(
        place, until=snapshot, identities=age.identities_of(identity) if identity else None
    )
    if as_json:
        click.echo(json.dumps(asdict(found)))
    else:
        rows = (
            "its rows can't be counted without the identity" if found.rows is None else f"{found.rows} rows"
        )
        click.echo(f"Backup {found.snapshot}: {found.objects} files read, {rows}.")
        for fault in found.faults:
            click.echo(fault, err=True)
    return 1 if found.faults else 0


@backup.command()
@click.argument("place", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_app
def drill(place: str | None, as_json: bool) -> int:
    """Restore the newest backup at PLACE, or at BACKUP_TO, into a scratch folder and throw it away again.

    The library goes on meanwhile. Exits with 1 when it did not work; the drill is listed under Settings > Backups.
    """
    from models import backups
    from models.base import tools

    if not (place or tools.backups.to):
        raise click.UsageError("Name a place, or set BACKUP_TO.")
    done = backups.try_out(place or tools.backups.to)
    if as_json:
        names = ("code", "ok", "why", "snapshot", "rows", "objects", "lines", "erased_again", "seconds")
        click.echo(json.dumps({name: getattr(done, name) for name in names}))
    elif done.ok:
        click.echo(
            f"Backup {done.snapshot} comes back: {done.rows} rows, {done.objects} files tried, {done.lines} lines of the trail hold, "
            f"{done.erased_again} erasures done again, in {done.seconds} seconds."
        )
        if tools.backups.recipient:
            click.echo(
                "Only the other half of BACKUP_RECIPIENT opens that backup: each of its bytes was read, and a dump of this moment came "
                "back in its place. Restore it with that key on another machine once in a while.",
                err=True,
            )
    else:
        click.echo(f"The restore that was tried out did not work. {done.why}", err=True)
    return 0 if done.ok else 1


@backup.command()
@click.argument("place")
@with_app
def keys(place: str) -> None:
    """Write a copy of the key store to PLACE, apart from the data; earlier copies there go."""
    from config import Config
    from models import keys_backup

    Config.from_environment().need_apart("This place", keys_backup_to=_typed(place))
    click.echo(f"Key store copied as {keys_backup.make(place)}. The root key is not in it.")


def _typed(place: str) -> str:
    """A place as it is meant by who typed it: from the folder they stand in."""
    return place if place.startswith(("s3:", "file:")) else str(Path(place).absolute())
