"""A look at the whole installation, with a next step for whatever is not well."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

SIGNS = {"ok": "ok       ", "attention": "attention", "wrong": "WRONG    "}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> int:
    """Check the installation and say what to do; changes nothing. Exits with 1 when something is wrong."""
    from commands import examining
    from config import Config

    found = examining.all_of_it(Config.from_environment())
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found]))
    else:
        for each in found:
            click.echo(f"{SIGNS[each.state]}  {each.check}: {each.sentence}")
            if each.step:
                click.echo(f"{'':11}{each.step}")
    return 1 if any(each.state == "wrong" for each in found) else 0
