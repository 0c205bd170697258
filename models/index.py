"""The stored index of verdicts. It may colour and filter a list; only decide opens a door."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from peewee import DateField, ForeignKeyField, ModelSelect, TextField, chunked

from adapters import clock
from models.base import Record, tools
from models.photo import Photo
from models.reasons import State
from models.setting import Setting
from models.use import Use


class Indexed(Record):
    """A photo's verdict for a use as dates, so that expiry is true at read time without any job.

    `state` is cleared, unclear or blocked; a cleared row reads as ends soon or blocked by its `until`.
    `wakes_on` is the next day on which facts turn by date in a way that two dates can't say.
    """

    photo = ForeignKeyField(Photo, backref="indexed", on_delete="CASCADE")
    use = ForeignKeyField(Use, on_delete="CASCADE")
    state = TextField()
    until = DateField(null=True)
    wakes_on = DateField(null=True, index=True)

    class Meta:
        personal, plain = (), ("state", "until", "wakes_on")
        indexes = (
            (("photo", "use"), True),
            (("use", "state", "photo"), False),
            (("use", "until", "photo"), False),
        )


def refresh(photo_ids: Iterable[int]) -> None:
    """Work out anew what the index says of these photos for every use, within the caller's transaction."""
    uses = Use.current()
    for ids in chunked(set(photo_ids), 200):
        photos = list(Photo.select().where(Photo.id.in_(ids)))
        rows = list(_rows(photos, uses))
        Indexed.delete().where(Indexed.photo.in_(ids)).execute()
        for some in chunked(rows, 100):
            Indexed.insert_many(some).execute()


def _rows(photos: list[Photo], uses: list[Use]) -> Iterable[dict[str, object]]:
    for photo, use, steps in Photo.timelines(photos, uses):
        now = steps[0].state
        lasting = State.CLEARED if now in (State.CLEARED, State.ENDS_SOON) else now
        until, wakes = None, None
        for step in steps[1:]:
            if lasting is State.CLEARED and step.state is State.ENDS_SOON:
                continue
            if lasting is State.CLEARED and step.state is State.BLOCKED:
                until = date.fromordinal(step.start.toordinal() - 1)
            else:
                wakes = step.start
            break
        yield {"photo": photo.id, "use": use.id, "state": lasting, "until": until, "wakes_on": wakes}


def in_state(query: ModelSelect[Photo], use: Use, state: State) -> ModelSelect[Photo]:
    """Narrow a query of photos to those whose index says this state for this use today."""
    today = clock.today(tools.zone)
    soon = date.fromordinal(today.toordinal() + int(Setting.of("ends_soon_days")))
    query = query.join_from(Photo, Indexed).where(Indexed.use == use)
    if state is State.CLEARED:
        return query.where(Indexed.state == "cleared", Indexed.until.is_null() | (Indexed.until > soon))
    if state is State.ENDS_SOON:
        return query.where(Indexed.state == "cleared", Indexed.until.between(today, soon))
    if state is State.BLOCKED:
        ended = (Indexed.state == "blocked") | (Indexed.until < today)
        # The list of states first: with it the engine walks photos by the index, newest first, and stops at a page.
        return query.where(Indexed.state.in_(["blocked", "cleared"]), ended)
    return query.where(Indexed.state == "unclear")


def wake() -> int:
    """Work out anew the photos whose day has come; returns how many."""
    due = Indexed.select(Indexed.photo).where(Indexed.wakes_on <= clock.today(tools.zone)).distinct()
    ids = [row.photo_id for row in due.limit(5000)]
    refresh(ids)
    return len(ids)
