"""The audit trail: verify, export, sign."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

import click

from commands import with_app


@click.group()
def trail() -> None:
    """Verify, export or sign the audit trail."""


@trail.command()
@click.option(
    "--heads", type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True,
    help="A file of signed heads kept elsewhere: the mails to the DPO, or what HEADS_TO wrote. May be given again.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_app
def verify(heads: tuple[Path, ...], as_json: bool) -> int:
    """Recompute the whole chain against every signed head. Exits with 1 and names the first bad entry."""
    from adapters.seal import BadSeal
    from models import trail as chain

    notes = [note for file in heads for note in _notes_in(file)]
    count = chain.length()
    quiet = as_json or not sys.stderr.isatty()
    try:
        with click.progressbar(length=count, label="Verifying", file=sys.stderr, hidden=quiet) as bar:
            verdict = chain.verify(notes, progress=bar.update)
    except BadSeal as bad:
        raise click.ClickException(f"A head does not hold: {bad}.") from bad
    if as_json:
        click.echo(
            json.dumps({"lines": verdict.lines, "bad": verdict.bad, "why": verdict.why, "head": verdict.head})
        )
        return 1 if verdict.bad is not None else 0
    if verdict.bad is not None:
        raise click.ClickException(f"Entry {verdict.bad} is bad: {verdict.why}.")
    click.echo(f"The trail is whole: {verdict.lines} entries, head {verdict.head}")
    return 0


def _notes_in(file: Path) -> list[str]:
    from models import trail as chain

    notes = chain.notes_in(file.read_text(encoding="utf-8", errors="replace"))
    if not notes:
        raise click.ClickException(f"There is no signed head in {file}.")
    return notes


@trail.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@with_app
def export(file: Path) -> None:
    """Write every entry to FILE, one JSON object per line, as docs/audit-format.md says; a signed head stands last."""
    from models import reading

    count = 0
    with file.open("w", encoding="utf-8") as out:
        for line in reading.exported(by="operator"):
            out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
    click.echo(f"{count} lines written to {file}. docs/verify_trail.py checks them without Clearframe.")


@trail.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON with the public key.")
@with_app
def head(as_json: bool) -> None:
    """Print the current head, signed. Keep it elsewhere: it proves how far the trail reached."""
    from models import trail as chain

    signed = chain.Head.sign()
    if signed is None:
        raise click.ClickException("The trail is still empty.")
    if as_json:
        key = base64.b64encode(chain.signer().public_key).decode()
        click.echo(json.dumps({"seq": signed.seq, "note": signed.note, "public_key": key}))
        return
    click.echo(signed.note, nl=False)
