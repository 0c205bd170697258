"""What the worker has to do."""

from __future__ import annotations

import json

import click

from commands import with_app


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_app
def jobs(as_json: bool) -> None:
    """Show what waits, runs and failed, and why."""
    from models.job import Job

    rows = [
        {
            "code": job.code,
            "kind": job.kind,
            "state": job.state,
            "due_at": job.due_at.isoformat(),
            "tries": job.tries,
            "why": job.why,
        }
        for job in Job.select().where(Job.done_at.is_null()).order_by(Job.id)
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    if not rows:
        click.echo("Everything is done.")
    for row in rows:
        click.echo(
            f"{row['state']:8} {row['kind']:12} {row['code']} tries {row['tries']}, due {row['due_at']} {row['why']}"
        )
