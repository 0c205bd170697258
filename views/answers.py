"""The answers of a form that asks for consent: none ticked beforehand, and silence is never a yes (CON-04)."""

from __future__ import annotations

from flask import request

from models.errors import Invalid, _l
from models.request import Choice, Request


def choice_of(asked: Request, *, open_is_no: bool) -> Choice:
    """What the posted form says. The signer may leave a question open, which is a no; who copies a paper form may not."""
    uses = {use.code: _yes_or_no(f"use-{use.code}", open_is_no) for use in asked.uses()}
    return Choice(uses, _yes_or_no("recognition", open_is_no) if asked.ask_recognition else None)


def _yes_or_no(field: str, open_is_no: bool) -> bool:
    answer = request.form.get(field) or ("no" if open_is_no else "")
    if answer not in ("yes", "no"):
        raise Invalid(_l("Choose yes or no. Both are fine."), field=field)
    return answer == "yes"
