"""Users from the command line: add, list, disable."""

from __future__ import annotations

import json
from datetime import datetime

import click

from commands import with_app

ROLES = ("viewer", "contributor", "editor", "consent-officer", "dpo", "auditor", "admin")


@click.group()
def user() -> None:
    """Add, list and disable users; give a new start to their second factor."""


@user.command()
@click.argument("email")
@click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice(ROLES), help="May be repeated."
)
@click.option("--name", default="", help="Shown in the application; the address when left out.")
@click.option(
    "--team", "teams", multiple=True, help="A team's name; may be repeated. The first team when left out."
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day of the roles; an auditor's end after 90 days at most.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_app
def add(  # noqa: PLR0917 - click's own order
    email: str,
    roles: tuple[str, ...],
    name: str,
    teams: tuple[str, ...],
    until: datetime | None,
    as_json: bool,
) -> None:
    """Create a user and print the one-time link to choose a password (it works for three days)."""
    from models.base import tools
    from models.permission import Role, should_not_meet
    from models.user import Team, User

    chosen = (
        list(Team.select().where(Team.name.in_(teams))) if teams else [Team.select().order_by(Team.id).get()]
    )
    unknown = set(teams) - {team.name for team in chosen}
    if unknown:
        raise click.ClickException(f"There is no team called {min(unknown)}.")
    made = User.add(
        email,
        name,
        [Role(role) for role in roles],
        by="operator",
        teams=chosen,
        until=until.date() if until else None,
    )
    if should_not_meet(made.roles):
        click.echo(
            "Warning: an administrator should see no photos, evidence or trail; better use two accounts.",
            err=True,
        )
    link = f"{tools.base_url}/welcome/{made.invite(by='operator')}"
    click.echo(json.dumps({"code": made.code, "email": made.email, "link": link}) if as_json else link)


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_app
def list_(as_json: bool) -> None:
    """Every account: address, name, roles, and whether it is open."""
    from models.user import User

    rows = [
        {
            "code": each.code,
            "email": each.email,
            "name": each.name,
            "roles": sorted(each.roles),
            "state": "disabled" if each.disabled_at else "active" if each.password else "invited",
        }
        for each in User.select().order_by(User.email)
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(f"{row['email']:40} {row['state']:9} {','.join(row['roles']):30} {row['name']}")


@user.command()
@click.argument("email")
@with_app
def disable(email: str) -> None:
    """Close an account: its sessions and tokens end at once."""
    _of(email).disable(by="operator")
    click.echo(f"{email} is disabled.")


@user.command("reset-mfa")
@click.argument("email")
@with_app
def reset_mfa(email: str) -> None:
    """Forget a user's second factors and end the sessions; the next login sets a factor up anew."""
    from models import factor

    factor.reset(_of(email), by="operator")
    click.echo(f"{email} sets up a second factor at the next login.")


def _of(email: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a peewee row
    from models.names import clean_email
    from models.user import User

    found = User.get_or_none(User.email == clean_email(email))
    if found is None:
        raise click.ClickException(f"There is no user with the address {email}.")
    return found
