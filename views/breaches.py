"""The register of breaches: note, decide, tell the authority and the people, close (GOV-03 to GOV-05)."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import get_locale, gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import registers, telling
from models.base import find
from models.breach import Breach, hours_today
from models.gather import today
from models.permission import Permission
from models.sheets import Ask
from views.access import needs
from views.pages import back_to, bytes_response, choices, go, page

bp = Blueprint("breaches", __name__, url_prefix="/compliance/breaches")


@bp.get("")
@needs(Permission.REGISTERS)
def index() -> Response:
    """Every breach, notified or not."""
    return page("compliance/breaches.html", rows=Breach.all(), dangers=registers.DANGERS)


@bp.get("/new")
@needs(Permission.COMPLIANCE)
def new() -> Response:
    """A breach to note."""
    return page("compliance/new_breach.html", hours=hours_today())


@bp.post("")
@needs(Permission.COMPLIANCE)
@back_to(new)
def create() -> Response:
    """Put it on the register; the clock runs."""
    return go(url_for("breaches.show", code=Breach.note(request.form, by=current_user).code))


@bp.get("/<code>")
@needs(Permission.REGISTERS)
def show(code: str) -> Response:
    """One breach: the clock, what is known, the decision, who was told."""
    row = find(Breach.select(), code)
    return page(
        "compliance/breach.html", breach=row, told=list(row.tellings()), affected=row.affected(), on_paper=row.on_paper(),
        dangers=registers.DANGERS, danger_choices=choices(registers.DANGERS), hours=hours_today(),
        section=registers.of_breach(row, Ask(today(), str(get_locale()))),
    )  # fmt: skip


@bp.post("/<code>")
@needs(Permission.COMPLIANCE)
@back_to(show)
def change(code: str) -> Response:
    """Keep what is known by now."""
    find(Breach.select(), code).change(request.form, by=current_user)
    return _back(code)


@bp.post("/<code>/decision")
@needs(Permission.COMPLIANCE)
@back_to(show)
def decide(code: str) -> Response:
    """Decide how grave it is and who is told."""
    form = request.form
    find(Breach.select(), code).decide(
        form.get("danger", ""), form.get("reasons", ""), tell_authority=bool(form.get("tell_authority")),
        tell_people=bool(form.get("tell_people")), keys_note=form.get("keys_note", ""), by=current_user,
    )  # fmt: skip
    return _back(code)


@bp.post("/<code>/authority")
@needs(Permission.COMPLIANCE)
@back_to(show)
def tell_the_authority(code: str) -> Response:
    """Note a notice to the authority."""
    form = request.form
    find(Breach.select(), code).tell_the_authority(
        form.get("words", ""), late_why=form.get("late_why", ""), at=form.get("at", ""), by=current_user
    )
    return _back(code)


@bp.post("/<code>/people")
@needs(Permission.COMPLIANCE)
@back_to(show)
def name_people(code: str) -> Response:
    """Note whom it concerns, by their codes."""
    find(Breach.select(), code).name_people(request.form.get("people", "").split(), by=current_user)
    return _back(code)


@bp.post("/<code>/letters")
@needs(Permission.COMPLIANCE)
@back_to(show)
def tell_the_people(code: str) -> Response:
    """Write to them."""
    find(Breach.select(), code).tell_the_people(request.form, by=current_user)
    return _back(code)


@bp.post("/<code>/close")
@needs(Permission.COMPLIANCE)
def close(code: str) -> Response:
    """Close the file."""
    find(Breach.select(), code).close(by=current_user)
    return _back(code)


@bp.get("/<code>/notice.pdf")
@needs(Permission.COMPLIANCE)
def notice(code: str) -> Response:
    """The notice to the authority as a paper (Art. 33(3))."""
    paper = telling.to_the_authority(find(Breach.select(), code), str(get_locale()), by=current_user)
    return bytes_response(paper, "application/pdf", name=f"breach-{code}.pdf")


@bp.get("/<code>/letters.pdf")
@needs(Permission.COMPLIANCE)
def letters(code: str) -> Response:
    """The letters to those whom no mail reaches, to print (Art. 34)."""
    paper = telling.on_paper(find(Breach.select(), code), str(get_locale()), by=current_user)
    return bytes_response(paper, "application/pdf", name=f"letters-{code}.pdf")


def _back(code: str) -> Response:
    flash(gettext("Noted."))
    return go(url_for("breaches.show", code=code))
