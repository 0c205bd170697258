"""The verdict with every reason, as the gate would give it."""

from __future__ import annotations

import json
from datetime import date, datetime

import click

from commands import with_app


@click.command()
@click.argument("photo")
@click.option("--use", "use_code", required=True, metavar="USE", help="The code of a use, such as website.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="On this day instead of today.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="For use until this day.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_app
def explain(photo: str, use_code: str, on: datetime | None, until: datetime | None, as_json: bool) -> None:
    """Say whether the photo with the code PHOTO may be used, until when, and why: every reason, for every person."""
    from models.facts import Period
    from models.gather import today
    from models.person import Person
    from models.photo import Photo
    from models.reason_words import ANONYMOUS, sentence
    from models.use import Use

    chosen = Photo.get_or_none(Photo.code == photo)
    if chosen is None:
        raise click.ClickException(f"There is no photo with the code {photo}.")
    use = Use.get_or_none(Use.code == use_code)
    if use is None:
        codes = ", ".join(each.code for each in Use.of_photos())
        raise click.ClickException(f"There is no use called {use_code}. There are: {codes}.")
    start = on.date() if on else today()
    end = until.date() if until else (start if use.irreversible else None)
    if end is not None and end < start:
        raise click.UsageError("--until lies before --on.")
    clearance = chosen.clearance(use, Period(start, end))
    names = Person.names(reason.person for reason in clearance.reasons)
    reasons = [
        {
            "code": reason.code.value,
            "text": sentence(reason, names.get(reason.person or "", ANONYMOUS), _iso(reason.until) or ""),
            "state": reason.state.value,
            "person": reason.person,
            "until": _iso(reason.until),
            "next": reason.next.value,
        }
        for reason in clearance.reasons
    ]
    through = _iso(clearance.valid_through)
    if as_json:
        click.echo(json.dumps({"state": clearance.state.value, "valid_through": through, "reasons": reasons}))
        return
    click.echo(f"{clearance.state.value}{f' until {through}' if through else ''}")
    for reason in reasons:
        step = "" if reason["next"] in ("none", "wait") else f"  -> {reason['next']}"
        click.echo(f"  [{reason['state']}] {reason['text']} ({reason['code']}){step}")


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
