"""On location: who said yes, for the photographer's phone; and signing on that phone, handed over."""

from __future__ import annotations

from flask import Blueprint, g, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from models import attendance
from models.base import find
from models.campaign import running_in
from models.permission import Permission
from models.request import Request
from models.use import Use
from views.access import needs
from views.pages import go, page

bp = Blueprint("attendance", __name__)


@bp.get("/albums/<code>/attendance")
@needs(Permission.SEE_REASONS)
def show(code: str) -> Response:
    """Everyone asked for or named in this album, green, red or not asked."""
    album = find(current_user.albums(), code)
    campaign = running_in(album)
    uses = campaign.uses() if campaign else Use.current()
    use = next((use for use in uses if use.code == request.args.get("use")), uses[0])
    sought, after = request.args.get("q", "")[:100], request.args.get("after", "")
    rows, more = attendance.page(album, use, sought, after)
    return page(
        "attendance/show.html", "attendance/_list.html", album=album, uses=uses, use=use, sought=sought, rows=rows,
        campaign=campaign, here=url_for("attendance.show", code=code, use=use.code, q=sought or None, after=after or None),
        more=url_for("attendance.show", code=code, use=use.code, q=sought or None, after=more) if more else None,
    )  # fmt: skip


@bp.get("/albums/<code>/attendance/<person>")
@needs(Permission.WITNESS)
def before(code: str, person: str) -> Response:
    """What happens when the device is handed over."""
    album = find(current_user.albums(), code)
    return page("attendance/hand_over.html", album=album, person=attendance.present(album, person))


@bp.post("/albums/<code>/attendance/<person>/device")
@needs(Permission.WITNESS)
def sign_here(code: str, person: str) -> Response:
    """Ask this person now, on this device."""
    album = find(current_user.albums(), code)
    return _hand_over(attendance.question_for(album, attendance.present(album, person), by=current_user))


@bp.post("/requests/<code>/device")
@needs(Permission.WITNESS)
def sign_request(code: str) -> Response:
    """Let the person of an open request sign on this device."""
    return _hand_over(find(current_user.requests(), code))


def _hand_over(asked: Request) -> Response:
    asked.hand_over(by=current_user)
    # Whoever holds the device now must find no way to the desk by going back.
    g.session_row.end()
    session.clear()
    response = go(url_for("signing.show", token=asked.raw_token))
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
