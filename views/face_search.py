"""Her own page for one search by her face: a link by letter that shows nothing, digits by mail, her yes, her pictures, and the way back (DSR-11)."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from models import face_search, may_search
from models.claim import Claim
from models.claim_digits import ClaimDigits, Purpose
from models.errors import Gone, Invalid, _l
from models.face_search import FaceSearch
from views.access import check_form, public, seal_form, takes_files
from views.pages import back_to, go, page, pictures_sent, speak

bp = Blueprint("face_search", __name__, url_prefix="/privacy/face/<token>")
CSRF_EXEMPT = True  # no session to ride on: the form carries a seal bound to its link


@bp.get("")
@public
def door(token: str) -> Response:
    """Nothing of anyone: only that a code can be sent."""
    _claim(token)
    return page("face_search/door.html", token=token, seal=seal_form(token))


@bp.post("")
@public
@back_to(door)
def send(token: str) -> Response:
    """Send a code to the address the request came from."""
    check_form(token)
    ClaimDigits.send(_claim(token), Purpose.FACE)
    return go(url_for("face_search.ask_code", token=token, lang=request.args.get("lang")))


@bp.get("/code")
@public
def ask_code(token: str) -> Response:
    """Type the code."""
    ClaimDigits.waiting(_claim(token), Purpose.FACE)
    return page("code.html", token=token, seal=seal_form(token))


@bp.post("/code")
@public
@back_to(ask_code)
def enter(token: str) -> Response:
    """In, when the code is right; the key stands in the address, not in a cookie."""
    check_form(token)
    key = ClaimDigits.waiting(_claim(token), Purpose.FACE).confirm(request.form.get("number", ""))
    return go(url_for("face_search.show", token=token, key=key, lang=request.args.get("lang")))


@bp.get("/<key>")
@public
def show(token: str, key: str) -> Response:
    """What would happen, the line to say yes to, and where the search stands."""
    claim = _entered(token, key)
    why = may_search.why_not(claim)
    return page(
        "face_search/show.html", claim=claim, search=FaceSearch.of(claim), why=why, told=face_search.TOLD,
        agree=face_search.AGREE, token=token, key=key, seal=seal_form(token),
    )  # fmt: skip


@bp.post("/<key>")
@public
@back_to(show)
def agree(token: str, key: str) -> Response:
    """Her yes: ticked on its own, behind her digits (BIO-03)."""
    claim = _checked(token, key)
    if request.form.get("agree") != "yes":
        raise Invalid(
            _l("Tick the line if you agree. If you don't, you need not do anything."), field="agree"
        )
    FaceSearch.agree(claim, actor="person", locale=str(get_locale()))
    return _back(token, key)


@bp.post("/<key>/pictures")
@public
@takes_files(80 << 20)
@back_to(show)
def give(token: str, key: str) -> Response:
    """Her pictures, encrypted as they arrive."""
    search = _living(_checked(token, key))
    search.give(pictures_sent(), actor="person")
    return _back(token, key)


@bp.post("/<key>/withdrawal")
@public
def withdraw(token: str, key: str) -> Response:
    """She takes it back: everything of it goes."""
    _living(_checked(token, key)).withdraw(actor="person")
    return _back(token, key)


def _claim(token: str) -> Claim:
    claim = face_search.opened_by(token)
    speak(claim.page_locale)
    return claim


def _entered(token: str, key: str) -> Claim:
    claim = _claim(token)
    ClaimDigits.living(claim, Purpose.FACE, key)
    return claim


def _checked(token: str, key: str) -> Claim:
    check_form(token)
    return _entered(token, key)


def _living(claim: Claim) -> FaceSearch:
    search = FaceSearch.of(claim)
    if search is None:
        raise Gone(_l("There is no search to change. Nothing is kept."))
    return search


def _back(token: str, key: str) -> Response:
    return go(url_for("face_search.show", token=token, key=key, lang=request.args.get("lang")))
