"""Exceptions: a doubt that the privacy officer and a second person let stand until a day, for one photo and one use (PUB-07)."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import override
from models.base import find
from models.gather import today
from models.library import use_of
from models.override import LONGEST, Override
from models.permission import Permission
from models.photo import Photo
from models.use import Use
from views.access import needs
from views.pages import back_to, day_of_form, go, page
from views.words import doubt_words, reasons_of

bp = Blueprint("overrides", __name__)
PAGE = 40


@bp.get("/photos/<code>/overrides")
@needs(Permission.COMPLIANCE)
def ask(code: str) -> Response:
    """What is not known about a photo for a use, and the form; or what stands in the way of any exception."""
    photo, use = _asked(code)
    doubts, answer = override.told(photo, use)
    return page(
        "overrides/ask.html", photo=photo, use=use, doubts=doubt_words(doubts), answer=answer, latest=today() + LONGEST,
        today=today(), obstacles=[] if answer.allows else reasons_of(photo, use, answer),
    )  # fmt: skip


@bp.post("/photos/<code>/overrides")
@needs(Permission.COMPLIANCE, fresh=True)
@back_to(ask)
def propose(code: str) -> Response:
    """Let it wait for a second person."""
    photo, use = _asked(code)
    Override.propose(
        photo, use, reason=request.form.get("reason", ""), until=day_of_form("until"), by=current_user
    )
    flash(gettext("Proposed. It opens nothing until a second person has confirmed it."))
    return go(url_for("overrides.index"))


@bp.get("/overrides")
@needs(Permission.BASES)
def index(**_of_a_form: str) -> Response:
    """What waits for a second person, what holds, and what is over."""
    number = min(max(0, request.args.get("page", 0, type=int)), 10_000)
    waiting = [] if number else list(Override.waiting(current_user))
    rows = list(Override.settled(current_user).limit(PAGE + 1).offset(number * PAGE))
    return page(
        "overrides/index.html", tab="overrides", waiting=waiting, rows=rows[:PAGE],
        more=url_for("overrides.index", page=number + 1) if len(rows) > PAGE else None,
        newer=url_for("overrides.index", page=number - 1) if number else None,
    )  # fmt: skip


@bp.post("/overrides/<code>/confirmation")
@needs(Permission.BASES, fresh=True)
def confirm(code: str) -> Response:
    """The second person's yes."""
    row = _found(code)
    row.confirm(by=current_user)
    flash(gettext("Confirmed. The photo may be used so until that day, and the photo's page says why."))
    return go(url_for("overrides.index"))


@bp.post("/overrides/<code>/rejection")
@needs(Permission.BASES)
@back_to(index)
def reject(code: str) -> Response:
    """The second person's no."""
    _found(code).reject(request.form.get("note", ""), by=current_user)
    flash(gettext("Rejected, with your reason."))
    return go(url_for("overrides.index"))


@bp.post("/overrides/<code>/end")
@needs(Permission.BASES)
def end(code: str) -> Response:
    """It holds no longer, or was proposed by mistake."""
    _found(code).end(by=current_user)
    flash(gettext("Ended. The door is shut again, and copies outside that went out by it became tasks."))
    return go(url_for("overrides.index"))


def _found(code: str) -> Override:
    row: Override = find(Override.seen_by(current_user), code)
    return row


def _asked(code: str) -> tuple[Photo, Use]:
    return find(current_user.photos(), code), use_of(request.values.get("use"))
