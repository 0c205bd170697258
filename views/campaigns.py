"""Campaigns: asking many at once, seen before it is sent, and followed until all have answered."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from models import audience, consent_list, consents_of, fitting, progress
from models.album import Album
from models.attestation import STATEMENT
from models.base import find
from models.campaign import LONGEST_NAME, Campaign, CampaignWay, Reach
from models.errors import Invalid, _l
from models.permission import Permission
from models.person import Person
from models.poster import poster
from models.progress import Outcome
from models.term import last_day
from models.use import Use
from models.wording import Wording
from views.access import needs
from views.deliveries import day_of
from views.pages import back_to, bytes_response, go, page

bp = Blueprint("campaigns", __name__)

MOST_SHOWN = 60
MOST_PEOPLE = 20_000
WHO = ("people", "album", "ending", "unproven")
_ = lazy_gettext
BOUNCES = {
    "the address was refused": _("The mail server of the address refused it: it may be mistyped or closed."),
    "the address can't be used": _("This can't be an e-mail address."),
    "there is no address on file": _("There is no address on file any more."),
}


@bp.get("/campaigns")
@needs(Permission.CONSENTS)
def index() -> Response:
    """The campaigns, newest first, and how many have answered."""
    mine = Campaign.seen_by(current_user)
    rows, more = consent_list.page(mine, request.args.get("after", ""), among=mine)
    return page(
        "campaigns/index.html", rows=rows, answers=progress.answers_of(rows),
        more=url_for("campaigns.index", after=more) if more else None,
    )  # fmt: skip


@bp.get("/campaigns/people")
@needs(Permission.ASK)
def choose() -> Response:
    """Tick who to ask."""
    return _who(url_for("campaigns.chosen"), None)


@bp.post("/campaigns/people")
@needs(Permission.ASK)
def chosen() -> Response:
    """Look further with the ticks kept, or go on with those ticked; what was typed in the campaign's form is carried along."""
    return choose() if "find" in request.form else new()


@bp.get("/campaigns/new")
@needs(Permission.ASK)
def new() -> Response:
    """Who is asked what, how."""
    people, albums, chosen = _chosen_people(), _albums(), request.values.get("album", "")
    album = next((album for album in albums if album.code == chosen), None)
    return page(
        "campaigns/new.html", people=people, uses=Use.current(), wordings=Wording.current(),
        albums=albums, album=chosen, fits=fitting.fitting(people, album=album),
        proposed_until=fitting.proposed_until(people),
    )  # fmt: skip


@bp.post("/campaigns/check")
@needs(Permission.ASK)
@back_to(new)
def check() -> Response:
    """What would happen, before anything is sent."""
    asked = _question()
    people = _audience(asked)
    found = audience.plan(people, asked["uses"], by_mail=asked["way"] is CampaignWay.MAIL)
    if not people and asked["way"] is not CampaignWay.POSTER:
        raise Invalid(_l("Nobody is found to ask. Choose other people."), field="person")
    kept = [
        (key, value) for key, value in request.form.items(multi=True) if key not in ("csrf_token", "attest")
    ]
    return page("campaigns/check.html", asked=asked, found=found, kept=kept, statement=gettext(STATEMENT))


@bp.post("/campaigns")
@needs(Permission.ASK)
@back_to(check)
def create() -> Response:
    """Begin: up to a hundred are asked at once, the rest by the worker."""
    asked = _question()
    made = Campaign.start(
        asked.pop("name"), _audience(asked), asked.pop("uses"), asked.pop("wording"), by=current_user,
        attested=bool(request.form.get("attest")), renews=request.form.get("who") == "ending", **asked,
    )  # fmt: skip
    return go(url_for("campaigns.show", code=made.code))


@bp.get("/campaigns/<code>")
@needs(Permission.CONSENTS)
def show(code: str) -> Response:
    """How it goes: counts, a bar, and everyone with where she stands."""
    campaign = find(Campaign.seen_by(current_user), code)
    chosen = request.args.get("state", "")
    outcome = Outcome(chosen) if chosen in set(Outcome) else None
    rows, more = consent_list.page(progress.rows(campaign, outcome), request.args.get("after", ""))
    whys = {key: str(BOUNCES.get(why, BOUNCES["the address was refused"]))
            for key, why in progress.reasons(rows).items()}  # fmt: skip
    return page(
        "campaigns/show.html", campaign=campaign, counts=progress.counts(campaign), rows=rows, outcome=outcome, whys=whys,
        waiting=campaign.waiting().count(), left_out=campaign.left_out(), album=campaign.album_seen_by(current_user),
        more=url_for("campaigns.show", code=code, state=chosen or None, after=more) if more else None,
    )  # fmt: skip


@bp.post("/campaigns/<code>/remind")
@needs(Permission.ASK)
@back_to(show)
def remind(code: str) -> Response:
    """Remind all who have not answered, none more often than every three days."""
    due, rest = find(Campaign.seen_by(current_user), code).chase(by=current_user)
    flash(ngettext("%(num)s person is reminded.", "%(num)s people are reminded.", due))
    if rest:
        left = ngettext(
            "%(num)s had a message less than 3 days ago.", "%(num)s had one less than 3 days ago.", rest
        )
        flash(left)
    return go(url_for("campaigns.show", code=code))


@bp.post("/campaigns/<code>/close")
@needs(Permission.ASK)
def close(code: str) -> Response:
    """No poster, no reminders and no late comers from now on."""
    find(Campaign.seen_by(current_user), code).close(by=current_user)
    flash(gettext("The campaign is closed. Links that were sent still work until they expire."))
    return go(url_for("campaigns.show", code=code))


@bp.get("/campaigns/<code>/people")
@needs(Permission.ASK)
def late(code: str) -> Response:
    """Tick late comers."""
    campaign = find(Campaign.seen_by(current_user), code)
    return _who(url_for("campaigns.add", code=code), campaign)


@bp.post("/campaigns/<code>/people")
@needs(Permission.ASK)
@back_to(late)
def add(code: str) -> Response:
    """Ask late comers too, or look further with the ticks kept."""
    if "find" in request.form:
        return late(code)
    campaign = find(Campaign.seen_by(current_user), code)
    people = _chosen_people()
    if not people:
        raise Invalid(_l("Choose who to ask."), field="person")
    count = campaign.add(people, by=current_user, attested=bool(request.form.get("attest")))
    flash(ngettext("%(num)s person was added.", "%(num)s people were added.", count))
    return go(url_for("campaigns.show", code=code))


@bp.get("/campaigns/<code>/progress.csv")
@needs(Permission.CONSENTS, fresh=True)
def export(code: str) -> Response:
    """The progress for a sheet."""
    campaign = find(Campaign.seen_by(current_user), code)
    data = progress.export(campaign, by=current_user)
    return bytes_response(data, "text/csv", name=f"campaign-{campaign.code}.csv")


@bp.get("/campaigns/<code>/poster.pdf")
@needs(Permission.ASK)
def poster_pdf(code: str) -> Response:
    """The poster to print."""
    campaign = find(Campaign.seen_by(current_user), code)
    return bytes_response(poster(campaign), "application/pdf", name=f"poster-{campaign.code}.pdf")


def _who(target: str, campaign: Campaign | None) -> Response:
    sought = request.values.get("q", "")[:100]
    found = list(Person.named(current_user.people(), sought).limit(MOST_SHOWN + 1))
    shown, ticked = {person.code for person in found[:MOST_SHOWN]}, _chosen_people()
    kept = [
        (key, value)
        for key, value in request.form.items(multi=True)
        if not campaign and key not in ("csrf_token", "person", "q", "find", "who")
    ]
    return page(
        "campaigns/who.html", found=found[:MOST_SHOWN], more=len(found) > MOST_SHOWN, sought=sought, target=target,
        campaign=campaign, standing=consents_of.summary(found[:MOST_SHOWN]), statement=gettext(STATEMENT),
        ticked={person.code for person in ticked}, kept=kept,
        elsewhere=[person for person in ticked if person.code not in shown],
    )  # fmt: skip


def _question() -> dict[str, Any]:
    form = request.form
    ids = set(form.getlist("use"))
    uses = [use for use in Use.current() if use.code in ids]
    if not 1 <= len(" ".join(form.get("name", "").split())) <= LONGEST_NAME:
        raise Invalid(
            _l("Give the campaign a name of at most %(count)s characters."), field="name", count=LONGEST_NAME
        )
    if not uses:
        raise Invalid(_l("Choose at least one use."), field="use")
    scope, album = Reach(_of(form.get("scope", "all"), Reach, "scope")), _album()
    if scope is not Reach.ALL and album is None:
        raise Invalid(_l("Choose the album the answers count for."), field="album")
    return {
        "name": form["name"], "uses": uses, "wording": _wording(), "album": album, "scope": scope,
        "way": CampaignWay(_of(form.get("way", ""), CampaignWay, "way")),
        "ask_recognition": bool(form.get("ask_recognition")), "remind": bool(form.get("remind")),
        "valid_until": last_day(day_of(form.get("valid_until", ""), "valid_until")),
    }  # fmt: skip


def _audience(asked: dict[str, Any]) -> list[Person]:
    form, everyone = request.form, current_user.people()
    if asked["way"] is CampaignWay.POSTER:
        return []
    who = _of(form.get("who", "people"), WHO, "who")
    if who == "people":
        return _chosen_people()
    if who == "unproven":
        return audience.without_proof(everyone, asked["uses"])
    if who == "ending":
        first, last = (day_of(form.get(key, ""), key) for key in ("ends_from", "ends_until"))
        return audience.ending_between(everyone, first, last, asked["uses"])
    if asked["album"] is None:
        raise Invalid(_l("Choose the album."), field="album")
    return audience.unanswered_in(everyone, asked["album"], asked["uses"])


def _of(value: str, choices: Any, field: str) -> str:
    if value not in set(choices):
        raise Invalid(_l("Choose one of the list."), field=field)
    return value


def _albums() -> list[Album]:
    return list(current_user.albums().order_by(Album.created_at.desc()).limit(200))


def _album() -> Album | None:
    code = request.form.get("album", "")
    return current_user.albums().where(Album.code == code).first() if code else None


def _chosen_people() -> list[Person]:
    codes = list(dict.fromkeys(request.values.getlist("person")))[:MOST_PEOPLE]
    return list(current_user.people().where(Person.code.in_(codes)).order_by(Person.name))


def _wording() -> Wording:
    code = request.form.get("wording", "")
    chosen = next((wording for wording in Wording.current() if wording.code == code), None)
    if chosen is None:
        raise Invalid(_l("Choose one of the list."), field="wording")
    return chosen
