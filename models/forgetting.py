"""What ends a faceprint besides an act on the spot: days, disuse, another recogniser or host; and the watch that none is left over."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from peewee import fn

from adapters import clock
from adapters import recognition as recogniser
from models import faceprints, modes, opting_in, retention, scan
from models.album import Mode
from models.assessment import Stale
from models.base import db, is_postgres, tools
from models.consent import About, Line
from models.face import Appearance, Face, Faceprint, Match, Source
from models.gather import today
from models.grounds import aware
from models.job import Job
from models.person import Person
from models.trail import Trace

REST = timedelta(days=30)  # how long sealed numbers wait for an assessment to be weighed again
FACEPRINTS, EVERYTHING = 0, 1  # what a job "wipe" is about
SMALL = 8 << 20  # bytes of a table that is written anew in a moment
PATIENCE = 60.0  # seconds; after that the job is tried again later
NOBODY_LOOKS_BACK = """
    SELECT pg_snapshot_xmin(pg_current_snapshot()) > %s::xid8 AND NOT EXISTS (
        SELECT 1 FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND age(backend_xmin) >= age(%s::xid))
"""

# Why everything biometric of a person goes, and the verb that sees to it (BIO-07). The first column stands in the trail.
CAUSES = {
    "withdrawn": "consent.withdraw",
    "consent over": "sweep: the last day, or a child's birthday, has passed",
    "voided": "Voiding.propose: declared void or ended by us",
    "refused": "Consent.sign: a newer no, such as to a renewal",
    "erased": "faceprints.forget, before a person is erased",
    "restricted": "Circumstance.record; made anew when it ends",
    "deceased": "Circumstance.record",
    "left": "Circumstance.record, or sweep when the day comes",
    "unrecognised": "Circumstance.record: asked not to be recognised",
    "archived": "faceprints.forget, before a person is put away",
    "merged": "Merging.merge and undo",
    "off": "recognition.switch_off",
    "off here": "recognition.close: for the album it came from",
    "source": "faceprints.lose, before a face or photo is erased",
    "model": "sweep: another recogniser",
    "disuse": "sweep: 24 months",
    "place": "sweep: another host or processor",
    "unweighed": "sweep: no assessment carries it any more",
    "stray": "watch: should never have been there",
}


def sweep() -> None:
    """Forget every faceprint whose ground has gone since the last look, each with its reason; asked every ten minutes."""
    people = list(Person.select().where(Person.id.in_(Faceprint.select(Faceprint.person))))
    with db.atomic():
        for person, why in _ended(people):
            faceprints.forget(person, why)
            if why == "model":
                Job.put("faceprints", person.id)
        scan.wake()


def retire(_before: datetime) -> retention.Done:
    """The same with its proof: of how many people faceprints were kept, and of how many they went (BIO-07)."""
    held = Faceprint.select(Faceprint.person).distinct()
    looked = held.count()
    sweep()
    return retention.Done(looked=looked, acted=max(0, looked - held.count()))


def _ended(people: list[Person]) -> Iterable[tuple[Person, str]]:
    """Whose faceprints lost their ground, and by what."""
    if not people:
        return
    general = _unfounded()
    good = {person.id for person in opting_in.opted_in([person.id for person in people])}
    other: Any = Faceprint.select(Faceprint.person).where(Faceprint.model != recogniser.MODEL)
    remade = {person_id for (person_id,) in other.tuples()}
    used = last_use([person.id for person in people])
    for person in people:
        if general:
            yield person, general
        elif person.id in remade:
            yield person, "model"
        elif person.id not in good:
            yield person, "consent over"
        elif used.get(person.id, clock.now()) < retention.limit("faceprint"):
            yield person, "disuse"


def _unfounded() -> str:
    """Why nobody's faceprints may stay: off, another place, or an assessment that nobody renewed for a month."""
    here = modes.state()
    if here.mode is Mode.OFF:
        return "off"
    if here.assessment is None:
        return "unweighed"
    if Stale.PLACE in here.stale:
        return "place"
    ran_out = here.assessment.expires_on + REST < today()
    # What ran out, or names no condition, may be weighed again; for another way of comparing it never counted.
    return "unweighed" if ran_out or Stale.MODE in here.stale else ""


def last_use(people: Iterable[int]) -> dict[int, datetime]:
    """When each was last suggested, named at a face or said yes: a faceprint nobody uses for 24 months goes (BIO-07)."""
    ids = list(people)
    newest: dict[int, datetime] = {}
    for model, at, where in (
        (Match, Match.at, Match.person.in_(ids)),
        (Appearance, Appearance.at, Appearance.person.in_(ids) & Appearance.face.is_null(False)),
        (Line, Line.decided_at, Line.person.in_(ids) & (Line.about == About.RECOGNITION)),
    ):
        rows: Any = model.select(model.person, fn.MAX(at)).where(where).group_by(model.person)  # type: ignore[attr-defined]
        for person_id, moment in rows.tuples():
            newest[person_id] = max(aware(moment), newest.get(person_id, aware(moment)))
    return newest


def strays() -> list[Person]:
    """Of whom something biometric is kept that may not be: no yes holds, the face is not hers, another recogniser, a key alone.

    BIO-04 as a query; empty at every moment but the minutes between a day's turn and the sweep.
    """
    good = [person.id for person in opting_in.opted_in()] if modes.state().mode is not Mode.OFF else []
    hers = Appearance.select(Appearance.id).where(
        Appearance.face == Faceprint.face,
        Appearance.person == Faceprint.person,
        Appearance.undone_at.is_null(),
    )
    rows = Faceprint.select(Faceprint.person).where(
        Faceprint.person.not_in(good)
        | ((Faceprint.source == Source.FACE) & ~fn.EXISTS(hers))
        | (Faceprint.model != recogniser.MODEL)
    )
    held = Faceprint.select(Faceprint.person)
    keys = tools.keys.ids(faceprints.KEY)
    with_key = Person.code.in_(list(keys))
    return list(
        Person.select()
        .where(Person.id.in_(rows) | (with_key & Person.id.not_in(held)) | (Person.id.in_(held) & ~with_key))
        .order_by(Person.id)
    )


def orphans() -> set[str]:
    """Keys of faceprints whose person is no longer on file."""
    keys = tools.keys.ids(faceprints.KEY)
    return keys - {row.code for row in Person.select(Person.code).where(Person.code.in_(list(keys)))}


def watch() -> int:
    """The nightly look: what should not be there is destroyed and written down; returns how many it found (BIO-04)."""
    sweep()
    with db.atomic():
        found, lost = strays(), orphans()
        for person in found:
            faceprints.forget(person, "stray")
            Job.put("faceprints", person.id)
        for code in lost:
            tools.keys.destroy(faceprints.KEY, code)
        if found or lost:
            Trace.leave("system", "faceprints.strays", people=len(found), keys=len(lost))
    return len(found) + len(lost)


def wipe(what: int = FACEPRINTS) -> None:
    """Take what was deleted out of the engine's files as well; a job. What stays in a backup has no key any more (ERA-07)."""
    if not is_postgres():
        ((busy, *_),) = db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        if busy:
            raise TimeoutError("somebody still reads the log")
        return
    _let_others_go_on()
    biometric = [(str(model._meta.table_name), True) for model in (Faceprint, Match)]
    # A plain VACUUM leaves the old bytes in a page's free space: a small table is written anew, a large one by night.
    # ANALYZE, because the planner keeps samples of what stood in a column.
    _vacuum(biometric if what == FACEPRINTS else _tables())


def wipe_all() -> None:
    """Write the whole database anew, so that no page keeps a trace of what was deleted; weekly, off hours (ERA-07)."""
    if is_postgres():
        _vacuum([(table, True) for table, _ in _tables()])
        return
    db.execute_sql("VACUUM")
    wipe()


def _vacuum(tables: Iterable[tuple[str, bool]]) -> None:
    # Whoever holds a table for long is not waited for: everybody else would queue up behind us. The job comes again.
    db.execute_sql("SET lock_timeout = '5s'")
    try:
        for table, anew in tables:
            db.execute_sql(f'VACUUM ({"FULL, " if anew else ""}ANALYZE) "{table}"')
    finally:
        db.execute_sql("RESET lock_timeout")


def _tables() -> list[tuple[str, bool]]:
    """Every table, and whether it is small enough to be written anew while people work."""
    rows = db.execute_sql(
        "SELECT relname, pg_table_size(relid) < %s FROM pg_stat_user_tables ORDER BY relname", (SMALL,)
    )
    return [(str(name), bool(small)) for name, small in rows.fetchall()]


def _let_others_go_on() -> None:
    """Wait until nobody can still see what was deleted before now, for PostgreSQL keeps it as long; TimeoutError after a while."""
    ((mark,),) = db.execute_sql("SELECT pg_current_xact_id()::text").fetchall()
    patience = time.monotonic() + PATIENCE
    while time.monotonic() < patience:
        ((over,),) = db.execute_sql(NOBODY_LOOKS_BACK, (mark, mark)).fetchall()
        if over:
            return
        time.sleep(0.1)
    raise TimeoutError("somebody still looks at what was deleted")


def counts() -> dict[str, int]:
    """What is kept at this moment, counted now: people with faceprints, faceprints, keys, suggestions, rejections."""
    from models.face import Rejection

    return {
        "people": Faceprint.select(Faceprint.person).distinct().count(),
        "faceprints": Faceprint.select().count(),
        "keys": len(tools.keys.ids(faceprints.KEY)),
        "suggestions": Match.select().count(),
        "photos": Match.select(Face.photo).join(Face).distinct().count(),
        "rejections": Rejection.select().count(),
    }
