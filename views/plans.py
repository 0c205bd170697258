"""What becomes of everything of a person who asked to be erased; who got something of her; what the law wants kept (ERA-01, ERA-10, N19-01)."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models.base import find
from models.claim import Claim
from models.erasure_plan import Plan, PlanLine
from models.errors import Missing, _l
from models.gather import today
from models.hold import Hold
from models.permission import Permission
from models.recipients import RecipientNotice
from views.access import needs
from views.pages import back_to, bytes_response, day_of_form, go, page

bp = Blueprint("plans", __name__, url_prefix="/claims/<code>")
PAGE = 60


@bp.get("/plan")
@needs(Permission.COMPLIANCE)
def show(code: str) -> Response:
    """The plan, photo by photo."""
    plan = _plan(code)
    number = min(max(0, request.args.get("page", 0, type=int)), 10_000)
    lines = list(plan.lines.order_by(PlanLine.id).limit(PAGE + 1).offset(number * PAGE))
    return page(
        "plans/show.html", plan=plan, claim=plan.claim, lines=lines[:PAGE], counted=plan.counted(),
        more=url_for("plans.show", code=code, page=number + 1) if len(lines) > PAGE else None,
        newer=url_for("plans.show", code=code, page=number - 1) if number else None,
    )  # fmt: skip


@bp.post("/plan")
@needs(Permission.COMPLIANCE)
def draft(code: str) -> Response:
    """Lay the plan out."""
    Plan.draft(_claim(code), by=current_user)
    return go(url_for("plans.show", code=code))


@bp.post("/plan/proof")
@needs(Permission.COMPLIANCE)
@back_to(show)
def proof(code: str) -> Response:
    """Whether the proof of her consents stays."""
    _plan(code).keep(proof=request.form.get("proof") == "keep", by=current_user)
    return go(url_for("plans.show", code=code))


@bp.post("/plan/photos/<was>")
@needs(Permission.COMPLIANCE)
@back_to(lambda code, was: show(code))
def decide(code: str, was: str) -> Response:
    """What becomes of one photo."""
    plan, line = _line(code, was)
    plan.decide(line, request.form.get("fate", ""), request.form.get("ground", ""), by=current_user)
    return go(url_for("plans.show", code=code))


@bp.get("/plan/photos/<was>/<fate>")
@needs(Permission.COMPLIANCE)
def preview(code: str, was: str, fate: str) -> Response:
    """What would be left of one photo."""
    plan, line = _line(code, was)
    return bytes_response(plan.preview(line, fate, by=current_user), "image/jpeg")


@bp.post("/plan/approval")
@needs(Permission.COMPLIANCE, fresh=True)
@back_to(show)
def approve(code: str) -> Response:
    """The second pair of eyes; the worker begins."""
    _plan(code).approve(by=current_user)
    flash(gettext("Approved. The worker carries it out; it cannot be undone."))
    return go(url_for("plans.show", code=code))


@bp.get("/plan/certificate")
@needs(Permission.COMPLIANCE)
def certificate(code: str) -> Response:
    """The certificate as PDF, in the language of who asked."""
    plan = _plan(code)
    data = plan.certificate(plan.claim.page_locale)
    return bytes_response(data, "application/pdf", name=f"erasure-{plan.code}.pdf")


@bp.get("/recipients")
@needs(Permission.COMPLIANCE)
def recipients(code: str) -> Response:
    """Who got something of her."""
    claim = _claim(code)
    return page(
        "plans/recipients.html", claim=claim, rows=list(claim.recipients.order_by(RecipientNotice.id)),
        wrong=(request.view_args or {}).get("recipient", ""), unreached=RecipientNotice.unreached(claim),
    )  # fmt: skip


@bp.post("/recipients")
@needs(Permission.COMPLIANCE)
def gather(code: str) -> Response:
    """List them from deliveries, publications and shares."""
    RecipientNotice.gather(_claim(code), by=current_user)
    return go(url_for("plans.recipients", code=code))


@bp.post("/recipients/letters")
@needs(Permission.COMPLIANCE)
@back_to(recipients)
def write_to_all(code: str) -> Response:
    """Write to everybody who has an address."""
    count = RecipientNotice.write_to_all(_claim(code), by=current_user)
    flash(ngettext("%(num)s letter is on its way.", "%(num)s letters are on their way.", count))
    return go(url_for("plans.recipients", code=code))


@bp.post("/recipients/<recipient>")
@needs(Permission.COMPLIANCE)
@back_to(lambda code, recipient: recipients(code))
def tell(code: str, recipient: str) -> Response:
    """Note how one was told, or why not."""
    row = find(_claim(code).recipients, recipient)
    form = request.form
    row.tell(form.get("how", ""), form.get("note", ""), by=current_user, steps=form.getlist("steps"))
    return go(url_for("plans.recipients", code=code))


@bp.get("/hold")
@needs(Permission.COMPLIANCE)
def holding(code: str) -> Response:
    """What the law wants kept of her."""
    claim = _claim(code)
    return page("plans/hold.html", claim=claim, holds=Hold.of(claim.person), today=today())


@bp.post("/hold")
@needs(Permission.COMPLIANCE)
@back_to(holding)
def keep(code: str) -> Response:
    """Hold it, and tell her."""
    form = request.form
    Hold.place(
        _claim(code), form.get("ground", ""), form.get("scope", ""), day_of_form("until"), by=current_user
    )
    flash(gettext("Kept until that day, shown to nobody but you. The letter is on its way."))
    return go(url_for("plans.holding", code=code))


@bp.post("/hold/<hold>/end")
@needs(Permission.COMPLIANCE)
def end(code: str, hold: str) -> Response:
    """It is no longer held."""
    find(Hold.living().where(Hold.person == _claim(code).person), hold).end(by=current_user)
    return go(url_for("plans.holding", code=code))


def _claim(code: str) -> Claim:
    claim: Claim = find(Claim.select(), code)
    return claim


def _plan(code: str) -> Plan:
    plan: Plan | None = _claim(code).plans.first()
    if plan is None:
        raise Missing(_l("There is no plan yet. Draft one on the page of the request."))
    return plan


def _line(code: str, was: str) -> tuple[Plan, PlanLine]:
    plan = _plan(code)
    line: PlanLine | None = plan.lines.where(PlanLine.photo_was == was).first()
    if line is None:
        raise Missing
    return plan, line
