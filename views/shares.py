"""Sharing from the desk: making a link, seeing who used it, ending it."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import contact_sheet, copies
from models.base import find
from models.copy import Copy, coverings
from models.facts import Period
from models.gather import today
from models.library import use_of
from models.permission import Permission
from models.photo import Photo
from models.setting import Setting
from models.share import Share
from models.use import Use
from views.access import needs
from views.deliveries import day_of
from views.pages import back_to, bytes_response, go, page
from views.words import badges

bp = Blueprint("shares", __name__)
PAGE = 40


@bp.get("/shares")
@needs(Permission.DELIVER)
def index() -> Response:
    """The links that are open, or were."""
    live = request.args.get("tab") != "over"
    number = min(max(0, request.args.get("page", 0, type=int)), 10_000)
    rows = list(Share.seen_by(current_user, live=live).limit(PAGE + 1).offset(number * PAGE))
    tab = "live" if live else "over"
    return page(
        "shares/index.html", rows=rows[:PAGE], tab=tab, switched_on=bool(Setting.of("shares")),
        more=url_for("shares.index", tab=tab, page=number + 1) if len(rows) > PAGE else None,
        newer=url_for("shares.index", tab=tab, page=number - 1) if number else None,
    )  # fmt: skip


@bp.route("/shares/new", methods=["GET", "POST"])
@needs(Permission.DELIVER)
def new() -> Response:
    """Whom for, what for, until when; and which of the photos can't go, before anything happens."""
    chosen, use = _copies(), use_of(request.values.get("use"))
    photos = _photos(chosen)
    until = day_of(request.values.get("until", ""), "until") if request.method == "GET" else None
    period, masked = Period(today(), until), coverings(chosen)
    clearances = Photo.clearances(photos, use, period, masked=masked) if photos else {}
    return page(
        "shares/new.html", photos=photos, use=use, uses=Use.of_photos(), badges=badges(photos, use, clearances),
        shut=sum(not clearance.allows for clearance in clearances.values()), switched_on=bool(Setting.of("shares")),
        share_days=Setting.of("share_days"), copies={copy.photo_id: copy for copy in chosen},
    )  # fmt: skip


@bp.post("/shares")
@needs(Permission.DELIVER)
@back_to(new)
def create() -> Response:
    """Make the link."""
    form, chosen = request.form, _copies()
    share = Share.make(
        _photos(chosen), use_of(form.get("use")), recipient=form.get("recipient", ""), email=form.get("email", ""), by=current_user,
        locale=form.get("locale", ""), expires_on=day_of(form.get("expires_on", ""), "expires_on"),
        until=day_of(form.get("until", ""), "until"), password=form.get("password", ""),
        download=form.get("download") != "no", rendition=form.get("rendition", "web"), leave_out=bool(form.get("leave_out")),
        copies=chosen,
    )  # fmt: skip
    return go(url_for("shares.show", code=share.code))


@bp.get("/shares/<code>")
@needs(Permission.DELIVER)
def show(code: str) -> Response:
    """The link to send, what it shows today, and who used it."""
    share = _share(code)
    return page(
        "shares/show.html", share=share, choices=share.choices(), openings=share.openings(), copies=share.copies(),
    )  # fmt: skip


@bp.get("/shares/<code>/contact-sheet.pdf")
@needs(Permission.DELIVER)
def sheet(code: str) -> Response:
    """Small pictures of all of them on paper."""
    share = _share(code)
    return bytes_response(
        contact_sheet.of_share(share, by=current_user),
        "application/pdf",
        name=f"contact-sheet-{share.code}.pdf",
    )


@bp.post("/shares/<code>/revoke")
@needs(Permission.DELIVER)
def revoke(code: str) -> Response:
    """End the link now."""
    _share(code).revoke(by=current_user)
    flash(gettext("The link no longer opens. What was downloaded before is listed here."))
    return go(url_for("shares.show", code=code))


def _share(code: str) -> Share:
    share: Share = find(Share.select(), code)
    # Whoever may not see its photos may not know of it; of one whose photos were all erased nobody is shown more.
    find(current_user.photos(), next((photo.code for photo in share.photos()), ""))
    return share


def _photos(chosen: list[Copy]) -> list[Photo]:
    """The photos that are asked for, first those that go as a masked copy."""
    codes = request.values.getlist("photo")[:500]
    found = (
        {photo.code: photo for photo in current_user.photos().where(Photo.code.in_(codes))} if codes else {}
    )
    masked = {copy.photo.code: copy.photo for copy in chosen}
    return [
        *masked.values(),
        *(found[code] for code in dict.fromkeys(codes) if code in found.keys() - masked),
    ]


def _copies() -> list[Copy]:
    """The masked copies that go in place of their photos, one of each."""
    codes = request.values.getlist("copy")[:500]
    query = copies.seen_by(current_user).where(Copy.code.in_(codes)).order_by(Copy.id) if codes else ()
    return list({copy.photo_id: copy for copy in query}.values())
