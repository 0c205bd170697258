"""What every impact assessment answers before it counts, and that of events with children or in public space (Art. 35, GOV-02)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from peewee import fn

from adapters import clock
from adapters import recognition as recogniser
from models.album import Album, Mode
from models.assessment import About, Assessment, Covers, Risk, Stale, weighed_uses
from models.base import db, tools
from models.errors import Invalid, Refusal, _l, within
from models.event import Event
from models.gather import today
from models.index import Indexed
from models.job import Job
from models.permission import Permission
from models.photo import Photo
from models.setting import Setting
from models.trail import Trace
from models.user import User

LONGEST = timedelta(days=366)
QUESTIONS = ("purpose", "need", "ground", "bystanders", "risks", "measures", "views", "advice")
MORE = ("children", "consulted")  # asked only where they apply: of children, and after a high risk
_MISSING = {
    "children": _l("Say what it means for children, and why it is needed for them."),
    "consulted": _l(
        "A high risk is for the authority to judge first (Art. 36). Ask it, and note here when it answered and what."
    ),
}


class Unweighed(Refusal):
    """This event stays shut until the privacy officer has weighed it: no photo comes in, nobody is asked, nothing leaves."""

    kind = "unweighed"
    words = _l(
        "There are children at this event, or it is held in public space, and no impact assessment covers that. Ask the "
        "privacy officer to weigh it under Compliance, Impact assessments; then it opens."
    )


OUTDATED = _l(
    "The impact assessment for events with children or in public space no longer fits: it ended, or a use, recognition or the "
    "place of storage changed since. Ask the privacy officer to weigh it anew under Compliance, Impact assessments."
)


def checked(answers: dict[str, str], expires_on: date | None, risk: Risk, covers: Covers) -> dict[str, str]:
    """The answers that count; Invalid names the question of Art. 35(7), (2), (9) or 36 that is left open."""
    asked = [*QUESTIONS]
    if covers.children:
        asked.append("children")
    if risk is Risk.HIGH:
        asked.append("consulted")
    for question in asked:
        if len(answers.get(question, "").strip()) < 10:
            raise Invalid(_MISSING.get(question, _l("Answer this in a sentence or two.")), field=question)
    if expires_on is None or not today() < expires_on <= today() + LONGEST:
        raise Invalid(_l("Choose a day within a year from now."), field="expires_on")
    return {question: within(answers[question], 4000, question) for question in asked}


def weigh_events(
    answers: dict[str, str],
    expires_on: date | None,
    *,
    by: User,
    risk: str,
    children: bool,
    public_space: bool,
) -> Assessment:
    """Sign off the assessment of events with children or in public space; it takes the place of the one before."""
    by.require(Permission.COMPLIANCE)
    if not children and not public_space:
        raise Invalid(_l("Choose what it covers: children, public space, or both."), field="children_too")
    if risk not in set(Risk):
        raise Invalid(_l("Say what risk is left."), field="risk")
    left, covers = Risk(risk), Covers(frozenset(), frozenset(), children=children, public_space=public_space)
    given = checked(answers, expires_on, left, covers)
    with db.atomic():
        end(About.EVENTS, "newer", by)
        made = Assessment.create(
            about=About.EVENTS, mode=Mode(Setting.of("recognition_mode")), answers=given, model=recogniser.MODEL, by=by,
            expires_on=expires_on, risk=left, covers=covers.as_json(), place=tools.place, uses=weighed_uses(),
        )  # fmt: skip
        Trace.leave(
            by, "events.weighed", made, expires_on=expires_on, risk=left.value, digest=made.digest(), children=children,
            public_space=public_space,
        )  # fmt: skip
        recolour()
    return made


def end(about: About, why: str, by: User) -> None:
    """End the assessment in force, within the caller's transaction."""
    Assessment.update(ended_at=clock.now(), ended_by=by, ended_why=why).where(
        Assessment.ended_at.is_null(), Assessment.about == about
    ).execute()


def stale() -> list[Stale]:
    """Why the newest assessment of events no longer fits; empty where it does or there is none."""
    newest = Assessment.newest(About.EVENTS)
    return newest.stale(Mode(Setting.of("recognition_mode"))) if newest else []


def shut(album_ids: Iterable[int]) -> set[int]:
    """Which of these albums hold an event that no valid assessment covers; a fixed number of queries."""
    asked = Event.album.in_(list(album_ids)) & Event.ended_at.is_null()
    delicate = list(Event.select().where(asked, Event.children | Event.public_space))
    if not delicate:
        return set()
    newest = Assessment.newest(About.EVENTS)
    if newest is None or newest.stale(Mode(Setting.of("recognition_mode"))):
        return {row.album_id for row in delicate}
    scope = newest.scope
    return {
        row.album_id for row in delicate
        if (row.children and not scope.children) or (row.public_space and not scope.public_space)
    }  # fmt: skip


def why_shut(album: Album) -> Unweighed | None:
    """The refusal an album's event meets, which says what to do about it; None where it is open."""
    return Unweighed(OUTDATED if stale() else None) if shut([album.id]) else None


def must_be_open(album: Album | None) -> None:
    """Raise Unweighed for an album whose event no valid assessment covers."""
    refusal = why_shut(album) if album is not None else None
    if refusal is not None:
        raise refusal


def waiting() -> int:
    """How many events are shut because nobody has weighed them, or not anew."""
    return len(shut(row.album_id for row in Event.select(Event.album)))


def recolour() -> None:
    """Colour anew the photos of every event that such an assessment opens or shuts, within the caller's transaction."""
    for row in Event.select(Event.album).where(Event.children | Event.public_space):
        Job.put("recolour-album", row.album_id)


def watch() -> None:
    """Colour anew what a day, another machine or another recogniser shut without anybody's act."""
    ids = shut(row.album_id for row in Event.select(Event.album))
    lit = Indexed.select(Indexed.photo).where(Indexed.photo == Photo.id, Indexed.state != "blocked")
    wrong = Photo.select(Photo.album).where(Photo.album.in_(list(ids)), fn.EXISTS(lit)).distinct()
    with db.atomic():
        for row in wrong:
            Job.put("recolour-album", row.album_id)
