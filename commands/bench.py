"""Benchmarks beside the raw libraries, on a scratch library."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import click

BENCHES = ("ingest", "library", "recognition", "requests", "retention", "trail", "vault")


@click.command()
@click.argument("name", type=click.Choice(BENCHES))
@click.option(
    "--size",
    type=click.IntRange(min=1),
    help="How many photos, or lines of the trail; the usual sizes when left out.",
)
@click.option(
    "--photos",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="For recognition: labelled photos of your own, a folder per person, and boxes.csv (file,left,top,width,height).",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def bench(name: str, size: int | None, photos: Path | None, as_json: bool) -> None:
    """Measure NAME in a folder of its own, beside the bare library calls in the same run, and print a table."""
    from bench.measure import as_json as to_json
    from bench.measure import as_table

    if photos is not None and name != "recognition":
        raise click.UsageError("--photos goes with recognition.")
    more = {"photos": photos} if photos is not None else {}
    rows = importlib.import_module(f"bench.{name}").run(size, **more)
    click.echo(json.dumps(to_json(name, rows)) if as_json else as_table(rows))
