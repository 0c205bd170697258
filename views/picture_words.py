"""What is said of faces and pictures: an answer at the desk, why one is only named by hand, why a file or a selfie does not do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext

from models.face import Act, Step, Word
from models.faces import FaceSeen

_ = lazy_gettext

FACES = {
    Word.NOT_A_PERSON: _("not a person"),
    Word.NOT_RECOGNISABLE: _("not recognisable"),
    Word.CROWD: _("crowd"),
}


def face_words(seen: FaceSeen) -> str:
    """What is known of a face, without a name."""
    if seen.word is not None:
        return str(FACES[seen.word])
    if seen.person is not None:
        return gettext("named")
    return gettext("suggestion waits") if seen.guesses else gettext("no name yet")


def step_words(steps: Sequence[Step]) -> str:
    """What a key at the desk did, in a few words."""
    step = steps[-1]
    name = step.person.name if step.person else gettext("someone")
    if step.act is Act.REJECTED:
        return gettext("not %(name)s", name=name)
    if step.act is Act.REVIEWED:
        return gettext("everyone is named")
    if step.act is Act.LATER:
        return gettext("left for later")
    said = name if step.word is None else str(FACES[step.word])
    return said if len(steps) == 1 else gettext("%(said)s, %(num)s faces", said=said, num=len(steps))


FLAWS = {
    "small": _("too small to be compared"),
    "blurred": _("too blurred to be compared"),
    "turned": _("turned too far away to be compared"),
}


def flaw_words(face: Any) -> str:
    """Why a face is only ever named by hand; empty when it may be compared."""
    return str(FLAWS[face.flaw]) if face.flaw else ""


SET_ASIDE = {
    "damaged": _(
        "This file is damaged and can't be shown. The original is kept; upload it again from the camera if you can."
    ),
    "too_large": _("This picture has too many pixels to be shown. The original is kept."),
    "too_many_frames": _("This animation is too long to be shown. The original is kept."),
    "not_accepted": _(
        "This kind of picture can't be shown here. The original is kept; export it as JPEG and upload it again."
    ),
    "too_slow": _("This picture took too long to read. The original is kept."),
    "erased-before": _(
        "This picture was erased here before, so it is not shown. If it must come back, ask the privacy officer; else erase it."
    ),
    "out_of_memory": _("This picture needs more memory than there is. The original is kept."),
}


def set_aside(reason: str) -> str:
    """Why a file could not be made into pictures."""
    return str(SET_ASIDE.get(reason, SET_ASIDE["damaged"]))


SELFIES = {
    "no_face": _("We found no face in it. Take it from the front, in good light."),
    "small_face": _("The face in it is too small. Hold the phone closer."),
    "small": _("The face in it is too small. Hold the phone closer."),
    "blurred": _("It is blurred. Hold the phone still, in good light."),
    "turned": _("Your face is turned away. Look straight into the camera."),
    "several_faces": _("There is more than one face in it. Take it of yourself alone."),
    "too_large": _("It has too many pixels. Take a smaller one."),
    "not_alike": _("The pictures do not show one and the same person. Send others."),
    "lost": _("Nobody could look at it in time, so it was deleted. Send it once more."),
    "off": _("Recognition is not on here any more, so no selfie is needed."),
}


def selfie_words(why: str) -> str:
    """Why a selfie could not be used."""
    return str(SELFIES.get(why) or gettext("It could not be read."))


VOCABULARY = {
    "face_words": face_words,
    "step_words": step_words,
    "flaw_words": flaw_words,
    "set_aside_words": set_aside,
    "selfie_words": selfie_words,
}
