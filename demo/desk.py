"""What lies in the registers of the demo hospital's privacy officer: events weighed, a small breach, a processor, a record looked at."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from adapters import clock
from models import activities, weighing
from models.base import tools
from models.breach import Breach
from models.gather import today
from models.processor import CLAUSES, Party
from models.user import User

WEIGHED = {
    "purpose": "To show the open day and the summer party on our website and in the yearly review.",
    "need": "An open day without children would be another day; people who come are not known beforehand.",
    "ground": "Consent of everyone who is recognisable, for children of a parent; a weighed interest for the crowd.",
    "bystanders": "Signs at both entrances, a corner without photos, yellow bands; other faces are covered.",
    "risks": "A child may be found by somebody who should not know where it was; a visit may tell of an illness.",
    "measures": "No name without a yes, no photo from the wards, files leave through the gate alone and end by themselves.",
    "views": "The clients' council asked for the corner without photos; the parents of the children's ward were heard.",
    "advice": "Go on, without close-ups of children, and look at it again within a year. All of it was followed.",
    "children": "Children come with their families. A parent signs for each; from 16 they sign themselves.",
}
BREACH = {
    "facts": "A newsletter for the volunteers went to 14 addresses in the open instead of blind copies.",
    "kinds": "Volunteers; e-mail addresses", "people": "14", "rows": "14",
    "effects": "The volunteers can see one another's addresses.",
    "remedy": "All 14 were asked to delete it; newsletters go through the list server from now on.",
}  # fmt: skip
PROCESSOR = {
    "part": "processor", "name": "Voorbeeld Hosting", "does": "Keeps the encrypted backups, without a key to them",
    "country": "NL", "contact": "contracts@hosting.example", "hosts": "backup.hosting.example",
    **{f"clause_{letter}": f"article {number} of the agreement" for number, letter in enumerate(CLAUSES[:-1], 4)},
}  # fmt: skip


def events_weighed(*, by: User) -> None:
    """The assessment of events with children is signed off before the first of them."""
    weighing.weigh_events(
        WEIGHED, today() + timedelta(days=350), by=by, risk="medium", children=True, public_space=False
    )


def registers(*, by: User) -> None:
    """A breach that harmed nobody, a processor whose contract lacks a clause, and a record that was looked at."""
    since = (clock.now() - timedelta(hours=5)).astimezone(ZoneInfo(tools.zone))
    breach = Breach.note({**BREACH, "aware_at": since.strftime("%Y-%m-%dT%H:%M")}, by=by)
    breach.decide(
        "unlikely", "Fourteen colleagues who know one another; all have deleted it.", tell_authority=False,
        tell_people=False, by=by,
    )  # fmt: skip
    Party.keep(PROCESSOR, by=by)
    activities.approve(by=by)
