"""Looking at a selfie: one face of good size becomes numbers, the picture goes in the same job (BIO-04, BIO-07)."""

from __future__ import annotations

from collections.abc import Sequence

from adapters import imaging
from adapters import recognition as recogniser
from adapters.imaging import FoundFace
from adapters.keys import KeyGone
from adapters.sandbox import Unreadable
from models import evidence, faceprints, gallery
from models.base import db, tools
from models.selfie import Selfie, State, counts

GOOD = 100  # pixels; the recogniser looks at 150, and a selfie is taken for nothing else
RIVAL = 0.5  # another face at least half as wide leaves open whose selfie it is


def look(selfie_id: int) -> None:
    """Make the numbers of the one face in a selfie, and destroy the picture whatever comes out; a job that may run twice."""
    selfie = Selfie.get_or_none(Selfie.id == selfie_id)
    if selfie is None:
        return
    if selfie.state is State.WAITING:
        vector, why = _numbers(selfie) if counts(selfie.consent) else (None, "off")
        try:
            with db.atomic():
                _settle(selfie.id, vector, why)
        finally:
            recogniser.wipe([vector])
    selfie.destroy()
    evidence.seal_anew(selfie.consent)


def _settle(selfie_id: int, vector: bytearray | None, why: str) -> None:
    gallery.take_turn()
    selfie = Selfie.get_by_id(selfie_id)
    if selfie.state is not State.WAITING:
        return  # she changed her mind while the recogniser worked
    if vector is None or not counts(selfie.consent):
        selfie.close(State.REFUSED, why or "off")
        return
    faceprints.keep_selfie(selfie.consent.person, vector)
    selfie.close(State.USED)


def _numbers(selfie: Selfie) -> tuple[bytearray | None, str]:
    """The numbers of the one face, or why there are none."""
    try:
        data = selfie.picture()
        kind = imaging.kind_of(data)
        # Found first and measured alone: whoever stands behind her is never turned into numbers.
        face, why = only(imaging.prepare(tools.sandbox, data, kind, encode=False).faces)
        if face is None:
            return None, why
        look = imaging.encode_at(tools.sandbox, data, kind, [face.box])[0]
        return look.vector, look.flaw
    except (KeyGone, FileNotFoundError):
        return None, "lost"
    except Unreadable as error:
        return None, error.reason


def only(found: Sequence[FoundFace]) -> tuple[FoundFace | None, str]:
    """The one face of good size, or no_face, small_face or several_faces."""
    widest = max(found, key=lambda face: face.pixels, default=None)
    if widest is None:
        return None, "no_face"
    if widest.pixels < GOOD:
        return None, "small_face"
    if sum(face.pixels >= widest.pixels * RIVAL for face in found) > 1:
        return None, "several_faces"
    return widest, ""
