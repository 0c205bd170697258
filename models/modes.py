"""Whether faces may be compared, and how: off, a closed roster, or in passing; off without a valid assessment (BIO-01)."""

from __future__ import annotations

from adapters import recognition as recogniser
from models.album import Album, Mode
from models.assessment import Assessment
from models.gather import today
from models.setting import Setting


def mode_of(album: Album) -> Mode:
    """The mode in force for an album: the organisation's, or off; always off without a valid assessment."""
    general = Mode(Setting.of("recognition_mode"))
    if general is Mode.OFF or album.mode is Mode.OFF or current_assessment(general) is None:
        return Mode.OFF
    # A closed roster holds only where a named human attested it for this very album.
    if general is Mode.ROSTER and album.mode is not Mode.ROSTER:
        return Mode.OFF
    return general


def current_assessment(mode: Mode) -> Assessment | None:
    """The approved, unexpired assessment made for this mode and this recogniser, if there is one."""
    return (
        Assessment.select()
        .where(
            Assessment.mode == mode,
            Assessment.model == recogniser.MODEL,
            Assessment.ended_at.is_null(),
            Assessment.expires_on >= today(),
        )
        .order_by(Assessment.id.desc())
        .first()
    )
