"""The public privacy page: what is kept and why, and a request about one's own data without an account (Art. 12(2), 13)."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from models import intake, privacy_notice
from models.base import find
from models.claim import Channel, Claim
from models.claim_digits import ClaimDigits
from views.access import check_form, public, seal_form
from views.pages import back_to, go, page, speak

bp = Blueprint("privacy", __name__, url_prefix="/privacy")
CSRF_EXEMPT = True  # no session to ride on: the form carries a seal bound to its page


@bp.get("")
@public
def show() -> Response:
    """The notice, and the form below it."""
    notice = privacy_notice.current()
    return page("privacy/show.html", notice=notice, seal=seal_form("privacy"))


@bp.post("")
@public
@back_to(show)
def ask() -> Response:
    """Take the request in; the answer is the same whether we know the address or not."""
    check_form("privacy")
    claim = intake.arrive(request.form, locale=str(get_locale()))
    return go(url_for("privacy.digits", code=claim.code, lang=request.args.get("lang")))


@bp.get("/claims/<code>")
@public
def digits(code: str) -> Response:
    """Where the digits are typed; it shows nothing of the request but its number and its day."""
    claim = _claim(code)
    typed = claim.digits.where(ClaimDigits.typed_at.is_null(False)).exists()
    return page("privacy/digits.html", claim=claim, typed=typed, seal=seal_form(f"claim|{code}"))


@bp.post("/claims/<code>")
@public
@back_to(digits)
def confirm(code: str) -> Response:
    """The digits show that the address is hers."""
    check_form(f"claim|{code}")
    intake.confirm(_claim(code), request.form.get("number", ""))
    return go(url_for("privacy.digits", code=code, lang=request.args.get("lang")))


@bp.post("/claims/<code>/again")
@public
@back_to(digits)
def again(code: str) -> Response:
    """Send digits once more."""
    check_form(f"claim|{code}")
    intake.send_again(_claim(code))
    return go(url_for("privacy.digits", code=code, lang=request.args.get("lang")))


def _claim(code: str) -> Claim:
    claim: Claim = find(Claim.select().where(Claim.channel == Channel.PAGE), code)
    speak(claim.page_locale)
    return claim
