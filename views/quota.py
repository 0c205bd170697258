"""Files taken out today: who came near the most that is allowed, and more for one colleague for one day."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import quota
from models.base import find
from models.permission import Permission
from models.user import User
from views.access import needs
from views.pages import back_to, go, page

bp = Blueprint("quota", __name__)


@bp.get("/files-taken-out")
@needs(Permission.COMPLIANCE)
def index(**_of_a_form: str) -> Response:
    """Only who came near it today."""
    return page("todo/quota.html", tab="quota", rows=quota.near(), allowed=quota.allowed)


@bp.post("/files-taken-out/<code>/more")
@needs(Permission.COMPLIANCE, fresh=True)
@back_to(index)
def allow_more(code: str) -> Response:
    """More for this colleague, until midnight."""
    more = request.form.get("more", "").strip()
    quota.raise_for(
        find(User.select(), code), int(more) if more.isdecimal() and len(more) < 9 else 0, by=current_user
    )
    flash(gettext("Allowed until midnight."))
    return go(url_for("quota.index"))


@bp.app_template_global()
def files_today() -> quota.Standing:
    """How many files went out with this user today, and how many may."""
    return quota.standing(current_user)
