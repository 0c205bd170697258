"""Existing consents from a table: a dry run by default."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from commands import with_app

MOST_SHOWN = 200


@click.command("import-consents")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--commit", is_flag=True, help="Bring them in; without it nothing is changed.")
@click.option(
    "--evidence",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of scanned forms.",
)
@click.option(
    "--dates",
    type=click.Choice(["dmy", "mdy", "ymd"]),
    default=None,
    help="How dates are written, where it can't be told.",
)
@click.option(
    "--user", "email", default="", metavar="EMAIL", help="Who brings them in; needed when several may."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_app
def import_consents(
    *, file: Path, commit: bool, evidence: Path | None, dates: str | None, email: str, as_json: bool
) -> int:
    """Say of every row of FILE (CSV or XLSX) what becomes of it and why.

    With --commit the rows are brought in, each once: calling it again changes nothing. A yes of the table never counts by
    itself; a colleague compares it with the signed form first. Exits with 1 when a row is rejected.
    """
    from models.importing import Import, carry_out

    by = _importer(email)
    made = Import.begin(file.name, file.read_bytes(), by=by, scans=_scans(evidence))
    if dates:
        made.remap(made.mapping, dates, by=by)
    rows = made.rows()
    if commit:
        made.start(by=by)
        carry_out(made.id)
    _report(rows, made, as_json, commit)
    if not commit:
        made.forget()
    return 1 if any(row.verdict.value == "rejected" for row in rows) else 0


def _report(rows: list[Any], made: Any, as_json: bool, commit: bool) -> None:
    from models.import_rows import summary

    told = [
        {
            "row": row.number,
            "name": row.name,
            "verdict": row.verdict.value,
            "why": [words % values for words, values in row.notes],
        }
        for row in rows
    ]
    counts = summary(rows)
    if as_json:
        click.echo(json.dumps({"rows": told, "counts": counts, "committed": commit, "columns": made.mapping}))
        return
    for row in told[:MOST_SHOWN]:
        click.echo(f"{row['row']:>5}  {row['verdict']:<10}  {row['name']}")
        for why in row["why"]:
            click.echo(f"       {why}")
    if len(told) > MOST_SHOWN:
        click.echo(f"  ... and {len(told) - MOST_SHOWN} more; --json shows all.")
    click.echo(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    click.echo("Brought in." if commit else "Nothing was changed. --commit brings them in.")


def _scans(folder: Path | None) -> dict[str, bytes]:
    if folder is None:
        return {}
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name[0] != "."
    }


def _importer(email: str) -> Any:
    from models.permission import Permission
    from models.user import User

    users = [user for user in User.select() if user.is_active and user.may(Permission.ASK)]
    if email:
        users = [user for user in users if user.email == email.strip().casefold()]
    if len(users) != 1:
        raise click.UsageError("Say with --user EMAIL who brings them in: an editor or consent officer.")
    return users[0]
