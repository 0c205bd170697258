"""Reading stored files again."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from commands import with_app


@click.command()
@click.option(
    "--sample",
    type=click.FloatRange(0, 100, min_open=True),
    default=100.0,
    metavar="PCT",
    help="Only so many per cent, chosen at random.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_app
def scrub(sample: float, as_json: bool) -> int:
    """Read every stored file again and report what is missing, damaged, foreign or without its key.

    Exits with 1 when anything was found. Each line names a code and a role; restore those from a backup.
    """
    from models import scrub as scrubbing

    count = len(scrubbing.everything())
    length = count if sample >= 100 else max(1, -(-count * sample // 100))
    with click.progressbar(
        length=int(length), label="Reading", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        report = scrubbing.scrub(sample=sample, progress=lambda: bar.update(1))
    if as_json:
        click.echo(json.dumps(asdict(report)))
        return 1 if report.findings else 0
    for each in report.findings:
        click.echo(f"{each.what:12} {each.code} {each.role}".rstrip())
    click.echo(
        f"{report.objects} files read ({report.bytes / 1e6:.1f} MB), {len(report.findings)} not as they should be."
    )
    return 1 if report.findings else 0
