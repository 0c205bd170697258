"""Take in a folder: resumable, because what is there already is recognised by its bytes."""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from commands import with_app

HIDDEN = (".", "@", "__MACOSX")
SIDECARS = {".xmp", ".txt", ".db", ".ini", ".json", ".csv", ".html", ".thm"}


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--album", required=True, metavar="NAME", help="The album; it is made when it is not there.")
@click.option(
    "--team", default="", metavar="NAME", help="Whose album it is; the user's first team when left out."
)
@click.option(
    "--user", "email", default="", metavar="EMAIL", help="Who takes the photos in; needed when several may."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_app
def ingest(folder: Path, album: str, team: str, email: str, as_json: bool) -> int:
    """Take in every photo in FOLDER and the folders below it.

    Call it again after an interruption: files that are there already are named and skipped. Files that can't be taken
    in are listed at the end, and the exit code is then 1.
    """
    uploader = _uploader(email)
    target = _album(album, team, uploader)
    files = _files(folder)
    outcome: dict[str, list[Any]] = {"new": [], "duplicate": [], "failed": []}
    with click.progressbar(files, label="Taking in", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        for path in bar:
            _take(path, folder, target, uploader, outcome)
    _report(outcome, as_json)
    return 1 if outcome["failed"] else 0


def _take(path: Path, folder: Path, album: Any, uploader: Any, outcome: dict[str, list[Any]]) -> None:
    from models.errors import Refusal
    from models.photo import Photo

    name = str(path.relative_to(folder))
    try:
        # A link in the folder could bring in what lies elsewhere, under the operator's rights (ASVS 5.2.5).
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
            took = Photo.take_in(stream, path.name, album, by=uploader)
    except Refusal as refusal:
        outcome["failed"].append({"file": name, "why": refusal.sentence()})
    except OSError as error:
        linked = error.errno == errno.ELOOP
        why = "it is a link to another file" if linked else error.strerror or error
        outcome["failed"].append({"file": name, "why": f"It could not be read: {why}"})
    else:
        outcome["duplicate" if took.duplicate else "new"].append({"file": name, "code": took.photo.code})


def _report(outcome: dict[str, list[Any]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(outcome))
        return
    for entry in outcome["duplicate"]:
        click.echo(f"already there: {entry['file']} ({entry['code']})")
    for entry in outcome["failed"]:
        click.echo(f"not taken in: {entry['file']}: {entry['why']}", err=True)
    counts = {key: len(entries) for key, entries in outcome.items()}
    click.echo(
        f"{counts['new']} taken in, {counts['duplicate']} already there, {counts['failed']} not taken in. "
        "The worker makes previews and finds faces."
    )


def _files(folder: Path) -> list[Path]:
    """Every file that could be a photo, by name; the bytes decide later."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix.lower() not in SIDECARS
        and not any(part.startswith(HIDDEN) for part in path.relative_to(folder).parts)
    )


def _uploader(email: str) -> Any:
    from models.names import clean_email
    from models.permission import Permission
    from models.user import User

    active = [user for user in User.select().where(User.disabled_at.is_null()) if user.may(Permission.UPLOAD)]
    if email:
        active = [user for user in active if user.email == clean_email(email)]
        if not active:
            raise click.ClickException(f"There is no active user with the address {email} who may upload.")
    if len(active) != 1:
        reason = "Nobody may upload yet; add a user first." if not active else "Several users may upload."
        raise click.ClickException(f"{reason} Say who takes the photos in: --user EMAIL")
    return active[0]


def _album(title: str, team: str, uploader: Any) -> Any:
    from models.album import Album

    found = list(uploader.albums().where(Album.title == " ".join(title.split())))
    if len(found) == 1:
        return found[0]
    teams = [each for each in uploader.teams() if not team or each.name == team]
    if not teams:
        raise click.ClickException(
            f"{uploader.email} is not in {'the team ' + team if team else 'any team'}."
        )
    made = Album.add(title, teams[0], by=uploader)
    click.echo(f"Made the album {made.title} for the team {teams[0].name}.", err=True)
    return made
