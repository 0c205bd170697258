"""Tokens for programs."""

from __future__ import annotations

import click

from commands import with_app


@click.group()
def token() -> None:
    """Create a token for the API, shown once."""


@token.command()
@click.option("--user", "email", required=True, metavar="EMAIL", help="Whose rights the program acts with.")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=click.Choice(["read", "write", "publish"]),
    help="What it may do; may be repeated.",
)  # fmt: skip
@click.option("--name", default="", help="What it is for.")
@with_app
def create(email: str, scopes: tuple[str, ...], name: str) -> None:
    """Print a new token, alone on stdout. It is kept as a hash and can't be shown again."""
    from models.names import clean_email
    from models.token import ApiToken
    from models.user import User

    owner = User.get_or_none(User.email == clean_email(email))
    if owner is None or owner.disabled_at is not None:
        raise click.ClickException(f"There is no active user with the address {email}.")
    click.echo(ApiToken.create_for(owner, scopes, by="operator", name=name))
