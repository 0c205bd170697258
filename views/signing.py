"""Signing by link: no account, no cookie, nothing ticked beforehand; looking never signs (SIG-03)."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from models import evidence, masking, my_page, renewing, selfie
from models.base import find
from models.consent import Consent
from models.draft import Draft
from models.errors import Gone, Invalid, _l
from models.request import Choice, Request
from models.selfie import Selfie
from views.access import check_form, public, seal_form, sealed_about, takes_files
from views.answers import choice_of
from views.pages import back_to, bytes_response, choose_locale, go, page, speak

bp = Blueprint("signing", __name__)
CSRF_EXEMPT = True  # no session to ride on: the form carries a seal bound to its link

MOST_DRAWING = 200_000  # bytes of a drawn signature
PNG = "data:image/png;base64,"


@bp.get("/sign/<token>")
@public
def show(token: str) -> Response:
    """The questions, in the signer's language."""
    asked = _open(token)
    asked.note_opening()
    shown = evidence.wording(asked, choose_locale())
    changed = renewing.changes(asked, choose_locale()) if asked.renews else None
    continues = asked.renews and renewing.continues(asked)
    in_use = renewing.in_use(asked) if asked.renews else ([], 0)
    return page(
        "signing/show.html",
        asked=asked,
        token=token,
        seal=seal_form(token),
        shown=shown,
        changed=changed,
        continues=continues,
        in_use=in_use,
        selfie_may_follow=selfie.may_follow(asked),
    )


@bp.post("/sign/<token>")
@public
@back_to(show)
def sign(token: str) -> Response:
    """Sign, or go on to the code where a second step is needed (SIG-05)."""
    check_form(token)
    if (twice := _twice(token)) is not None:
        return twice
    asked = _open(token)
    answers = _answers(asked)
    if asked.needs_code or answers["recognition"]:
        Draft.begin(asked, answers)
        return go(url_for("signing.ask_code", token=token, lang=request.args.get("lang")))
    _sign(asked, answers, "link")
    return go(url_for("signing.thanks", token=token, key=_key(token), lang=request.args.get("lang")))


@bp.get("/sign/<token>/code")
@public
def ask_code(token: str) -> Response:
    """Type the code that was sent to the address on file."""
    asked = _open(token)
    draft = Draft.of(asked)
    return page("signing/code.html", asked=asked, token=token, seal=seal_form(_about(token, draft)))


@bp.post("/sign/<token>/code")
@public
@back_to(ask_code)
def confirm(token: str) -> Response:
    """Sign with the choices made before, now that the code is right."""
    if sealed_about(request.form.get("seal", "")).partition("|")[0] == token and (twice := _twice(token)):
        return twice
    asked = _open(token)
    draft = Draft.of(asked)
    # Whoever types the number signs the choices that were sent with it, not others that somebody sent meanwhile.
    try:
        check_form(_about(token, draft))
    except Gone as other:
        raise Gone(
            _l("The code is no longer valid. Open your link again and send your choices once more.")
        ) from other
    consent = _sign(asked, draft.confirm(request.form.get("number", "")), "code")
    page_next = "signing.selfie_page" if selfie.is_offered(consent) else "signing.thanks"
    return go(url_for(page_next, token=token, key=_key(token), lang=request.args.get("lang")))


@bp.get("/sign/<token>/selfie")
@public
def selfie_page(token: str) -> Response:
    """After a yes to recognition: a selfie, for who likes; everything is signed already."""
    asked = _signed(token)
    speak(asked.locale)
    offered = selfie.is_offered(_consent(asked))
    return page(
        "signing/selfie.html",
        asked=asked,
        token=token,
        key=_key(token),
        seal=seal_form(token),
        offered=offered,
        told=selfie.TOLD,
    )


@bp.post("/sign/<token>/selfie")
@public
@takes_files(selfie.MOST_BYTES + (1 << 20))
@back_to(selfie_page)
def give_selfie(token: str) -> Response:
    """Take the selfie in; what becomes of it stands on the page of thanks."""
    check_form(token)
    asked = _signed(token)
    speak(asked.locale)
    file = request.files.get("selfie")
    if file is None or not file.filename:
        raise Invalid(_l("Take a picture of yourself first, or go on without."), field="selfie")
    Selfie.give(_consent(asked), file.stream, locale=choose_locale())
    return go(url_for("signing.thanks", token=token, key=_key(token), lang=request.args.get("lang")))


@bp.get("/sign/<token>/thanks")
@public
def thanks(token: str) -> Response:
    """What was chosen, the receipt, and how to change one's mind."""
    return _thanks(token, _signed(token))


@bp.get("/sign/<token>/receipt.pdf")
@public
def receipt(token: str) -> Response:
    """The receipt, at once."""
    consent = _consent(_signed(token))
    return bytes_response(evidence.receipt(consent), "application/pdf", name=f"consent-{consent.code}.pdf")


@bp.get("/sign/<token>/receipt.json")
@public
def receipt_data(token: str) -> Response:
    """The receipt as data (CON-10)."""
    consent = _consent(_signed(token))
    return bytes_response(
        evidence.receipt_json(consent), "application/json", name=f"consent-{consent.code}.json"
    )


@bp.get("/sign/<token>/photos/<code>")
@public
def picture(token: str, code: str) -> Response:
    """One of the photos it is about, with everybody else covered."""
    asked = Request.open(token)
    photo = find(renewing.shown(asked), code)
    return bytes_response(masking.for_person(photo, asked.person), "image/jpeg")


def _thanks(token: str, asked: Request, *, status: int = 200) -> Response:
    speak(asked.locale)
    consent = _consent(asked)
    return page(
        "signing/thanks.html", status=status, asked=asked, token=token, key=_key(token), consent=consent,
        selfie=Selfie.of(consent), selfie_offered=selfie.is_offered(consent), my=my_page.token(asked.signer),
    )  # fmt: skip


def _key(token: str) -> str:
    """What opens the page of thanks for whoever has just signed: the link alone, found later, tells nothing (SIG-04)."""
    return seal_form(f"thanks|{token}")


def _signed(token: str) -> Request:
    asked = Request.answered(token)
    if sealed_about(request.args.get("key", "")) != f"thanks|{token}":
        raise Gone(
            _l("This page is closed. Your receipt was sent to you, with the link to change your mind.")
        )
    return asked


def _twice(token: str) -> Response | None:
    """The page of thanks for answers that arrived already and are sent once more: nothing is signed twice."""
    try:
        return _thanks(token, Request.answered(token), status=409)
    except Gone:
        return None


def _about(token: str, draft: Draft) -> str:
    return f"{token}|{draft.sent}"


def _sign(asked: Request, answers: dict[str, Any], identity: str) -> Consent:
    drawing = base64.b64decode(answers["drawing"]) if answers["drawing"] else None
    steps = {"identity": identity}
    if asked.witness is not None:
        steps = {"identity": "in person" if identity == "link" else identity, "witness": asked.witness.code}
    return Consent.sign(
        asked, Choice(answers["uses"], answers["recognition"]), signer=answers["signer"], guardian=answers["guardian"],
        drawing=drawing, language=answers["language"], steps=steps,
    )  # fmt: skip


def _answers(asked: Request) -> dict[str, Any]:
    """What the form says, as it is kept until the code is typed."""
    choice = choice_of(asked, open_is_no=True)
    return {
        "uses": choice.uses,
        "recognition": choice.recognition,
        "signer": Consent.clean_signer(request.form.get("signer", "")),
        "guardian": _declared(asked),
        "drawing": _drawing(),
        "language": choose_locale(),
    }


def _declared(asked: Request) -> bool:
    declared = bool(request.form.get("guardian"))
    if asked.guardian_id is not None and not declared:
        raise Invalid(_l("Confirm that you may decide for this child."), field="guardian")
    return declared


def _drawing() -> str:
    """The drawn signature as base64 PNG, empty when nothing was drawn."""
    given = request.form.get("drawing", "").removeprefix(PNG)
    try:
        data = base64.b64decode(given, validate=True)
    except binascii.Error:
        data = b"-"
    if data and (not data.startswith(b"\x89PNG\r\n\x1a\n") or len(data) > MOST_DRAWING):
        raise Invalid(
            _l("The drawing could not be read. Leave it out: your typed name is enough."), field="drawing"
        )
    return given


def _open(token: str) -> Request:
    asked = Request.open(token)
    speak(asked.locale)
    return asked


def _consent(asked: Request) -> Consent:
    return asked.consents.get()
