"""Who is at an event and who said yes: for the photographer's phone, without profiles or addresses (EMP-03)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from peewee import ModelSelect

from models import grounds, standing
from models.album import Album
from models.base import find
from models.campaign import Addressee, Campaign, running_in
from models.errors import Refusal, _l
from models.face import Appearance
from models.facts import PersonFacts
from models.gather import Gathered, today
from models.person import Person
from models.photo import Photo
from models.reasons import Code, State
from models.request import Request, Way
from models.setting import Setting
from models.use import Use
from models.user import User

PAGE = 60
# She was not asked for this use in this album yet, whatever she said to others.
_OPEN = frozenset(
    {
        Code.PENDING, Code.NO_RECORD, Code.ASSET_NOT_COVERED, Code.TERRITORY_NOT_COVERED, Code.CHANNEL_NOT_COVERED,
        Code.PURPOSE_NOT_COVERED,
    }
)  # fmt: skip


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
    """What the one rule says of each, as if she stood in a photo of this album taken now (PUB-01)."""
    settings = Setting.all()
    known = grounds.gather({person.id for person in shown}, [], settings)
    window, authority = int(settings["ends_soon_days"]), bool(settings["authority"])
    asked = standing.Asked(
        Gathered({}, {}, known, authority=authority).use_facts(use),
        album.special_context,
        today(),
        today(),
        window,
    )
    facts = {person.id: known.about(person, 0, album.id, masked=False) for person in shown}
    return {person_id: _mark(about, asked) for person_id, about in facts.items()}


def _mark(about: PersonFacts, asked: standing.Asked) -> Mark:
    code, _ = standing.standing(about, asked)
    if code.state in (State.CLEARED, State.ENDS_SOON):
        return Mark.YES
    if code in _OPEN:
        return Mark.WAITING if standing.pending(about, asked) else Mark.UNASKED
    return Mark.NO  # a doubt too: nobody is photographed on a form that no one has checked
