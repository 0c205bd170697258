"""Masked copies: one refusal does not kill a group photo. Made here, looked at here, and then delivered like any photo."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import copies
from models.base import find
from models.copy import Copy, CopyCheck, Stage
from models.covering import Box, Extent, Style
from models.errors import Invalid, Refusal, _l
from models.face import Face
from models.library import use_of
from models.permission import Permission
from models.photo import Photo
from models.use import Use
from views.access import needs
from views.pages import back_to, bytes_response, go, page
from views.words import Badge, badge

bp = Blueprint("copies", __name__)


@dataclass(frozen=True)
class Told:
    """A copy as a list tells of it: where it stands, the verdict on a good one, who looked at it."""

    copy: Copy
    stage: Stage
    badge: Badge | None
    checks: list[CopyCheck]


@bp.get("/photos/<code>/copies/new")
@needs(Permission.DELIVER)
def new(code: str) -> Response:
    """Whom to cover, how much of them, and how; those who stand in the way are ticked."""
    photo, use = find(current_user.photos(), code), use_of(request.values.get("use"))
    clearance = photo.clearance(use)
    shut = [] if clearance.allows else copies.in_the_way(photo, clearance)
    return page(
        "copies/new.html", photo=photo, use=use, uses=Use.of_photos(), seen=photo.who_is_in_it(),
        ticked=request.form.getlist("face") or [seen.face.code for seen in shut], badge=badge(photo, use, clearance),
    )  # fmt: skip


@bp.post("/photos/<code>/copies")
@needs(Permission.DELIVER)
@back_to(new)
def create(code: str) -> Response:
    """Have the copy made: of what was ticked and drawn, or in one click without all who stand in the way."""
    photo, form = find(current_user.photos(), code), request.form
    use = use_of(form.get("use"))
    if form.get("offered"):
        copy = copies.order(photo, use, faces=_offered(photo, use), by=current_user)
    else:
        faces = list(photo.faces.where(Face.code.in_(form.getlist("face"))))
        copy = copies.order(
            photo, use, faces=faces, drawn=drawn(form.get("boxes", "")), extent=_extent(form.get("extent", "head")),
            style=_style(form.get("style", "solid")), by=current_user,
        )  # fmt: skip
    return go(url_for("copies.show", code=copy.code))


@bp.get("/copies")
@needs(Permission.DELIVER)
def index() -> Response:
    """The copies somebody has to look at."""
    return page("copies/index.html", tab="copies", rows=told(copies.to_check(current_user)))


@bp.get("/copies/<code>")
@needs(Permission.SEE)
def show(code: str) -> Response:
    """The copy, large, beside the original with what is covered; a human says whether it is good."""
    copy = find(copies.seen_by(current_user), code)
    stands = copy.stage
    return page(
        "copies/show.html", fragment="copies/_copy.html", copy=copy, photo=copy.photo, stage=stands.value,
        badge=_badge(copy, stands), checks=copies.words_on(copy), seen=copy.photo.who_is_in_it(),
    )  # fmt: skip


@bp.get("/copies/<code>/preview/<int:longest>")
@needs(Permission.SEE)
def preview(code: str, longest: int) -> Response:
    """The copy to look at, for whoever may see the photo."""
    copy = find(copies.seen_by(current_user), code)
    return bytes_response(copy.picture(longest), "image/jpeg", cache="private, max-age=300")


@bp.post("/copies/<code>/check")
@needs(Permission.DELIVER)
def approve(code: str) -> Response:
    """A human's word that it may leave as far as faces go."""
    copy = find(copies.seen_by(current_user), code)
    copies.approve(copy, look=request.form.get("look", ""), by=current_user)
    flash(gettext("Noted with your name. The copy may leave now wherever its people agree."))
    return go(url_for("copies.show", code=code))


@bp.post("/copies/<code>/throw-away")
@needs(Permission.DELIVER)
def throw_away(code: str) -> Response:
    """A human's word that it is no good."""
    copy = find(copies.seen_by(current_user), code)
    copies.throw_away(copy, by=current_user)
    flash(gettext("The copy is gone; the photo is as it was."))
    return go(url_for("photos.show", code=copy.photo.code) + "#copies")


def told(rows: list[tuple[Copy, Stage, list[CopyCheck]]]) -> list[Told]:
    """Copies with their verdicts in words."""
    return [
        Told(copy, stands, _badge(copy, stands) if stands is Stage.GOOD else None, checks)
        for copy, stands, checks in rows
    ]


def told_of_bulk(made: int, shut: int) -> str:
    """What became of a whole selection, in one or two sentences."""
    words = ngettext(
        "%(num)s masked copy is being made. Look at it before it leaves.",
        "%(num)s masked copies are being made. Look at each before it leaves.",
        made,
    )
    more = ngettext(
        "%(num)s photo stays shut for another reason.", "%(num)s photos stay shut for other reasons.", shut
    )
    return f"{words} {more}" if shut else words


def _badge(copy: Copy, stands: Stage) -> Badge:
    """The verdict now; while nobody has looked, the one that a good word would give."""
    clearance = copy.clearance(copy.use) if stands is Stage.GOOD else copy.prospect(copy.use)
    return badge(copy.photo, copy.use, clearance)


def _offered(photo: Photo, use: Use) -> list[Face]:
    found = copies.offer(photo, use)
    if found is None:
        raise Refusal(_l("Covering faces doesn't open this photo for this use. See what stands in the way."))
    return found.faces


def _extent(word: str) -> Extent:
    if word not in set(Extent):
        raise Invalid(_l("Choose one of the list."), field="extent")
    return Extent(word)


def _style(word: str) -> Style:
    if word not in set(Style):
        raise Invalid(_l("Choose one of the list."), field="style")
    return Style(word)


def drawn(text: str) -> list[Box]:
    """A place a line: left, top, width and height in per cent of the photo."""
    places = []
    for line in filter(str.strip, text.splitlines()[: copies.MOST_PLACES + 1]):
        try:
            left, top, width, height = (float(part.replace(",", ".")) / 100 for part in line.split())
        except ValueError:
            raise Invalid(
                _l("Write four numbers on each line: left, top, width, height."), field="boxes"
            ) from None
        places.append((left, top, width, height))
    return places
