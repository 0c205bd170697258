"""Whether faces may be compared, and how: off, a closed roster, or in passing; off wherever the assessment does not reach (BIO-01)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from models.album import Album, Mode
from models.assessment import Assessment, Covers, Stale
from models.setting import Setting


class Why(StrEnum):
    """Why no face of this album is compared."""

    OFF = "off"  # for everyone
    STALE = "stale"  # the assessment ended, or no longer fits
    OFF_HERE = "off-here"  # switched off for this album
    STRANGER = "stranger"  # it was attested, and then a stranger was met
    NOT_ATTESTED = "not-attested"
    NOT_AGREED = "not-agreed"  # somebody named in an attested album did not say yes, or no longer does
    SPECIAL = "special"  # its place says something private, which the assessment does not cover
    PURPOSE = "purpose"  # its photos left for a purpose the assessment does not cover


@dataclass(frozen=True)
class State:
    """What holds for everyone: the mode decided on, the newest assessment, and why that one does not carry the mode."""

    mode: Mode
    assessment: Assessment | None
    stale: tuple[Stale, ...]

    @property
    def holds(self) -> bool:
        """Whether faces may be compared at all."""
        return self.mode is not Mode.OFF and self.assessment is not None and not self.stale


def state() -> State:
    """What holds today, read anew each time: a day, a new recogniser or another host changes it without anybody's act."""
    mode, newest = Mode(Setting.of("recognition_mode")), Assessment.newest()
    stale = () if newest is None or mode is Mode.OFF else tuple(newest.stale(mode))
    return State(mode, newest, stale)


def mode_of(album: Album) -> Mode:
    """The mode in force for an album: the organisation's, or off; always off without a valid assessment."""
    here = state()
    return here.mode if why_off([album], here)[album.id] is None else Mode.OFF


def covered() -> Covers | None:
    """What the assessment in force covers; None while recognition is off."""
    here = state()
    return here.assessment.scope if here.holds and here.assessment is not None else None


def allowed() -> list[int]:
    """The ids of the albums whose faces may be compared now."""
    here = state()
    if not here.holds:
        return []
    albums = list(Album.select())
    return [album_id for album_id, why in why_off(albums, here).items() if why is None]


def why_off(albums: Iterable[Album], here: State | None = None) -> dict[int, Why | None]:
    """Why faces of each of these albums are not compared, None where they are; in a fixed number of queries."""
    here, albums = here or state(), list(albums)
    if not here.holds or here.assessment is None:
        why = Why.OFF if here.mode is Mode.OFF else Why.STALE
        return dict.fromkeys((album.id for album in albums), why)
    scope, found = here.assessment.scope, dict[int, Why | None]()
    other = _used_otherwise([album.id for album in albums], scope)
    named = _not_closed([album.id for album in albums if album.mode is Mode.ROSTER])
    met = _met_a_stranger([album.id for album in albums if album.mode is Mode.OFF])
    for album in albums:
        reasons = {
            Why.STRANGER: album.id in met,
            Why.OFF_HERE: album.mode is Mode.OFF,
            Why.SPECIAL: album.special_context and not scope.special,
            Why.PURPOSE: album.id in other,
            # A closed roster holds only where a named human attested it for this very album.
            Why.NOT_ATTESTED: here.mode is Mode.ROSTER and album.mode is not Mode.ROSTER,
            Why.NOT_AGREED: here.mode is Mode.ROSTER and album.id in named,
        }
        found[album.id] = next((why for why, holds in reasons.items() if holds), None)
    return found


def _used_otherwise(ids: list[int], scope: Covers) -> set[int]:
    """Albums whose photos left for a purpose that was not weighed (GOV-02)."""
    from models.delivery import Delivery
    from models.photo import Photo
    from models.use import Use

    uses = [use.id for use in Use.select(Use.id, Use.purpose) if use.purpose not in scope.purposes]
    if not uses or not ids:
        return set()
    rows: Any = (
        Delivery.select(Photo.album)
        .join(Photo)
        .where(Delivery.use.in_(uses), Delivery.digest != "", Photo.album.in_(ids))
        .distinct()
    )
    return {album_id for (album_id,) in rows.tuples()}


def _not_closed(ids: list[int]) -> set[int]:
    """Attested albums in which somebody is named who has not said yes, or whose yes ended: not everyone is on the roster."""
    from models.face import Appearance
    from models.opting_in import opted_in
    from models.photo import Photo

    if not ids:
        return set()
    agreed = [person.id for person in opted_in()]
    rows: Any = (
        Appearance.select(Photo.album)
        .join(Photo)
        .where(Photo.album.in_(ids), Appearance.undone_at.is_null(), Appearance.person.not_in(agreed))
        .distinct()
    )
    return {album_id for (album_id,) in rows.tuples()}


def _met_a_stranger(ids: list[int]) -> set[int]:
    from models.roster import Ending, Roster

    if not ids:
        return set()
    newest: dict[int, Any] = {}
    for row in Roster.select().where(Roster.album.in_(ids)).order_by(Roster.id):
        newest[row.album_id] = row
    return {album_id for album_id, row in newest.items() if row.why is Ending.STRANGER}
