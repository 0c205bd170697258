"""The answers of a form that asks for consent: each question answered, none ticked beforehand (CON-08)."""

from __future__ import annotations

from flask import request

from models.errors import Invalid, _l
from models.request import Choice, Request


def choice_of(asked: Request) -> Choice:
    """What the posted form says; a question left open is a mistake, never a no or a yes."""
    uses = {use.code: _yes_or_no(f"use-{use.code}") for use in asked.uses()}
    return Choice(uses, _yes_or_no("recognition") if asked.ask_recognition else None)


def _yes_or_no(field: str) -> bool:
    answer = request.form.get(field)
    if answer not in ("yes", "no"):
        raise Invalid(_l("Choose yes or no. Both are fine."), field=field)
    return answer == "yes"
