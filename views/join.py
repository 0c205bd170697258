"""The page behind an event's poster: no account, no cookie; each visitor goes on to a question of her own."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from models import ages
from models.campaign import Campaign
from models.errors import Invalid, _l
from models.visit import Typed, Visit
from views.access import check_form, public, seal_form
from views.deliveries import day_of
from views.pages import back_to, choose_locale, go, page

bp = Blueprint("join", __name__)
CSRF_EXEMPT = True  # no session to ride on: the form carries a seal bound to its poster


@bp.get("/join/<token>")
@public
def show(token: str) -> Response:
    """Who is there, for herself."""
    campaign, age = Campaign.of_poster(token), ages.profile().publication_age
    return page("join/show.html", campaign=campaign, token=token, seal=seal_form(token), child=False, age=age)


@bp.get("/join/<token>/child")
@public
def show_child(token: str) -> Response:
    """Who is there, for her child."""
    campaign = Campaign.of_poster(token)
    return page("join/show.html", campaign=campaign, token=token, seal=seal_form(token), child=True)


@bp.post("/join/<token>")
@public
@back_to(show)
def join(token: str) -> Response:
    """On to the visitor's own questions."""
    check_form(token)
    form = request.form
    typed = Typed(form.get("name", ""), form.get("email", ""), choose_locale())
    return _on(token, typed)


@bp.post("/join/<token>/child")
@public
@back_to(show_child)
def join_child(token: str) -> Response:
    """On to the questions about the child, which its guardian answers."""
    check_form(token)
    form = request.form
    if not form.get("child", "").strip():
        raise Invalid(_l("Fill in the name of the child."), field="child")
    born = day_of(form.get("born", ""), "born")
    return _on(
        token, Typed(form.get("name", ""), form.get("email", ""), choose_locale(), form["child"], born)
    )


def _on(token: str, typed: Typed) -> Response:
    asked = Visit.begin(Campaign.of_poster(token), typed)
    return go(url_for("signing.show", token=asked.raw_token, lang=typed.locale))
