"""The faceprints of those who opted in, open in memory: loaded when first needed, exact, dropped at rest (BIO-04..07)."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from peewee import IntegerField, chunked, fn

from adapters import recognition as recogniser
from adapters.gallery import Gallery
from models.base import Record, db, is_postgres, tools
from models.face import Faceprint
from models.gather import today
from models.opting_in import opted_in
from models.person import Person
from models.trail import CHAIN_LOCK

REST = 120.0  # seconds without a question after which nothing biometric is left in this process


class Edition(Record):
    """Which making of faceprints is the newest: one row, counted up by whatever makes or forgets one."""

    number = IntegerField(default=0)

    class Meta:
        personal, plain = (), ("number",)


def take_turn() -> None:
    """Let nobody make, forget or suggest until this transaction ends: on PostgreSQL two may run side by side.

    The trail's own lock, so that whoever leaves a trace later in the same transaction never waits crosswise.
    """
    if is_postgres():
        db.execute_sql("SELECT pg_advisory_xact_lock(%s)", (CHAIN_LOCK,))


def changed(person: Person) -> None:
    """Before a person's faceprints come or go: with the commit every process looks anew, and this one forgets at once."""
    take_turn()
    Edition.update(number=Edition.number + 1).execute()
    db.after_commit(lambda: _kept.forget(person))


@contextmanager
def opened() -> Iterator[Gallery]:
    """Everyone who may be recognised today, for one task; whoever else asks in this process waits."""
    with _kept.lock:
        try:
            _kept.refresh()
            yield _kept.gallery
        finally:
            _kept.used()


def rest() -> None:
    """Zero every faceprint in this process, and end the child that saw faces; the next question loads them again."""
    with _kept.lock:
        _kept.drop()
        tools.sandbox.close()


class _Kept:
    """The gallery of this process and what it was made of."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.gallery = Gallery()
        self.number: int | None = None
        self.day: date | None = None
        self.marks: dict[str, Any] = {}  # person's code -> which rows her faceprint is the mean of
        self.asked_at = 0.0
        self.timer: threading.Timer | None = None

    def refresh(self) -> None:
        """Bring it to what the database says; nothing is read while no faceprint changed and the day is the same."""
        number, day = Edition.select(Edition.number).scalar(), today()
        if (self.number, self.day) == (number, day):
            return
        people = {person.id: person for person in opted_in()}
        marks = {people[who].code: (people[who], mark) for who, mark in _marks(list(people))}
        for code in set(self.marks) - set(marks):
            self._remove(code)
        stale = [person for code, (person, mark) in marks.items() if self.marks.get(code) != mark]
        self._load(stale, {code: mark for code, (_, mark) in marks.items()})
        self.number, self.day = number, day

    def forget(self, person: Person) -> None:
        """Zero one person's row now and look at the rest before the next question."""
        with self.lock:
            self._remove(person.code)
            self.number = None

    def drop(self) -> None:
        """Zero everything."""
        self.gallery.clear()
        self.marks.clear()
        self.number = None

    def used(self) -> None:
        """Note that somebody asked, and see that the rest comes."""
        self.asked_at = time.monotonic()
        if self.timer is None:
            self._wake_after(REST)

    def after_fork(self) -> None:
        """Leave nothing open in a process that was made from this one."""
        self.lock, self.timer = threading.RLock(), None
        self.drop()

    def _load(self, people: list[Person], marks: dict[str, Any]) -> None:
        from models import faceprints

        for some in chunked(people, 500):
            for person in some:
                self._remove(person.code)
            for person, vectors in faceprints.opened(some):
                template = recogniser.mean(vectors)
                recogniser.wipe(vectors)
                self.gallery.add(person.code, template, len(vectors))
                recogniser.wipe([template])
                self.marks[person.code] = marks[person.code]

    def _remove(self, code: str) -> None:
        self.gallery.remove(code)
        self.marks.pop(code, None)

    def _wake_after(self, seconds: float) -> None:
        self.timer = threading.Timer(seconds, self._look)
        self.timer.daemon = True
        self.timer.start()

    def _look(self) -> None:
        with self.lock:
            self.timer = None
            left = self.asked_at + REST - time.monotonic()
            if left > 0:
                self._wake_after(left)
            else:
                rest()


def _marks(people: list[int]) -> Iterator[tuple[int, Any]]:
    """Per person how many faceprints of this model there are, and the newest: rows are never changed, only replaced."""
    for some in chunked(people, 500):
        rows: Any = (
            Faceprint.select(
                Faceprint.person, fn.COUNT(Faceprint.id), fn.MAX(Faceprint.id), fn.MAX(Faceprint.at)
            )
            .where(Faceprint.person.in_(some), Faceprint.model == recogniser.MODEL)
            .group_by(Faceprint.person)
            .tuples()
        )
        for who, *rest in rows:
            yield who, rest


_kept = _Kept()
os.register_at_fork(after_in_child=_kept.after_fork)
