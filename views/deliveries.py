"""The door: a file leaves for one use, when everyone in it agrees."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, current_app, request, url_for
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from models.base import find
from models.copy import Copy
from models.delivery import LINK_LIFE, Delivery
from models.errors import Gone, Invalid, _l
from models.library import use_of
from models.permission import Permission
from models.photo import Photo
from models.use import Use
from views.access import needs, public
from views.pages import back_to, bytes_response, go, page

bp = Blueprint("deliveries", __name__)


@bp.get("/photos/<code>/deliveries/new")
@needs(Permission.DELIVER)
def ask(code: str) -> Response:
    """What for, for whom, until when?"""
    photo = find(current_user.photos(), code)
    return page(
        "deliveries/ask.html", photo=photo, use=use_of(request.values.get("use")), uses_in=_names, copy=_copy(photo),
    )  # fmt: skip


@bp.post("/photos/<code>/deliveries")
@needs(Permission.DELIVER)
@back_to(ask)
def create(code: str) -> Response:
    """Ask the gate; a refusal says why and what to do next."""
    photo, form = find(current_user.photos(), code), request.form
    delivery = Delivery.issue(
        photo,
        use_of(form.get("use")),
        to=form.get("recipient", ""),
        by=current_user,
        until=day_of(form.get("until", ""), "until"),
        rendition=form.get("rendition", "web"),
        copy=_copy(photo),
    )
    return go(url_for("deliveries.show", code=delivery.code))


@bp.get("/deliveries/<code>")
@needs(Permission.DELIVER)
def show(code: str) -> Response:
    """The file is ready."""
    return page("deliveries/show.html", delivery=find(_mine(), code))


@bp.get("/deliveries/<code>/file")
@needs(Permission.DELIVER)
def file(code: str) -> Response:
    """The file with its rights card; the gate is asked once more."""
    return _hand_out(find(_mine(), code))


@bp.get("/files/<token>")
@public
def linked(token: str) -> Response:
    """The same by a link for programs, which works for minutes; the gate is asked once more."""
    try:
        code = _sealer().loads(token, max_age=int(LINK_LIFE.total_seconds()))
    except BadSignature as error:
        raise Gone from error
    return _hand_out(Delivery.still_open(code))


@bp.get("/check/<code>")
@public
def check(code: str) -> Response:
    """Is a copy found elsewhere still allowed? Yes or no, and nothing about anybody in it."""
    delivery = Delivery.get_or_none(Delivery.code == code)
    if delivery is None:
        return page("deliveries/check.html", delivery=None, holds=False, status=404)
    return page("deliveries/check.html", delivery=delivery, holds=delivery.holds_today())


def file_link(delivery: Delivery) -> str:
    """The address of a delivery's file for whoever has no session."""
    return url_for("deliveries.linked", token=_sealer().dumps(delivery.code))


def _hand_out(delivery: Delivery) -> Response:
    data = delivery.file(by=delivery.by or "visitor")
    return bytes_response(data, "image/jpeg", name=f"{delivery.of}-{delivery.use.code}.jpg", size=len(data))


def _copy(photo: Photo) -> Copy | None:
    """The masked copy that is asked for in place of the photo, if one is."""
    code = request.values.get("copy")
    return find(Copy.select().where(Copy.photo == photo), code) if code else None


def _mine() -> Any:
    return Delivery.select().where(Delivery.by == current_user.id)


def _sealer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="delivery-file")


def _names(locale: str) -> list[tuple[str, str]]:
    return [(use.code, use.name_in(locale)) for use in Use.of_photos()]


def day_of(text: str, field: str) -> date | None:
    """A calendar day from a form, None when left empty; Invalid when it is no day."""
    try:
        return date.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise Invalid(_l("Write the day as year-month-day, such as 2027-06-30."), field=field) from None
