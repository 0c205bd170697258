"""Visitors of an event who answer its poster: each gives her own name and goes on to a question of her own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from peewee import ForeignKeyField, fn

from adapters import clock, seal
from models import ages, retention
from models.attempt import Attempt
from models.base import Moment, Record, db, tools
from models.campaign import Campaign, Reach
from models.consent import Consent
from models.errors import Invalid, TooMany, _l
from models.face import Appearance
from models.names import clean_email, tidy
from models.person import Person
from models.request import Request, Way
from models.trail import Trace, knock

WINDOW = timedelta(minutes=15)
MOST_VISITS = 100  # of one network in that time: a full hall behind one access point, not a flood
MOST_OF_ADDRESS = (
    10  # within a day: a parent with a class full of children, not a stranger whose mailbox is filled
)


@dataclass(frozen=True)
class Typed:
    """What a visitor says of herself, or of her child."""

    name: str
    email: str = ""
    locale: str = ""
    child: str = ""  # the child's name; then name and email are the guardian's
    born: date | None = None


class Visit(Record):
    """Someone who came by a poster; her person and request are hers alone, also when a name is known already."""

    campaign = ForeignKeyField(Campaign, backref="visits", on_delete="CASCADE")
    person = ForeignKeyField(Person, unique=True, backref="visits", on_delete="CASCADE")
    at = Moment(default=clock.now, index=True)

    class Meta:
        personal, plain = (), ("at",)

    @classmethod
    def begin(cls, campaign: Campaign, typed: Typed) -> Request:
        """Make the visitor's own question and return it; Invalid for what is missing, TooMany for a flood from one network.

        A known address is never joined to its person: whoever types it has not shown that it is hers.
        """
        _throttle()
        if typed.child:
            _check_child(typed)
        with db.atomic():
            Attempt.create(key=_network())
            if typed.email.strip():
                _count_address(clean_email(typed.email))
            child = bool(typed.child)
            person = Person.add(
                typed.child or typed.name, by="visitor", email="" if child else typed.email, born=typed.born,
                locale=typed.locale,
            )  # fmt: skip
            if child:
                person.add_guardian(name=typed.name, email=typed.email, locale=typed.locale, by="visitor")
            cls.create(campaign=campaign, person=person)
            made = Request.ask(
                [person], campaign.uses(), campaign.wording, by=None, way=Way.QR, ask_recognition=campaign.ask_recognition,
                valid_until=campaign.valid_until, campaign=campaign,
                album=campaign.album if campaign.scope is not Reach.ALL else None,
            )  # fmt: skip
        return made[0]

    @classmethod
    def sweep(cls, before: datetime | None = None) -> int:
        """Forget visitors who never answered, after their time; returns how many people are gone."""
        from models import retaining

        signed = Consent.select(Consent.person)
        named = Appearance.select(Appearance.person)
        again = Request.select(Request.person).group_by(Request.person).having(fn.COUNT(Request.id) > 1)
        old = cls.select(cls.person).where(
            cls.at < (before or retention.limit("visitor")), cls.person.not_in(signed), cls.person.not_in(named), cls.person.not_in(again),
            ~retaining.spared(cls.person),
        )  # fmt: skip
        count = 0
        for people in retaining.batches(Person.select().where(Person.id.in_(old)), Person.id):
            with db.atomic():
                for person in people:
                    Trace.leave("system", "visit.forgotten", person)
                    person.delete_instance()
            count += len(people)
        return count


def _check_child(typed: Typed) -> None:
    if not tidy(typed.child):
        raise Invalid(_l("Fill in the name of the child."), field="child")
    if typed.born is None:
        raise Invalid(_l("Fill in the child's birth date."), field="born")
    clean_email(typed.email)  # the code that a guardian's signature needs is sent there (SIG-05)
    if not tidy(typed.name):
        raise Invalid(_l("Fill in the name."), field="name")
    if not Person(name=typed.child, born=typed.born).is_minor():
        age = ages.profile().publication_age
        words = _l("From %(age)s on people decide for themselves: let them fill this in.")
        raise Invalid(words, field="born", age=age)


def _throttle() -> None:
    recent = Attempt.select().where(Attempt.key == _network(), Attempt.at > clock.now() - WINDOW)
    if recent.count() >= MOST_VISITS:
        raise TooMany


def _count_address(address: str) -> None:
    """Every visit can send letters, and nobody has shown yet that the address is hers."""
    key = seal.blind(tools.keys.secret("throttle"), f"join-mail:{address}")
    recent = Attempt.select().where(Attempt.key == key, Attempt.at > clock.now() - timedelta(days=1))
    if recent.count() >= MOST_OF_ADDRESS:
        raise TooMany(
            _l("This address was typed here many times today. Ask the organisation for a link of your own.")
        )
    Attempt.create(key=key)


def _network() -> bytes:
    return seal.blind(tools.keys.secret("throttle"), f"join:{knock.get().address}")
