"""Existing consents brought in, and people who stand there twice."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import consent_list, import_files, import_rows, importing, merging
from models.base import find
from models.consent import Consent
from models.errors import Invalid, _l
from models.importing import ORDERS, Import
from models.merging import Distinct, Merging
from models.permission import Permission
from models.use import Use
from views.access import needs
from views.pages import back_to, go, page

bp = Blueprint("imports", __name__)
PAGE = 100
MOST_ARCHIVE = 500_000_000


@bp.get("/imports")
@needs(Permission.ASK)
def index() -> Response:
    """The tables brought in, newest first, and a new one."""
    rows, more = consent_list.page(Import.select(), request.args.get("after", ""))
    return page(
        "imports/index.html", rows=rows, more=url_for("imports.index", after=more) if more else None,
        waiting=importing.waiting(current_user).count(), pairs=len(merging.suspects(current_user)),
    )  # fmt: skip


@bp.post("/imports")
@needs(Permission.ASK)
@back_to(index)
def create() -> Response:
    """Take in a table and its forms; nothing is brought in yet."""
    table, scans = request.files.get("table"), request.files.get("scans")
    data = table.read(importing.MOST_TABLE + 1) if table else b""
    if table is None or not data:
        raise Invalid(_l("Choose a CSV or XLSX file."), field="table")
    archive = scans.read(MOST_ARCHIVE + 1) if scans and scans.filename else b""
    forms = import_files.scans_of(archive) if archive else {}
    made = Import.begin(table.filename or "table", data, by=current_user, scans=forms)
    return go(url_for("imports.show", code=made.code))


@bp.get("/imports/<code>")
@needs(Permission.ASK)
def show(code: str) -> Response:
    """The dry run: which column holds what, and what becomes of every row."""
    made = find(Import.select(), code)
    rows = made.rows() if made.is_kept and made.done_at is None else []
    wanted = request.args.get("verdict", "")
    chosen = [row for row in rows if row.verdict.value == wanted] if wanted else rows
    number = min(max(0, request.args.get("page", 0, type=int)), 10_000)
    part = chosen[number * PAGE : (number + 1) * PAGE]
    here = {"code": code, "verdict": wanted or None}
    return page(
        "imports/show.html", made=made, rows=part, counts=import_rows.summary(rows), wanted=wanted, uses=Use.current(),
        fields=list(import_rows.Field), orders=ORDERS, kept=made.kept().count(),
        more=url_for("imports.show", page=number + 1, **here) if len(chosen) > (number + 1) * PAGE else None,
        newer=url_for("imports.show", page=number - 1, **here) if number else None,
    )  # fmt: skip


@bp.post("/imports/<code>/mapping")
@needs(Permission.ASK)
@back_to(show)
def remap(code: str) -> Response:
    """Say which column holds what; remembered."""
    made = find(Import.select(), code)
    chosen = {header: request.form.get(f"column-{at}", "") for at, header in enumerate(made.headers)}
    made.remap(chosen, request.form.get("order", ""), by=current_user)
    return go(url_for("imports.show", code=code))


@bp.post("/imports/<code>/start")
@needs(Permission.ASK)
@back_to(show)
def start(code: str) -> Response:
    """Bring them in."""
    find(Import.select(), code).start(by=current_user)
    flash(gettext("They are being brought in. You may leave this page."))
    return go(url_for("imports.show", code=code))


@bp.get("/imports/review")
@needs(Permission.EVIDENCE)
def review() -> Response:
    """The next form to compare with its row."""
    query = importing.waiting(current_user)
    return page("imports/review.html", consent=query.first(), count=query.count())


@bp.post("/consents/<code>/acceptance")
@needs(Permission.EVIDENCE)
@back_to(lambda code: review())
def judge(code: str) -> Response:
    """The form says so, or it doesn't."""
    consent: Consent = find(current_user.consents(), code)
    if request.form.get("says") == "yes":
        importing.accept(consent, by=current_user)
    else:
        importing.refuse(consent, by=current_user)
    return go(url_for("imports.review"))


@bp.get("/people/same")
@needs(Permission.CONTACTS)
def same() -> Response:
    """People who may stand there twice."""
    return page("imports/same.html", pairs=merging.suspects(current_user))


@bp.post("/people/<code>/merge")
@needs(Permission.CONTACTS)
@back_to(lambda code: same())
def merge(code: str) -> Response:
    """The other is the same person, or is not."""
    kept, other = (
        find(current_user.people(), code),
        find(current_user.people(), request.form.get("other", "")),
    )
    if request.form.get("what") == "two":
        Distinct.note(kept, other, by=current_user)
    else:
        Merging.merge(kept, other, by=current_user)
        flash(gettext("They are one now. It can be undone on the person's page for thirty days."))
    return go(url_for("imports.same"))


@bp.post("/people/<code>/merge/<row>/undo")
@needs(Permission.CONTACTS)
def unmerge(code: str, row: str) -> Response:
    """They are two again."""
    person = find(current_user.people(), code)
    find(Merging.select().where(Merging.kept == person), row).undo(by=current_user)
    flash(gettext("They are two again."))
    return go(url_for("people.show", code=code))
