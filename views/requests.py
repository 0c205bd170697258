"""Requests for consent: the link or QR to hand over, reminding, taking back, and the paper form in its place."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import evidence
from models.base import find
from models.consent import Consent
from models.errors import Invalid, _l
from models.permission import Permission
from views.access import needs
from views.answers import choice_of
from views.pages import back_to, bytes_response, go, page

bp = Blueprint("requests", __name__)

MOST_SCAN = 20_000_000  # bytes of a scanned form


@bp.get("/requests/<code>")
@needs(Permission.CONSENTS)
def show(code: str) -> Response:
    """One request: its link to hand over, what it asks, and where it stands."""
    return page("requests/show.html", asked=find(current_user.requests(), code))


@bp.get("/requests/<code>/qr.svg")
@needs(Permission.ASK)
def qr(code: str) -> Response:
    """The link as a QR code, for a phone held before the screen."""
    return bytes_response(find(current_user.requests(), code).qr().encode(), "image/svg+xml")


@bp.post("/requests/<code>/remind")
@needs(Permission.ASK)
@back_to(show)
def remind(code: str) -> Response:
    """A new link, which ends the old one, mailed if mail was the way."""
    find(current_user.requests(), code).remind(by=current_user)
    flash(gettext("There is a new link; the old one has ended."))
    return go(url_for("requests.show", code=code))


@bp.post("/requests/<code>/revoke")
@needs(Permission.ASK)
def revoke(code: str) -> Response:
    """Take the request back; its link dies."""
    find(current_user.requests(), code).revoke(by=current_user)
    flash(gettext("The request was taken back. Its link no longer works."))
    return go(url_for("requests.show", code=code))


@bp.get("/requests/<code>/paper")
@needs(Permission.ASK)
def ask_paper(code: str) -> Response:
    """Type over a signed paper form."""
    asked = find(current_user.requests(), code)
    return page("requests/paper.html", asked=asked, shown=evidence.wording(asked, asked.locale))


@bp.post("/requests/<code>/paper")
@needs(Permission.ASK)
@back_to(ask_paper)
def enter_paper(code: str) -> Response:
    """Keep form and transcription; it counts once somebody else has checked it (SIG-07)."""
    asked = find(current_user.requests(), code)
    scan = request.files.get("scan")
    data = scan.read(MOST_SCAN + 1) if scan else b""
    if not data or len(data) > MOST_SCAN:
        raise Invalid(_l("Choose the scan or photo of the form, up to 20 MB."), field="scan")
    consent = Consent.enter_paper(
        asked,
        choice_of(asked, open_is_no=False),
        signer=request.form.get("signer", ""),
        scan=data,
        by=current_user,
    )
    flash(gettext("Kept. A colleague has to compare it with the paper before it counts."))
    return go(url_for("consents.show", code=consent.code))
