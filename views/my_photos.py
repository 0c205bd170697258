"""My photos, inside: choices, pictures with everybody else covered, receipts, what is on file, a word to the privacy officer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from models import evidence, my_page
from models.base import find
from models.claim import Claim, Right
from models.consent import Consent
from models.entry import Entry, Reader, person_of
from models.errors import Missing
from models.gather import today
from models.inquiry import Inquiry, InquiryKind
from models.person import Guardian
from views.access import check_form, public, seal_form
from views.pages import back_to, bytes_response, go, page, speak

bp = Blueprint("my_photos", __name__, url_prefix="/my/<token>/<key>")
CSRF_EXEMPT = True  # no session to ride on: the form carries a seal bound to the key
PAGE = 24
RIGHTS_ASKED = tuple(right.value for right in Right)
KINDS = (*RIGHTS_ASKED, InquiryKind.OTHER.value)


@bp.url_defaults
def stay(endpoint: str, values: dict[str, Any]) -> None:
    """Links within the page keep its address and its language."""
    here = request.view_args or {}
    for name in ("token", "key"):
        if name in here:
            values.setdefault(name, here[name])
    values.setdefault("lang", request.args.get("lang"))


@bp.get("")
@public
def show(token: str, key: str) -> Response:
    """Everything on one page: what holds, the newest photos, the receipts, what is on file."""
    reader = _enter(token, key)
    return page(
        "my/show.html", choices=my_page.choices(reader), receipts=list(my_page.receipts(reader).limit(50)),
        done=request.args.get("done", ""), **_pictures(reader, 0), **_about(reader, key),
    )  # fmt: skip


@bp.get("/photos")
@public
def photos(token: str, key: str) -> Response:
    """Twenty-four photos at a time."""
    reader, number = _enter(token, key), min(max(0, request.args.get("page", 0, type=int)), 10_000)
    return page(
        "my/photos.html",
        done=request.args.get("done", ""),
        **_pictures(reader, number),
        **_about(reader, key),
    )


@bp.get("/photos/<code>")
@public
def picture(token: str, key: str, code: str) -> Response:
    """One photo with everybody else covered (RED-01)."""
    reader = _enter(token, key)
    return bytes_response(my_page.picture(reader, code), "image/jpeg")


@bp.post("/photos/<code>/inquiry")
@public
def doubt(token: str, key: str, code: str) -> Response:
    """It isn't me, or I don't want it shown: one click, and somebody looks at it."""
    reader = _enter(token, key)
    check_form(key)
    photo = find(my_page.photos(reader), code)
    Inquiry.make(reader, request.form.get("kind", ""), photo=photo)
    return go(url_for("my_photos.show", done="written"))


@bp.get("/withdrawal")
@public
def before(token: str, key: str) -> Response:
    """The one page before everything is taken back: what that means, and nothing that talks anyone out of it (WDR-07)."""
    reader = _enter(token, key)
    return page("my/withdrawal.html", choices=my_page.choices(reader), **_about(reader, key))


@bp.post("/withdrawal")
@public
@back_to(before)
def take_back(token: str, key: str) -> Response:
    """Take back one use, recognition, or everything; from the next request on no door opens (WDR-01 to WDR-03)."""
    reader, form = _enter(token, key), request.form
    check_form(key)
    my_page.take_back(
        reader, use=form.get("use", ""), recognition=form.get("what") == "recognition",
        everything=form.get("what") == "all",
    )  # fmt: skip
    return go(url_for("my_photos.show", done="taken-back"))


@bp.post("/request")
@public
def say_yes(token: str, key: str) -> Response:
    """On to the text to sign, for one use: a yes is always signed (CON-04)."""
    reader = _enter(token, key)
    check_form(key)
    asked = my_page.ask_anew(reader, request.form.get("use", ""))
    return go(url_for("signing.show", token=asked.raw_token, lang=request.args.get("lang")))


@bp.get("/receipts/<code>")
@public
def receipt(token: str, key: str, code: str) -> Response:
    """A receipt as PDF."""
    consent = _consent(token, key, code)
    return bytes_response(evidence.receipt(consent), "application/pdf", name=f"consent-{consent.code}.pdf")


@bp.get("/receipts/<code>/data")
@public
def receipt_data(token: str, key: str, code: str) -> Response:
    """The same for programs (CON-10)."""
    consent = _consent(token, key, code)
    data = evidence.receipt_json(consent)
    return bytes_response(data, "application/json", name=f"consent-{consent.code}.json")


@bp.get("/inquiry")
@public
def ask(token: str, key: str) -> Response:
    """Write to the privacy officer."""
    reader, chosen = _enter(token, key), request.args.get("kind", "")
    return page(
        "my/inquiry.html", kinds=KINDS, chosen=chosen if chosen in KINDS else KINDS[0], **_about(reader, key)
    )


@bp.post("/inquiry")
@public
@back_to(ask)
def write(token: str, key: str) -> Response:
    """Send it."""
    reader, form = _enter(token, key), request.form
    check_form(key)
    kind, words = form.get("kind", ""), form.get("words", "")
    if kind in RIGHTS_ASKED:
        Claim.of_reader(reader, kind, words)
    else:
        Inquiry.make(reader, kind, words)
    return go(url_for("my_photos.show", done="written"))


@bp.post("/end")
@public
def end(token: str, key: str) -> Response:
    """Close the page: its address opens nothing any more."""
    reader = _enter(token, key)
    check_form(key)
    Entry.living(reader, key).end()
    return go(url_for("my.closed", token=token, lang=request.args.get("lang")))


def _enter(token: str, key: str) -> Reader:
    reader = my_page.by_token(token)
    Entry.living(reader, key)
    speak(reader.locale)
    return reader


def _about(reader: Reader, key: str) -> dict[str, Any]:
    person, child = person_of(reader), isinstance(reader, Guardian)
    # Who else speaks for someone is for herself to see, not for the other (Art. 15(4)).
    speakers = [reader] if child else person.speakers()
    return {"seal": seal_form(key), "person": person, "reader": reader, "child": child, "speakers": speakers}


def _pictures(reader: Reader, number: int) -> dict[str, Any]:
    query = my_page.photos(reader)
    found = list(query.limit(PAGE + 1).offset(number * PAGE))
    if number and not found:
        raise Missing
    shown = found[:PAGE]
    return {
        "today": today(), "pictures": shown, "first": number * PAGE + 1, "number": number, "more": len(found) > PAGE,
        "published": my_page.published(person_of(reader), shown), "delivered": my_page.delivered(shown), "checked": my_page.checked(shown),
    }  # fmt: skip


def _consent(token: str, key: str, code: str) -> Consent:
    consent: Consent = find(my_page.receipts(_enter(token, key)), code)
    return consent
