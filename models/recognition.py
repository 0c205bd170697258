"""Whether faces may be compared at all, and with whom (BIO-01, requirements 3.1)."""

from __future__ import annotations

from models.album import Album, Mode
from models.assessment import Assessment
from models.gather import today
from models.setting import Setting


def mode_of(album: Album) -> Mode:
    """The mode in force for an album: the organisation's, or a stricter one of its own; off without a valid assessment."""
    general = Mode(Setting.of("recognition_mode"))
    if general is Mode.OFF or current_assessment(general) is None:
        return Mode.OFF
    return Mode.OFF if album.mode is Mode.OFF else general


def current_assessment(mode: Mode) -> Assessment | None:
    """The approved, unexpired assessment for this mode, if there is one."""
    return (
        Assessment.select()
        .where(Assessment.mode == mode, Assessment.ended_at.is_null(), Assessment.expires_on >= today())
        .order_by(Assessment.id.desc())
        .first()
    )


def may_encode(album: Album) -> bool:
    """True when faces of this album's photos may be turned into numbers for comparison."""
    return mode_of(album) is not Mode.OFF
