"""The trail as the DPO and the auditor read it: filtered, verified, and every reading on record (AUD-06)."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from models import reading
from models.checking import Verdict
from models.permission import Permission
from models.user import User
from views.access import needs
from views.deliveries import day_of
from views.pages import back_to, bytes_response, page, while_open

bp = Blueprint("trail", __name__)


@bp.get("/trail")
@needs(Permission.TRAIL)
def index() -> Response:
    """Who did what and when, newest first."""
    return _page(None)


@bp.post("/trail/verify")
@needs(Permission.TRAIL)
@back_to(index)
def verify() -> Response:
    """Recompute the whole chain against every signed head."""
    return _page(reading.verified(by=current_user))


@bp.get("/trail/export")
@needs(Permission.TRAIL, fresh=True)
def export() -> Response:
    """All of it as a file that anybody can verify (docs/audit-format.md)."""
    return bytes_response(
        while_open(reading.as_file(by=current_user)), "application/jsonl", name="trail.jsonl"
    )


def _page(verdict: Verdict | None) -> Response:
    asked = request.args
    before = asked.get("before", "")
    wanted = reading.Filter(
        photo=asked.get("photo", "").strip()[:40], kind=asked.get("kind", "").strip()[:40], person=asked.get("person", "").strip()[:40],
        actor=asked.get("actor", "").strip()[:40], action=asked.get("action", "").strip()[:40],
        since=day_of(asked.get("since", ""), "since"), until=day_of(asked.get("until", ""), "until"),
        before=int(before) if before.isdecimal() and len(before) < 16 else None,
    )  # fmt: skip
    lines, rest = reading.read(wanted, by=current_user)
    kept = {key: value for key, value in asked.items() if key != "before" and value}
    return page(
        "trail/index.html", lines=lines, names=reading.names(lines, by=current_user), asked=asked, verdict=verdict,
        users=list(User.select().order_by(User.name)),
        older=url_for("trail.index", before=rest, **kept) if rest else None,
    )  # fmt: skip
