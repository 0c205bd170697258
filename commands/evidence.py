"""The proof of a consent: does a bundle still say what was sealed?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from commands import with_app


@click.group()
def evidence() -> None:
    """Verify the sealed proof of a consent."""


@evidence.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", metavar="HEX", help="The public key to hold it against; otherwise this library's own.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_app
def verify(file: Path, key: str | None, as_json: bool) -> int:
    """Say who signed what and when, if not one bit of FILE was changed. Exits with 1 and names what was."""
    from adapters.seal import BadSeal, open_bundle
    from models.trail import signer

    try:
        public_key = bytes.fromhex(key) if key else signer().public_key
        members = open_bundle(file.read_bytes(), public_key)
    except ValueError as wrong:
        raise click.UsageError("--key takes 64 hexadecimal digits.") from wrong
    except BadSeal as bad:
        if as_json:
            click.echo(json.dumps({"whole": False, "changed": str(bad)}))
            return 1
        where = str(bad)  # a member by its name, or a sentence about the bundle as a whole
        why = where if where.startswith("the ") else f"{where} was changed, or another key sealed it"
        raise click.ClickException(f"{file.name} does not hold: {why}.") from bad
    # Bundles of the first version called the receipt's data record.json.
    facts, receipt = (
        json.loads(members["facts.json"]),
        json.loads(members.get("receipt.json") or members["record.json"]),
    )
    if as_json:
        click.echo(
            json.dumps({"whole": True, "members": sorted(members), "facts": facts, "receipt": receipt})
        )
        return 0
    click.echo("\n".join(_told(facts, receipt)))
    return 0


def _told(facts: dict[str, Any], receipt: dict[str, Any]) -> list[str]:
    notice = receipt["privacy_notice"] or {}
    said = [
        f"  {line['use'] or line['about']}: {'no' if (line.get('event_state') or line['state']) == 'dpv:ConsentRefused' else 'yes'}"
        f"{', until ' + line['valid_until'] if line['valid_until'] else ''}"
        for line in receipt.get("services") or receipt["lines"]
    ]
    return [
        f"Whole: consent {receipt['record_id']} says what was sealed.",
        f"Signed by {facts.get('name', 'the name on the receipt')} ({facts.get('role', 'signer')}) at {facts['signed_at']}, shown to be so by: {facts['identity']}.",
        f"Text: version {notice.get('version') or notice.get('number')} in {notice.get('language') or receipt['language']}, as shown SHA-256 {facts['shown_sha256']}.",
        "Answers:",
        *said,
    ]
