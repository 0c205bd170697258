"""The stored index of verdicts. It may colour and filter a list; only decide opens a door."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from peewee import DateField, ForeignKeyField, ModelSelect, TextField, chunked

from adapters import clock
from models.base import Record, tools
from models.clearance import Step
from models.photo import Photo
from models.reasons import State
from models.setting import Setting
from models.use import Use
from models.webhook import Event, Webhook


class Indexed(Record):
    """A photo's verdict for a use as dates, so that expiry is true at read time without any job.

    `state` is cleared, unclear or blocked; a cleared row reads as ends soon by its `until`, and after it as `turns_to`.
    `wakes_on` is the next day on which facts turn by date in a way that two dates can't say.
    """

    photo = ForeignKeyField(Photo, backref="indexed", on_delete="CASCADE")
    use = ForeignKeyField(Use, on_delete="CASCADE")
    state = TextField()
    until = DateField(null=True)
    turns_to = TextField(default="blocked")  # or unclear, where an exception ends (PUB-07)
    wakes_on = DateField(null=True, index=True)

    class Meta:
        personal, plain = (), ("state", "until", "turns_to", "wakes_on")
        indexes = (
            (("photo", "use"), True),
            (("use", "state", "photo"), False),
            (("use", "until", "photo"), False),
        )


def refresh(photo_ids: Iterable[int]) -> None:
    """Work out anew what the index says of these photos for every use, within the caller's transaction.

    Whatever changes a verdict may change who waits for a name: their turns at the desk follow.
    """
    from models import line

    uses, watched = Use.of_photos(), is_watched()
    for ids in chunked(set(photo_ids), 200):
        before = read(ids) if watched else {}
        photos = list(Photo.select().where(Photo.id.in_(ids)))
        rows = list(_rows(photos, uses))
        Indexed.delete().where(Indexed.photo.in_(ids)).execute()
        for some in chunked(rows, 100):
            Indexed.insert_many(some).execute()
        line.line_up(photos)
        if watched:
            tell(before, {(photo.id, use.id) for photo in photos for use in uses})


def is_watched() -> bool:
    """Whether any address wants to know when a photo opens or shuts."""
    return bool(Webhook.listening(Event.BLOCKED) or Webhook.listening(Event.CLEARED))


def read(photo_ids: Iterable[int]) -> dict[tuple[int, int], str]:
    """What the index says today of these photos, by photo and use."""
    day = clock.today(tools.zone)
    return {
        (row.photo_id, row.use_id): row.turns_to if row.until is not None and row.until < day else row.state
        for ids in chunked(set(photo_ids), 500)
        for row in Indexed.select().where(Indexed.photo.in_(ids))
    }


def tell(before: dict[tuple[int, int], str], asked: Iterable[tuple[int, int]] = ()) -> None:
    """Tell whoever listens of every photo and use whose state is another than it was."""
    keys = {*before, *asked}
    after = read({photo for photo, _ in keys})
    turned = [key for key in keys if key in after and after[key] != before.get(key)]
    if not turned:
        return
    photos = {
        row.id: row.code
        for ids in chunked({photo for photo, _ in turned}, 500)
        for row in Photo.select(Photo.id, Photo.code).where(Photo.id.in_(ids))
    }
    uses = {row.id: row.code for row in Use.select(Use.id, Use.code)}
    for photo, use in sorted(turned):
        if after[photo, use] == "cleared":
            Webhook.tell(Event.CLEARED, photo=photos[photo], use=uses[use], state="cleared")
        elif before.get((photo, use)) == "cleared" or after[photo, use] == "blocked":
            Webhook.tell(Event.BLOCKED, photo=photos[photo], use=uses[use], state=after[photo, use])


def tell_of_days() -> None:
    """Tell whoever listens of photos whose last day has passed since the day before yesterday, each once."""
    day = clock.today(tools.zone)
    since = date.fromordinal(day.toordinal() - 3)
    over = (
        Indexed.select(Indexed, Photo.code.alias("named"), Use.code.alias("asked"))
        .join(Photo)
        .join_from(Indexed, Use)
    )
    for row in over.where(
        Indexed.state == "cleared", Indexed.until.between(since, date.fromordinal(day.toordinal() - 1))
    ).objects():
        Webhook.tell(
            Event.BLOCKED,
            f"{row.named}|{row.asked}|{row.until}",
            photo=row.named,
            use=row.asked,
            state=row.turns_to,
        )


def _rows(photos: list[Photo], uses: list[Use]) -> Iterable[dict[str, object]]:
    window = int(Setting.of("ends_soon_days"))
    for photo, use, steps in Photo.timelines(photos, uses):
        now = steps[0].state
        row: dict[str, object] = {
            "photo": photo.id,
            "use": use.id,
            "state": now,
            "until": None,
            "wakes_on": None,
        }
        row["turns_to"] = State.BLOCKED
        if now in (State.CLEARED, State.ENDS_SOON):
            row |= {"state": State.CLEARED, **_ending(steps, window)}
        elif len(steps) > 1:
            row["wakes_on"] = steps[1].start
        yield row


def _ending(steps: tuple[Step, ...], window: int) -> dict[str, object]:
    """How long a clear photo stays so, and what it is then."""
    last, later = steps[0], iter(steps[1:])
    for step in later:
        if step.state is State.ENDS_SOON:
            last = step
            continue
        end = date.fromordinal(step.start.toordinal() - 1)
        if step.state is State.BLOCKED:
            return {"until": end}
        # Two dates say it only where the days before read as ends soon.
        if (
            step.state is State.UNCLEAR
            and last.state is State.ENDS_SOON
            and (last is steps[0] or (end - last.start).days == window)
        ):
            return {"until": end, "turns_to": State.UNCLEAR, "wakes_on": step.start}
        return {"wakes_on": step.start}
    return {}


def soon() -> date:
    """The last day that counts as soon."""
    return date.fromordinal(clock.today(tools.zone).toordinal() + int(Setting.of("ends_soon_days")))


def in_state(query: ModelSelect[Photo], use: Use, state: State) -> ModelSelect[Photo]:
    """Narrow a query of photos to those whose index says this state for this use today."""
    today, near = clock.today(tools.zone), soon()
    query = query.join_from(Photo, Indexed).where(Indexed.use == use)
    if state is State.CLEARED:
        return query.where(Indexed.state == "cleared", Indexed.until.is_null() | (Indexed.until > near))
    if state is State.ENDS_SOON:
        return query.where(Indexed.state == "cleared", Indexed.until.between(today, near))
    ended = (Indexed.state == state) | ((Indexed.until < today) & (Indexed.turns_to == state))
    # The list of states first: with it the engine walks photos by the index, newest first, and stops at a page.
    return query.where(Indexed.state.in_([state, State.CLEARED]), ended)


def wake() -> int:
    """Work out anew the photos whose day has come; returns how many."""
    due = Indexed.select(Indexed.photo).where(Indexed.wakes_on <= clock.today(tools.zone)).distinct()
    ids = [row.photo_id for row in due.limit(5000)]
    refresh(ids)
    return len(ids)
