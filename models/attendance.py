"""Who is at an event and who said yes: for the photographer's phone, without profiles or addresses (EMP-03)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from peewee import JOIN, ModelSelect

from adapters import clock
from models.album import Album
from models.base import find
from models.campaign import Addressee, Campaign, running_in
from models.consent import About, Answer, Line, Scope, Withdrawal
from models.errors import Refusal, _l
from models.face import Appearance
from models.gather import today
from models.person import Person
from models.photo import Photo
from models.request import Asked, Request, Way
from models.use import Use
from models.user import User

PAGE = 60


class Mark(StrEnum):
    """What the photographer needs to know of someone, and nothing more."""

    YES = "yes"
    NO = "no"
    WAITING = "waiting"  # asked, no answer yet
    UNASKED = "unasked"


@dataclass(frozen=True)
class Present:
    """Someone on the list."""

    person: Person
    mark: Mark


def people(album: Album) -> ModelSelect[Any]:
    """The query of everyone asked for this album or named in its photos."""
    campaigns = Campaign.select(Campaign.id).where(Campaign.album == album)
    asked = Request.select(Request.person).where(
        (Request.album == album) | Request.campaign.in_(campaigns), Request.revoked_at.is_null()
    )
    invited = Addressee.select(Addressee.person).where(Addressee.campaign.in_(campaigns))
    named = (
        Appearance.select(Appearance.person)
        .join(Photo)
        .where(Photo.album == album, Appearance.undone_at.is_null())
    )
    return Person.select().where(Person.id.in_(asked) | Person.id.in_(invited) | Person.id.in_(named))


def page(album: Album, use: Use, text: str = "", after: str = "") -> tuple[list[Present], str]:
    """One page of the list by name, and the cursor of the next: empty at the end."""
    rows: list[Any] = list(Person.named(people(album), text, after=after).limit(PAGE + 1))
    shown = rows[:PAGE]
    marks = _marks(album, use, shown)
    return [Present(person, marks[person.id]) for person in shown], shown[-1].code if len(rows) > PAGE else ""


def present(album: Album, code: str) -> Person:
    """Someone on the list, or Missing."""
    found: Person = find(people(album), code)
    return found


def question_for(album: Album, person: Person, *, by: User) -> Request:
    """The open request to this person, or a new one as the album's campaign asks it; Refusal when there is neither."""
    campaigns = Campaign.select(Campaign.id).where(Campaign.album == album)
    waiting = person.requests.where(
        (Request.album == album) | Request.campaign.in_(campaigns), Request.used_at.is_null(), Request.revoked_at.is_null()
    )  # fmt: skip
    found: Request | None = waiting.order_by(Request.id.desc()).first()
    if found is not None:
        return found
    campaign = running_in(album)
    if campaign is None:
        raise Refusal(
            _l("No campaign runs for this album. Ask a colleague who asks for consent to start one.")
        )
    made = Request.ask(
        [person], campaign.uses(), campaign.wording, by=by, way=Way.DEVICE, ask_recognition=campaign.ask_recognition,
        valid_until=campaign.valid_until, campaign=campaign, album=campaign.album if campaign.scope != "all" else None,
    )  # fmt: skip
    return made[0]


def _marks(album: Album, use: Use, shown: Sequence[Person]) -> dict[int, Mark]:
    ids = [person.id for person in shown]
    marks = dict.fromkeys(ids, Mark.UNASKED)
    open_now = Request.used_at.is_null() & Request.revoked_at.is_null() & (Request.expires_at > clock.now())
    asked = (
        Request.select(Request.person).join(Asked).where(Asked.use == use, Request.person.in_(ids), open_now)
    )
    marks |= {row.person_id: Mark.WAITING for row in asked}
    newest: Any = (
        Line.select(Line, Withdrawal.id.alias("withdrawn"))
        .join(Withdrawal, JOIN.LEFT_OUTER)
        .where(
            Line.person.in_(ids), Line.use == use, Line.about == About.USE, Line.answer != Answer.UNKNOWN,
            (Line.scope == Scope.ALL) | ((Line.scope == Scope.ALBUM) & (Line.album == album)),
        )
        .order_by(Line.decided_at, Line.id)
        .objects()
    )  # fmt: skip
    decided = {line.person_id: _mark(line) for line in newest}
    return marks | {person_id: mark for person_id, mark in decided.items() if mark is not None}


def _mark(line: Any) -> Mark | None:
    if line.withdrawn is not None or line.answer == Answer.REFUSED:
        return Mark.NO
    return Mark.YES if line.valid_until is None or line.valid_until >= today() else None
