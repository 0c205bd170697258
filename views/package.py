"""The door of a package: a link by letter that shows nothing, digits by mail, and the files, for thirty days (DSR-21)."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from models.claim_digits import ClaimDigits, Purpose
from models.package import PARTS, Package
from views.access import check_form, public, seal_form
from views.pages import back_to, bytes_response, go, page, speak, while_open

bp = Blueprint("package", __name__, url_prefix="/privacy/package/<token>")
CSRF_EXEMPT = True  # no session to ride on: the form carries a seal bound to its link


@bp.get("")
@public
def door(token: str) -> Response:
    """Nothing of anyone: only that a code can be sent."""
    return page("package/door.html", package=_package(token), token=token, seal=seal_form(token))


@bp.post("")
@public
@back_to(door)
def send(token: str) -> Response:
    """Send a code to the address the request came from."""
    check_form(token)
    ClaimDigits.send(_package(token).claim, Purpose.PACKAGE)
    return go(url_for("package.ask_code", token=token, lang=request.args.get("lang")))


@bp.get("/code")
@public
def ask_code(token: str) -> Response:
    """Type the code."""
    ClaimDigits.waiting(_package(token).claim, Purpose.PACKAGE)
    return page("code.html", token=token, seal=seal_form(token))


@bp.post("/code")
@public
@back_to(ask_code)
def enter(token: str) -> Response:
    """In, when the code is right; the key stands in the address, not in a cookie."""
    check_form(token)
    waiting = ClaimDigits.waiting(_package(token).claim, Purpose.PACKAGE)
    key = waiting.confirm(request.form.get("number", ""))
    return go(url_for("package.show", token=token, key=key, lang=request.args.get("lang")))


@bp.get("/<key>")
@public
def show(token: str, key: str) -> Response:
    """What there is to take: everything, or the paper alone."""
    return page("package/show.html", package=_entered(token, key), token=token, key=key)


@bp.get("/<key>/<part>")
@public
def take(token: str, key: str, part: str) -> Response:
    """The bytes, as they are read; each time leaves a trace."""
    package = _entered(token, key)
    size, pieces = package.take(part, by="person")
    name = f"{package.kind.value}-{package.claim.code}.{part}"
    return bytes_response(while_open(pieces), PARTS[part], name=name, size=size)


def _package(token: str) -> Package:
    package = Package.open(token)
    speak(package.locale)
    return package


def _entered(token: str, key: str) -> Package:
    package = _package(token)
    ClaimDigits.living(package.claim, Purpose.PACKAGE, key)
    return package
