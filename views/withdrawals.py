"""Taking consent back by link: any day, no account, no reason, no more steps than giving it (WDR-01)."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from models import evidence, my_page
from models.consent import About, Consent, in_force, withdraw
from models.errors import Invalid, _l
from views.access import check_form, public, seal_form
from views.pages import back_to, bytes_response, go, page, speak

bp = Blueprint("withdrawals", __name__)
CSRF_EXEMPT = True  # no session to ride on: the form carries a seal bound to its link


@bp.get("/withdraw/<token>")
@public
def show(token: str) -> Response:
    """What holds now, and a way to end each of it; looking changes nothing."""
    consent = _of(token)
    lines = in_force(consent.person)
    return page(
        "withdrawals/show.html", consent=consent, token=token, seal=seal_form(token), done=request.args.get("done"),
        uses=list(dict.fromkeys(line.use for line in lines if line.about is About.USE)),
        recognition=any(line.about is About.RECOGNITION for line in lines),
        my=my_page.token(consent.guardian or consent.person),
    )  # fmt: skip


@bp.post("/withdraw/<token>")
@public
@back_to(show)
def take_back(token: str) -> Response:
    """Take back what was ticked, or all of it; from the next request on no door opens."""
    check_form(token)
    consent, form = _of(token), request.form
    everything = form.get("what") == "all"
    chosen, recognition = form.getlist("use"), bool(form.get("recognition"))
    if not everything and not chosen and not recognition:
        raise Invalid(_l("Tick what you want to take back."), field="use")
    withdraw(
        consent.person, uses=None if everything else chosen, recognition=everything or recognition,
        actor="guardian" if consent.guardian_id else "signer", means="link", guardian=consent.guardian,
    )  # fmt: skip
    return go(url_for("withdrawals.show", token=token, done=1, lang=request.args.get("lang")))


@bp.get("/withdraw/<token>/receipt.pdf")
@public
def receipt(token: str) -> Response:
    """The receipt this link was printed on."""
    consent = _of(token)
    return bytes_response(evidence.receipt(consent), "application/pdf", name=f"consent-{consent.code}.pdf")


def _of(token: str) -> Consent:
    consent = Consent.by_withdrawal_token(token)
    speak(consent.locale)
    return consent
