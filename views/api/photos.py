"""Photos for programs: taken in, found, looked at, asked about."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request, url_for
from flask_login import current_user

from models import erasure
from models.album import Album
from models.base import find
from models.errors import Invalid, _l
from models.facts import Licence, Period
from models.gather import today
from models.library import PAGE, Question, use_of
from models.permission import Permission
from models.photo import MOST_BYTES, Photo
from models.reasons import Clearance, Code, Next, State
from views.access import bearer
from views.api.calls import PAGING, call, listed, theirs, use_named
from views.api.shape import (
    CODE,
    DAY,
    FILE,
    MOMENT,
    YES_NO,
    Schema,
    many,
    named,
    number,
    one_of,
    or_null,
    read,
    text,
    thing,
)  # fmt: skip
from views.picture_words import face_words, set_aside
from views.words import reason_json

AROUND_FILE = 1 << 20  # what a form may hold beside its file
MOST_TAGS = 50

STATE = one_of(*State)
REASON = named(
    "Reason",
    thing({"code": one_of(*Code), "text": text(500), "person": or_null(CODE), "next": one_of(*Next)}),
)
CLEARANCE = named(
    "Clearance", thing({"state": STATE, "valid_through": or_null(DAY), "reasons": many(REASON)})
)
BRIEF: dict[str, Schema] = {
    "code": CODE, "title": text(300), "name": text(255), "caption": text(5000), "alt_text": text(1000),
    "kind": text(20), "size": number(0, MOST_BYTES), "width": or_null(number(1, 1 << 20)),
    "height": or_null(number(1, 1 << 20)), "album": thing({"code": CODE, "title": text(200)}),
    "taken_at": or_null(MOMENT), "taken_in_at": MOMENT, "ready": YES_NO,
}  # fmt: skip
LISTED = named(
    "PhotoInList",
    thing({**BRIEF, "clearance": thing({"state": STATE, "valid_through": or_null(DAY)})}),
)
FACE = thing({"face": or_null(CODE), "person": or_null(CODE), "name": or_null(text(200)), "says": text(80)})
PHOTO = named(
    "Photo",
    thing({
        **BRIEF, "creator": text(200), "credit": text(200), "copyright": text(300), "place": text(200),
        "camera": text(200), "licence": one_of(*Licence), "tags": many(text(80)), "reviewed": YES_NO,
        "people": many(FACE), "set_aside": or_null(text(500)),
    }),
)  # fmt: skip
TAKEN = named("TakenIn", thing({"code": CODE, "sha256": text(64), "duplicate": YES_NO}))
UPLOAD = thing(
    {"file": FILE}, {"album": text(200), "caption": text(5000), "tags[]": many(text(80), MOST_TAGS)}
)
_TYPED = thing({}, {"album": text(200), "caption": text(5000), "tags": many(text(80), MOST_TAGS)})
_TAKEN = {"code": "k7m2q9vxw3", "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}
_BRIEF = {
    "code": "k7m2q9vxw3", "title": "Open day", "name": "IMG_0042.jpg", "caption": "", "alt_text": "", "kind": "JPEG",
    "size": 4816011, "width": 6000, "height": 4000, "album": {"code": "b8n4p6rtyz", "title": "Open day 2027"},
    "taken_at": None, "taken_in_at": "2027-03-01T09:30:00+00:00", "ready": True,
}  # fmt: skip
_EXAMPLE_REASON = {
    "code": "NO_RECORD", "text": "Someone in the photo has not been asked yet.", "person": "p3x5c7v9bn",
    "next": "ask_consent",
}  # fmt: skip


@call(
    "POST", "/photos", bearer("write", Permission.UPLOAD), form=UPLOAD, answers={201: TAKEN, 200: TAKEN},
    example={**_TAKEN, "duplicate": False},
)  # fmt: skip
def take_in() -> Any:
    """Take in a photo, byte for byte; answered once it is durable.

    `album` is a code or a title; a title that is new makes an album in your first team, and without one the photo goes
    to "Unsorted". The same bytes once more answer 200 with the photo that is there already.
    """
    request.max_content_length = MOST_BYTES + AROUND_FILE
    file, typed = request.files.get("file"), _typed()
    if file is None:
        raise Invalid(_l("Send the photo as a file."), field="file")
    name = read(file.filename or "photo", {"type": "string"}, "file")
    album = Album.for_intake(current_user, typed.get("album", ""))
    took = Photo.take_in(
        file.stream, name, album, by=current_user, caption=typed.get("caption", ""),
        tags=typed.get("tags", ()),
    )  # fmt: skip
    answer = {"code": took.photo.code, "sha256": took.sha256, "duplicate": took.duplicate}
    return (
        answer,
        200 if took.duplicate else 201,
        {"Location": url_for("api.show_photo", code=took.photo.code)},
    )


def _typed() -> dict[str, Any]:
    form = request.form
    tags = [word.strip() for word in form.getlist("tags[]") + form.getlist("tags") if word.strip()]
    given: dict[str, Any] = {name: form[name] for name in ("album", "caption") if form.get(name, "").strip()}
    return read({**given, "tags": list(dict.fromkeys(tags))}, _TYPED)


@call(
    "GET", "/photos", bearer("read", Permission.SEE),
    query={"use": CODE, "state": STATE, "person": CODE, "album": CODE, "q": text(200), **PAGING},
    answers={200: listed("photos", LISTED, use=CODE)},
    example={
        "use": "website", "next": None,
        "photos": [{**_BRIEF, "clearance": {"state": "cleared", "valid_through": "2028-05-31"}}],
    },
)  # fmt: skip
def list_photos(
    *,
    use: str | None,
    state: str | None,
    person: str | None,
    album: str | None,
    q: str | None,
    cursor: str | None,
    limit: int | None,
) -> Any:
    """The photos you may see, newest first, each with its verdict for a use: the one named, or the first on offer."""
    asked = Question(
        use=use_named(use) if use else use_of(None),
        state=State(state) if state else None,
        text=q or "",
        person=theirs(current_user.people(), person, "person") if person else None,
        album=theirs(current_user.albums(), album, "album") if album else None,
        cursor=cursor or "",
        limit=limit or PAGE,
    )
    photos, more = asked.answer(current_user)
    verdicts = Photo.clearances(photos, asked.use)
    rows = [{**_brief(p, p.album), "clearance": _colour(verdicts[p.code])} for p in photos]
    return {"use": asked.use.code, "photos": rows, "next": more or None}


@call(
    "GET", "/photos/{code}", bearer("read", Permission.SEE), answers={200: PHOTO},
    example={
        **_BRIEF, "creator": "Studio Voorbeeld", "credit": "", "copyright": "", "place": "Utrecht", "camera": "",
        "licence": "granted", "tags": ["summer"], "reviewed": True, "set_aside": None,
        "people": [{"face": "f2g4h6j8k9", "person": "p3x5c7v9bn", "name": "Noor Voorbeeld", "says": "named"}],
    },
)  # fmt: skip
def show_photo(code: str) -> Any:
    """One photo: what is known of it and who is in it. `ready` says that the worker is done with it."""
    photo = find(current_user.photos(), code)
    photo.note_view(by=current_user)
    seen = photo.who_is_in_it()
    aside = photo.set_aside.first()
    people = [_face(f.face.code, f.person, face_words(f)) for f in seen.faces]
    people += [_face(None, appearance.person, "named") for appearance in seen.others]
    return {
        **_brief(photo, photo.album),
        **{name: getattr(photo, name) for name in ("creator", "credit", "copyright", "place", "camera")},
        "licence": photo.licence.value,
        "tags": sorted(tag.word for tag in photo.tags),
        "reviewed": seen.reviewed,
        "people": people,
        "set_aside": set_aside(aside.reason) if aside else None,
    }


@call(
    "GET", "/photos/{code}/clearance", bearer("read", Permission.SEE), query={"use": CODE, "on": DAY, "until": DAY},
    needed=("use",), answers={200: CLEARANCE},
    example={"state": "unclear", "valid_through": None, "reasons": [_EXAMPLE_REASON]},
)  # fmt: skip
def show_clearance(code: str, use: str, on: date | None, until: date | None) -> Any:
    """May this photo be used so, from a day (today) until a last day? Nothing but a delivery opens the door."""
    photo, asked = find(current_user.photos(), code), use_named(use)
    start = on or today()
    if until is not None and until < start:
        raise Invalid(_l("The last day lies before the first."), field="until")
    # As on the badge: a use that can't be taken back, asked without an end, is a run of one day.
    period = Period(start, until or (start if asked.irreversible else None))
    clearance = photo.clearance(asked, period)
    return {**_colour(clearance), "reasons": [reason_json(reason) for reason in clearance.reasons]}


@call(
    "DELETE", "/photos/{code}", bearer("write", Permission.ERASE), answers={200: thing({"code": CODE})}, example={"code": "k7m2q9vxw3"},
)  # fmt: skip
def erase_photo(code: str) -> Any:
    """Erase a photo for good, with everything that was made of it; afterwards its code answers 410.

    The log of files that left stays, and so does a mark that refuses the same file when it is sent again (409).
    """
    erasure.erase_photo(find(current_user.photos(), code), by=current_user)
    return {"code": code}


def _colour(clearance: Clearance) -> dict[str, Any]:
    last = clearance.valid_through
    return {"state": clearance.state.value, "valid_through": last.isoformat() if last else None}


def _brief(photo: Photo, album: Album) -> dict[str, Any]:
    return {
        **{name: getattr(photo, name) for name in ("code", "title", "name", "caption", "alt_text")},
        **{name: getattr(photo, name) for name in ("kind", "size", "width", "height", "ready")},
        "album": {"code": album.code, "title": album.title},
        "taken_at": photo.taken_at.isoformat() if photo.taken_at else None,
        "taken_in_at": photo.taken_in_at.isoformat(),
    }


def _face(face: str | None, person: Any, says: str) -> dict[str, Any]:
    known = person if person is not None and current_user.may(Permission.PEOPLE) else None
    return {
        "face": face, "person": known.code if known else None, "name": known.name if known else None, "says": says,
    }  # fmt: skip
