"""The measures of Art. 32 as they are now."""

from __future__ import annotations

from pathlib import Path

import click

from commands import with_app


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, writable=True, path_type=Path))
@with_app
def measures(file: Path | None) -> None:
    """Write the technical and organisational measures (Art. 32) as this installation has them now, to FILE or the screen."""
    from models.measures import described

    text = described()
    if file is None:
        click.echo(text, nl=False)
        return
    file.write_text(text, encoding="utf-8")
    click.echo(f"Written to {file}")
