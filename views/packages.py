"""Packages on the privacy officer's desk: ordered, every picture looked at, covered more, let go, called back (4.2, 4.3)."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import package_facts, package_paper, package_pictures
from models.base import find
from models.claim import Claim
from models.face import Face
from models.package import Package
from models.permission import Permission
from views.access import needs
from views.copies import drawn
from views.pages import back_to, bytes_response, go, page

bp = Blueprint("packages", __name__, url_prefix="/claims/<code>/packages")
PAGE = 24


@bp.get("")
@needs(Permission.COMPLIANCE)
def index(code: str) -> Response:
    """What was made for this request, and what can be made."""
    claim = find(Claim.select(), code)
    return page("packages/index.html", claim=claim, packages=Package.of(claim))


@bp.post("")
@needs(Permission.COMPLIANCE)
@back_to(index)
def create(code: str) -> Response:
    """Have one made."""
    package = Package.order(find(Claim.select(), code), request.form.get("kind", ""), by=current_user)
    return go(url_for("packages.show", code=code, which=package.code))


@bp.get("/<which>")
@needs(Permission.COMPLIANCE)
def show(code: str, which: str) -> Response:
    """Every picture as it will be handed out, those that need a second look first."""
    package, number = _package(code, which), min(max(0, request.args.get("page", 0, type=int)), 10_000)
    rows = list(package_pictures.listed(package).limit(PAGE + 1).offset(number * PAGE))
    return page(
        "packages/show.html", package=package, claim=package.claim, rows=rows[:PAGE], number=number, more=len(rows) > PAGE,
        states=package_pictures.own_counts(package), stage=package.stage.value,
    )  # fmt: skip


@bp.get("/<which>/paper")
@needs(Permission.COMPLIANCE)
def paper(code: str, which: str) -> Response:
    """The paper as it would be now."""
    package = _package(code, which)
    data = package_paper.make(package, package_facts.of(package))
    return bytes_response(data, "application/pdf", name=f"{package.kind.value}-{code}.pdf")


@bp.post("/<which>/review")
@needs(Permission.COMPLIANCE)
def review(code: str, which: str) -> Response:
    """A human's word on all of them."""
    _package(code, which).review(request.form.get("look", ""), by=current_user)
    flash(gettext("Noted with your name. Now it can be let go."))
    return go(url_for("packages.show", code=code, which=which))


@bp.post("/<which>/release")
@needs(Permission.COMPLIANCE, fresh=True)
def release(code: str, which: str) -> Response:
    """Pack it and write to whoever asked."""
    _package(code, which).release(by=current_user)
    flash(gettext("It is being packed. The letter goes out when it is ready."))
    return go(url_for("packages.show", code=code, which=which))


@bp.post("/<which>/end")
@needs(Permission.COMPLIANCE)
def call_back(code: str, which: str) -> Response:
    """Delete it now."""
    _package(code, which).call_back(by=current_user)
    flash(gettext("The files are deleted."))
    return go(url_for("packages.index", code=code))


@bp.get("/<which>/file/<part>")
@needs(Permission.COMPLIANCE, fresh=True)
def take(code: str, which: str, part: str) -> Response:
    """The files on a carrier for whoever has no mail; this leaves a trace too."""
    size, pieces = _package(code, which).take(part, by=current_user)
    mime = {"zip": "application/zip"}.get(part, "application/pdf")
    return bytes_response(pieces, mime, name=f"package-{which}.{part}", size=size)


@bp.get("/<which>/pictures/<photo>")
@needs(Permission.COMPLIANCE)
def picture(code: str, which: str, photo: str) -> Response:
    """One picture large, with everybody in it."""
    row = package_pictures.of_photo(_package(code, which), photo)
    return page(
        "packages/picture.html", package=row.package, claim=row.package.claim, row=row,
        people=package_pictures.people_in(row),
    )  # fmt: skip


@bp.get("/<which>/pictures/<photo>/file")
@needs(Permission.COMPLIANCE)
def image(code: str, which: str, photo: str) -> Response:
    """The very bytes that will be handed out."""
    row = package_pictures.of_photo(_package(code, which), photo)
    return bytes_response(row.data, "image/jpeg")


@bp.post("/<which>/pictures/<photo>/covers")
@needs(Permission.COMPLIANCE)
@back_to(picture)
def cover(code: str, which: str, photo: str) -> Response:
    """Cover more, or take drawn covers away."""
    row = package_pictures.of_photo(_package(code, which), photo)
    if request.form.get("away"):
        package_pictures.uncover(row, by=current_user)
    else:
        package_pictures.cover(row, drawn(request.form.get("boxes", "")), by=current_user)
    return go(url_for("packages.show", code=code, which=which))


@bp.post("/<which>/pictures/<photo>/unmaskings")
@needs(Permission.COMPLIANCE)
@back_to(picture)
def unmask(code: str, which: str, photo: str) -> Response:
    """Leave somebody visible with a note, or cover them again."""
    row = package_pictures.of_photo(_package(code, which), photo)
    face = find(Face.select().where(Face.photo == row.photo), request.form.get("face", ""))
    if request.form.get("again"):
        package_pictures.mask_again(row, face, by=current_user)
    else:
        package_pictures.unmask(row, face, request.form.get("note", ""), by=current_user)
    return go(url_for("packages.show", code=code, which=which))


def _package(code: str, which: str) -> Package:
    package: Package = find(Package.select().where(Package.claim == find(Claim.select(), code)), which)
    return package
