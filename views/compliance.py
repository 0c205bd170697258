"""The privacy officer's desk: what is due, the record of processing, reviews of access, deviations, the pack."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, request, url_for
from flask_babel import get_locale, gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import activities, deviation, processor, registers, review, upcoming, weighing
from models.assessment import About, Assessment
from models.base import find
from models.breach import Breach
from models.gather import today
from models.pack import LANGUAGES, Pack
from models.permission import Permission
from models.sheets import Ask
from views.access import needs
from views.deliveries import day_of
from views.pages import back_to, bytes_response, choices, go, page, while_open

bp = Blueprint("compliance", __name__, url_prefix="/compliance")


@bp.get("")
@needs(Permission.REGISTERS)
def index() -> Response:
    """What is due, and the ways to every register."""
    return page(
        "compliance/index.html", duties=upcoming.duties(), breaches=list(Breach.open()), packs=Pack.all()[:5],
        languages=LANGUAGES, first_day=Pack.first_day(), today=today(), deviations=[row for row in deviation.register() if row.stands],
    )  # fmt: skip


@bp.get("/record")
@needs(Permission.REGISTERS)
def record() -> Response:
    """The record of processing as it is today, what it lacks, and its versions (Art. 30)."""
    made, about = activities.written(str(get_locale())), activities.head(str(get_locale()))
    return page(
        "compliance/record.html", record=made, about=about, lacks=activities.lint(made, about), labels=registers.LABELS,
        others=activities.for_others(), reviews=activities.reviews(), texts=activities.texts(), fields=activities.FIELDS,
        due=activities.due_on(), choices=choices(registers.LABELS, activities.FIELDS),
    )  # fmt: skip


@bp.post("/record")
@needs(Permission.COMPLIANCE)
@back_to(record)
def add_words() -> Response:
    """Keep what the organisation says of one field, as a version of its own."""
    form = request.form
    activities.add(form.get("activity", ""), form.get("field", ""), form.get("text", ""), by=current_user)
    flash(gettext("Saved."))
    return go(url_for("compliance.record"))


@bp.post("/record/reviews")
@needs(Permission.COMPLIANCE)
def approve_record() -> Response:
    """Keep today's record as a version that was looked at."""
    activities.approve(by=current_user)
    flash(gettext("Kept as a version you looked at. The next look is due within a year."))
    return go(url_for("compliance.record"))


@bp.get("/assessments")
@needs(Permission.REGISTERS)
def assessments() -> Response:
    """Every impact assessment there was (Art. 35)."""
    return page(
        "compliance/assessments.html", rows=[(row, registers.assessment(row)) for row in Assessment.history()],
        waiting=weighing.waiting(),
    )  # fmt: skip


@bp.get("/assessments/events")
@needs(Permission.COMPLIANCE)
def weigh_events() -> Response:
    """The assessment of events with children or in public space, with what the one before said."""
    return page(
        "compliance/weigh_events.html", last=next(iter(Assessment.history(About.EVENTS)), None),
        questions=weighing.QUESTIONS, latest=today() + timedelta(days=365),
    )  # fmt: skip


@bp.post("/assessments/events")
@needs(Permission.COMPLIANCE)
@back_to(weigh_events)
def sign_events() -> Response:
    """Sign it off: such events open, as far as it covers them."""
    form = request.form
    until = day_of(form.get("expires_on", ""), "expires_on")
    weighing.weigh_events(
        {key: form.get(key, "") for key in (*weighing.QUESTIONS, *weighing.MORE)}, until, by=current_user,
        risk=form.get("risk", ""), children=bool(form.get("children_too")), public_space=bool(form.get("public_space")),
    )  # fmt: skip
    flash(gettext("Signed off. Events it covers are open."))
    return go(url_for("compliance.assessments"))


@bp.get("/deviations")
@needs(Permission.REGISTERS)
def deviations() -> Response:
    """Every step towards less privacy, and why (DBD-02)."""
    ask = Ask(today(), str(get_locale()))
    return page(
        "compliance/deviations.html",
        rows=[(row, *registers.deviates(row, ask)) for row in deviation.register()],
    )


@bp.get("/accounts")
@needs(Permission.REVIEW)
def accounts() -> Response:
    """Who has an account, what for, and since when it was not used."""
    return page(
        "compliance/accounts.html", accounts=[(row, review.mark(row)) for row in review.accounts()],
        reviews=review.reviews(), due=review.due_on(),
    )  # fmt: skip


@bp.post("/accounts")
@needs(Permission.REVIEW, fresh=True)
@back_to(accounts)
def review_accounts() -> Response:
    """Confirm the list as it was shown, and close what nobody needs any more (GOV-10)."""
    review.confirm(request.form.getlist("shown"), request.form.getlist("close"), by=current_user)
    flash(gettext("Kept as proof. The next look is due in six months."))
    return go(url_for("compliance.accounts"))


@bp.get("/parties")
@needs(Permission.REGISTERS)
def parties() -> Response:
    """Who else handles our data, what their contracts say, and every host we talk to."""
    return page(
        "compliance/parties.html", rows=processor.Party.register(), egress=processor.egress(),
        undeclared=processor.undeclared(), words=registers,
    )  # fmt: skip


@bp.get("/parties/new")
@needs(Permission.COMPLIANCE)
def new_party() -> Response:
    """A new entry."""
    return _party(None)


@bp.post("/parties")
@needs(Permission.COMPLIANCE)
@back_to(new_party)
def create_party() -> Response:
    """Keep it."""
    processor.Party.keep(request.form, by=current_user)
    flash(gettext("Saved."))
    return go(url_for("compliance.parties"))


@bp.get("/parties/<code>")
@needs(Permission.REGISTERS)
def party(code: str) -> Response:
    """One entry, to read and to mend."""
    return _party(find(processor.Party.select(), code))


@bp.post("/parties/<code>")
@needs(Permission.COMPLIANCE)
@back_to(party)
def change_party(code: str) -> Response:
    """Keep what changed."""
    processor.Party.keep(request.form, by=current_user, party=find(processor.Party.select(), code))
    flash(gettext("Saved."))
    return go(url_for("compliance.parties"))


@bp.post("/parties/<code>/end")
@needs(Permission.COMPLIANCE)
def end_party(code: str) -> Response:
    """They handle nothing of ours any more."""
    find(processor.Party.select(), code).end(by=current_user)
    return go(url_for("compliance.parties"))


@bp.post("/packs")
@needs(Permission.COMPLIANCE)
@back_to(index)
def ask_for_pack() -> Response:
    """Ask for an evidence pack; a job makes it."""
    form = request.form
    Pack.ask(form.get("lang", ""), by=current_user, on=day_of(form.get("on", ""), "on"))
    flash(gettext("The pack is being made. It stands here when it is ready."))
    return go(url_for("compliance.index"))


@bp.get("/packs/<code>")
@needs(Permission.REGISTERS, fresh=True)
def take_pack(code: str) -> Response:
    """Take a pack out, after proving once more who one is."""
    pack = find(Pack.select(), code)
    pieces = while_open(pack.take_out(by=current_user))
    return bytes_response(
        pieces, "application/zip", name=f"evidence-{pack.on}-{pack.lang}.zip", size=pack.size
    )


def _party(row: processor.Party | None) -> Response:
    mains = [one for one in processor.Party.current() if one.part is processor.Part.PROCESSOR and one != row]
    return page(
        "compliance/party.html", party=row, words=registers, clauses=processor.CLAUSES, mains=mains,
        part_choices=choices({part.value: words for part, words in registers.PARTS.items()}),
        safeguard_choices=choices(registers.SAFEGUARDS),
        section=registers.of_party(row, Ask(today(), str(get_locale()))) if row else None,
    )  # fmt: skip
